import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RUNTIME_COMMANDS } from '../../lib/haproxy/runtime-api/commands';
import type { HaproxyBinary } from '../../testbed/binaries';
import { makeCertificate } from '../../testbed/certificate';
import { DnsServer } from '../../testbed/dns-server';
import { ask, until } from '../haproxy/running';
import { availableBinaries, hasTls } from '../support/binaries';
import { converse } from '../support/converse';
import { type GuardedHaproxy, startGuarded } from '../support/guarded-haproxy';
import { type HostileInput, hostileInputs, type Targets, writingLines } from './hostile-inputs';

/** The section takes 32 at once; more would only wait. */
const AT_ONCE = 24;
const TABLE = 'canaries';
const KEY = Buffer.alloc(48, 'canary-ticket-key').toString('base64');
/** Data of the process that no client may read from this port. */
const CANARIES = [
  'canary-key',
  'canary-value',
  'canary-variable',
  'canary-request',
  '192.0.2.99',
  KEY,
  KEY.slice(0, 20),
  'canary-path',
];
/** How an answer to a line of the list begins. */
const LISTED_ANSWER = /^(Name: HAProxy\n|1\n# be_id |Resolvers section |# pxname,|No resolvers)/;
/** Lines that would end the process, or take it away from the one who looks. */
const ENDING = /^(debug|reload|shutdown frontend)/;
const LISTED = Object.values(RUNTIME_COMMANDS);
const COMPLAINTS = /Unknown command|Permission denied|valid at this level|one of the following commands/;

let folder: string;
let dns: DnsServer;
let certificateFile: string;
const ticketKeys = () => path.join(folder, 'canary-path');

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hostile-'));
  writeFileSync(ticketKeys(), `${KEY}\n${KEY}\n${KEY}\n`);
  certificateFile = makeCertificate(folder, 'site.test').file;
  dns = new DnsServer();
  dns.set('elb.test', ['127.0.0.1']);
  dns.set('localhost', ['127.0.0.1']);
});

afterAll(async () => {
  await dns.close();
  rmSync(folder, { recursive: true });
});

/** A process full of things to steal and to break. */
async function startVictim(binary: HaproxyBinary): Promise<GuardedHaproxy> {
  const victim = await startGuarded(binary, {
    folder,
    dns,
    mapText: 'canary-key canary-value\n',
    environment: { CANARY: 'canary-variable' },
    model: {
      // What a health check finds is no doing of the attacker.
      upstream: { dnsName: 'elb.test', port: 80, slots: 2, healthCheck: { enabled: false } },
      ...(hasTls(binary) && { listenTls: { certificateFile } }),
    },
    edit: (config) =>
      config
        .replace(/( ssl crt \S+)/, `$1 tls-ticket-keys ${ticketKeys()}`)
        .concat(`\nbackend ${TABLE}\n    stick-table type ip size 100 expire 1h store gpc0\n`),
  });
  await until('the name is resolved', async () =>
    / elb1 127\.0\.0\.1 /.test(await victim.administer('show servers state')),
  );
  await victim.administer(`set table ${TABLE} key 192.0.2.99 data.gpc0 1`);
  // Counters that `clear counters` would set back.
  await Promise.all([1, 2, 3].map(() => ask(victim.healthPort, { path: '/live' })));
  await converse({ host: '127.0.0.1', port: victim.healthPort }, ['canary-request\r\n\r\n', 'half-close']);
  return victim;
}

function targetsOf({ map }: GuardedHaproxy): Targets {
  return { map, table: TABLE, server: 'upstream/elb1', frontend: 'traffic', ticketKeys: ticketKeys() };
}

/** Every command in the help of the binary, as words that could follow each other on a line. */
async function ownCommands({ administer }: GuardedHaproxy): Promise<string[]> {
  const help = await administer('expert-mode on; help');
  const usages = help.split('\n').flatMap((line) => /^ {2}(\S.*?) *: /.exec(line)?.[1] ?? []);
  return usages.map((usage) =>
    usage
      .replace(/\(DEPRECATED\)/, '')
      .replace(/[[\]{}<>*]/g, '')
      .replace(/\s+/g, ' ')
      .trim(),
  );
}

/** The state of the process that must not change, read by an administrator. */
async function stateOf({ administer, map, haproxy }: GuardedHaproxy) {
  const info = Object.fromEntries(
    (await administer('show info')).split('\n').map((line) => line.split(': ') as [string, string]),
  );
  const states = (await administer('show servers state')).split('\n');
  const volatile = states[1]!.split(' ').indexOf('srv_time_since_last_change') - 1;
  const rows = (await administer('show stat')).split('\n').map((line) => line.split(','));
  const column = (name: string) => rows[0]!.indexOf(name);
  return {
    pid: info.Pid,
    ended: haproxy.ended,
    limits: Object.entries(info).filter(([name]) => /^(Maxconn|.*RateLimit|Ulimit-n|Nbthread|Stopping)$/.test(name)),
    map: await administer(`show map ${map}`),
    maps: (await administer('show map')).replace(/\b(curr_ver|next_ver|entry_cnt)=\d+/g, ''),
    acls: (await administer('show acl')).split('\n').length,
    table: (await administer(`show table ${TABLE}`)).replace(/\b(exp|shard)=\d+/g, ''),
    servers: states.map((line) =>
      line
        .split(' ')
        .filter((_, i) => i !== volatile)
        .join(' '),
    ),
    proxies: rows
      .slice(1)
      .map((row) => ['# pxname', 'svname', 'status', 'weight', 'slim'].map((name) => row[column(name)])),
    healthRequestsKept:
      Number(rows.find(([name, server]) => name === 'health' && server === 'FRONTEND')?.[column('stot')]) >= 3,
    ticketKeys: await administer('show tls-keys *'),
    certificates: await administer('show ssl cert'),
    anonymous: await administer('show anon'),
    profiling: (await administer('show profiling status')).match(/(Per-task|Memory).*/g),
    variable: await administer('get var proc.hostile'),
  };
}

/** An idle connection to the health port, which `shutdown sessions` would end. */
function bystander({ healthPort }: GuardedHaproxy): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: healthPort });
    socket.write('GET /live HTTP/1.1\r\nHost: a\r\n\r\n');
    socket.once('data', () => resolve(socket));
  });
}

describe.each(availableBinaries())('HAProxy $version', (binary) => {
  let victim: GuardedHaproxy;

  beforeAll(async () => {
    victim = await startVictim(binary);
  });

  afterAll(() => victim.haproxy.stop());

  test('runs no hostile input, and answers only commands of the list', async () => {
    const targets = targetsOf(victim);
    const own = (await ownCommands(victim)).flatMap((line): HostileInput[] =>
      [line, `show info;${line}`].map((text) => ({ name: `own: ${text}`, steps: [`${text}\n`, 'half-close'] })),
    );
    const inputs = [...hostileInputs(targets), ...own];
    expect(inputs.length).toBeGreaterThan(400);
    const before = await stateOf(victim);
    const idle = await bystander(victim);

    const answers: { name: string; answer: string }[] = [];
    for (let i = 0; i < inputs.length; i += AT_ONCE) {
      const round = inputs.slice(i, i + AT_ONCE);
      const answered = await Promise.all(round.map(({ steps }) => converse(victim.network, steps)));
      answers.push(...round.map(({ name }, at) => ({ name, answer: answered[at]! })));
    }

    expect(await stateOf(victim)).toEqual(before);
    expect(idle.destroyed || idle.readableEnded).toBe(false);
    idle.destroy();
    const answered = answers.filter(({ answer }) => answer !== '');
    expect(answered.filter(({ answer }) => !LISTED_ANSWER.test(answer) || COMPLAINTS.test(answer))).toEqual([]);
    expect(answered.filter(({ answer }) => CANARIES.some((canary) => answer.includes(canary)))).toEqual([]);
    const begins = ({ steps }: HostileInput) =>
      steps.filter((step) => typeof step === 'string' && step !== 'half-close').join('');
    const listed = inputs
      .filter((input) => LISTED.some((line) => begins(input).startsWith(`${line}\n`)))
      .map(({ name }) => name);
    expect(answered.map(({ name }) => name).filter((name) => !listed.includes(name))).toEqual([]);
  });

  test('shows in its state what the same lines do at level admin, so that the test above can fail', async () => {
    const { administer, map } = victim;
    const leaks = await Promise.all(
      ['show map', `show map ${map}`, 'show env', `show table ${TABLE}`, 'show errors'].map(administer),
    );
    expect(
      ['canary-key', 'canary-value', 'canary-variable', '192.0.2.99', 'canary-request'].filter(
        (canary) => !leaks.join('').includes(canary),
      ),
    ).toEqual([]);

    const before = await stateOf(victim);
    for (const line of writingLines(targetsOf(victim)).filter((writing) => !ENDING.test(writing))) {
      await administer(line);
    }
    const after = await stateOf(victim);
    for (const part of ['limits', 'map', 'table', 'servers', 'proxies', 'healthRequestsKept'] as const) {
      expect([part, after[part]]).not.toEqual([part, before[part]]);
    }
  });
});
