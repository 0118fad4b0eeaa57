import { setTimeout as sleep } from 'node:timers/promises';
import { readRuntime } from '../../lambda/probe/runtime-client';
import { VERDICTS } from '../../lib/contract/verdicts';
import { DnsServer } from '../../testbed/dns-server';
import { anyBinary } from '../support/binaries';
import { SocketHaproxy } from '../support/socket-haproxy';
import { cli } from './cli';

jest.setTimeout(60_000);

const binary = anyBinary();
const dns = new DnsServer();
let haproxy: SocketHaproxy;
let API: string;
let nameserver: string;

beforeAll(async () => {
  nameserver = (await dns.listen()).address;
  haproxy = new SocketHaproxy(
    binary,
    `resolvers r
  nameserver dns ${nameserver}
  timeout resolve 1s
  hold valid 1s
  hold obsolete 1s
backend web
  server one elb.test:80 resolvers r resolve-prefer ipv4 init-addr none
backend other
  server one 127.0.0.9:80
`,
  );
  API = haproxy.endpoint;
  await haproxy.start();
});

afterAll(async () => {
  await haproxy.stop();
  await dns.close();
});

/** Sets the addresses in DNS, and waits until the process has one of them. */
const point = async (addresses: readonly string[]) => {
  dns.set('elb.test', addresses);
  const held = async () => (await readRuntime(API)).slots.find(({ backend }) => backend === 'web')?.address;
  while (!addresses.includes((await held()) ?? '')) {
    await sleep(50);
  }
};

const check = async (addresses: readonly string[], ...more: string[]) => {
  await point(addresses);
  return cli('check', '--upstream', 'elb.test:80', '--nameserver', nameserver, '--runtime-api', API, ...more);
};

describe('of several backends', () => {
  test('only that of --backend is looked at', async () => {
    expect(await check(['127.0.0.3'], '--backend', 'web')).toEqual({
      code: 0,
      stdout: `elb.test has 127.0.0.3
${'RUNTIME API'.padEnd(API.length)}  HAPROXY  SLOT     ADDRESS    SESSIONS  STATE
${API}  ${binary.version.padEnd(7)}  web/one  127.0.0.3  0         ok
no drift
`,
      stderr: '',
    });
  });

  test('only servers that follow the name are without it', async () => {
    const { code, stdout } = await check(['127.0.0.3']);
    expect([code, stdout]).toEqual([0, expect.not.stringContaining('other/one')]);
  });
});

/** The addresses in DNS, the runtime APIs, the exit code of `text` and `json`, that of `nagios`, and its line. */
const OUTCOMES: readonly [string, string[], string[], number, number, string][] = [
  [
    'nothing found',
    ['127.0.0.3'],
    ['--backend', 'web'],
    0,
    0,
    'OK - elb.test:80: no drift | critical=0;;0;0 warning=0;0;;0 live_addresses=1;;;0 read_processes=1;;;0;1 stale_sessions=0%;;;0;100',
  ],
  [
    'a warning',
    ['127.0.0.3', '127.0.0.4'],
    ['--backend', 'web'],
    1,
    1,
    `WARNING - elb.test:80: pinned: ENDPOINT has one slot for elb.test, which has 2 addresses: all traffic goes to 127.0.0.3 | critical=0;;0;0 warning=1;0;;0 live_addresses=2;;;0 read_processes=1;;;0;1 stale_sessions=0%;;;0;100`,
  ],
  [
    'drift',
    ['127.0.0.3'],
    ['--backend', 'other', '--runtime-api', 'unix:/nowhere|0'],
    1,
    2,
    `CRITICAL - elb.test:80: silent-resolver: other/one of ENDPOINT has a fixed address: HAProxy never looks elb.test up; stale-address: ENDPOINT sends to 127.0.0.9 (other/one), which DNS does not name for elb.test, and the process does not follow DNS; unreachable-task: the runtime API of unix:/nowhere/0 does not answer: no such socket | critical=2;;0;0 warning=1;0;;0 live_addresses=1;;;0 read_processes=1;;;0;2 stale_sessions=0%;;;0;100`,
  ],
  [
    'nothing that could be looked at',
    ['127.0.0.3'],
    ['--backend', 'wbe'],
    2,
    3,
    `UNKNOWN - elb.test:80: unreachable-task: ENDPOINT has no backend 'wbe' with a server in it | critical=0;;0;0 warning=1;0;;0 live_addresses=1;;;0 read_processes=1;;;0;1`,
  ],
];

describe.each(OUTCOMES)('%s', (_, addresses, flags, exit, nagiosExit, line) => {
  test.each(['text', 'json'])(`as %s: exit ${exit}`, async (format) => {
    const { code, stderr } = await check(addresses, ...flags, '--format', format);
    expect([code, stderr]).toEqual([exit, '']);
  });

  test(`for Nagios: exit ${nagiosExit}, one line`, async () => {
    expect(await check(addresses, ...flags, '--format', 'nagios')).toEqual({
      code: nagiosExit,
      stdout: `${line.replaceAll('ENDPOINT', API)}\n`,
      stderr: '',
    });
  });
});

test.each<[what: string, args: string[], line: string]>([
  ['a flag is missing', ['--upstream', 'elb.test:80'], '--runtime-api is missing: give HOST:PORT or unix:PATH'],
  ['a flag is mistyped', ['--upstram', 'elb.test:80'], "unknown option '--upstram' (Did you mean --upstream?)"],
  [
    'a verdict is mistyped',
    ['--explain', 'pined'],
    `--explain 'pined' is not a verdict: did you mean 'pinned'? Verdicts are ${Object.keys(VERDICTS).join(', ')}`,
  ],
])('a call that cannot be used is UNKNOWN for Nagios, whereas 2 would be CRITICAL: %s', async (_, args, line) => {
  for (const format of [['--format', 'nagios'], ['--format=nagios']]) {
    const { code, stdout } = await cli('check', ...args, ...format);
    expect([code, stdout]).toEqual([3, `UNKNOWN - ${line}\n`]);
  }
});

test.each(Object.entries(VERDICTS))(
  '--explain %s prints what it means, why it occurs and what to do',
  async (kind, severity) => {
    const { code, stdout, stderr } = await cli('check', '--explain', kind);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^${kind} \\(${severity}\\): .+\n  why     .+\n  remedy  .+\n$`));
  },
);
