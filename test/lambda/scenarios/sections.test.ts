import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import { DnsServer } from '../../../testbed/dns-server';
import { availableBinaries, isDeaf } from '../../support/binaries';
import { SocketHaproxy } from '../../support/socket-haproxy';
import { FastClock, TimedChecker } from './checked';

/*
 * Lines that follow DNS beside lines that do not, in one process: two `resolvers` sections, of which one gets no answer
 * any more, a name without `resolvers`, and a fixed address. The periods are a fiftieth of the usual ones.
 */
const NAME = 'elb.test';
const SPEED = 50;
const [OLD, NEW] = ['127.0.0.1', '127.0.0.2'] as const;
const LINES = ['follows', 'mute', 'bare', 'fixed'];

const BINARIES = availableBinaries().filter(
  (binary) => !isDeaf(binary) && HaproxyVersion.of(binary.branch)._capabilities.serverTemplate,
);

/** The name servers of the two sections, and that of the monitor. */
const [working, failing, monitor] = [new DnsServer(), new DnsServer(), new DnsServer()];
let processes: SocketHaproxy[];
let nameserver: string;

beforeAll(async () => {
  for (const dns of [working, failing, monitor]) {
    dns.set(NAME, [OLD]);
  }
  const [a, b] = await Promise.all([working.listen(), failing.listen()]);
  nameserver = (await monitor.listen()).address;
  const section = (name: string, address: string) => `resolvers ${name}
  nameserver dns ${address}
  timeout resolve 200ms
  timeout retry 200ms
  hold valid 200ms
  hold obsolete 600ms
  hold timeout 1h
  hold refused 1h
  hold other 1h
`;
  processes = BINARIES.map(
    (binary) =>
      new SocketHaproxy(
        binary,
        `${section('one', a.address)}${section('two', b.address)}backend follows
  server elb1 ${NAME}:80 resolvers one resolve-prefer ipv4 init-addr ${OLD}
backend mute
  server elb1 ${NAME}:80 resolvers two resolve-prefer ipv4 init-addr ${OLD}
backend bare
  server elb1 ${NAME}:80 init-addr ${OLD}
backend fixed
  server elb1 ${OLD}:80
`,
      ),
  );
  await Promise.all(processes.map((haproxy) => haproxy.start()));
}, 60_000);

afterAll(async () => {
  await Promise.all((processes ?? []).map((haproxy) => haproxy.stop()));
  await Promise.all([working, failing, monitor].map((dns) => dns.close()));
});

test('a check says of each section and of each line whether it follows, on each branch', async () => {
  const clock = new FastClock(SPEED);
  const watches = processes.map(({ endpoint }, i) => {
    const checker = new TimedChecker(
      [{ id: 'task', endpoint }],
      nameserver,
      {
        haproxyVersion: BINARIES[i]!.branch,
        upstreams: LINES.map((backend) => ({ backend, dnsName: NAME, port: 80 })),
        resolutionSeconds: 10,
        holdSeconds: 300,
      },
      'fast',
    );
    checker.interfaces = [OLD];
    return { checker, reported: [] as string[] };
  });
  const check = async (what: string, seconds: number) => {
    await clock.reaches(seconds);
    await Promise.all(
      watches.map(async ({ checker, reported }) => {
        const { events } = await checker.check(clock.seconds);
        const lines = events.map(({ change, incident: { severity, kind, upstream, section } }) =>
          [what, change, severity, kind, upstream ?? section].join(' '),
        );
        reported.push(...lines.sort());
      }),
    );
  };
  await check('at first', 0);
  await check('at first', 60);
  failing.fail(NAME, 'silent');
  for (const seconds of [120, 180, 300]) {
    await check('no answers', seconds);
  }
  for (const dns of [working, monitor]) {
    dns.set(NAME, [NEW]);
  }
  for (const { checker } of watches) {
    checker.interfaces = [NEW];
  }
  for (const seconds of [360, 420, 480]) {
    await check('moved', seconds);
  }
  const events = [
    'at first opened critical silent-resolver fixed',
    'no answers opened warning failing-resolver two',
    'no answers changed critical failing-resolver two',
    'moved opened critical stale-address fixed',
    // The name without `resolvers` is only found when it holds what is gone: `lint` finds its line before.
    'moved opened critical stale-address bare',
    'moved opened critical stale-address mute',
  ];
  expect(watches.map(({ reported }) => reported)).toEqual(BINARIES.map(() => events));
}, 60_000);
