import { reportOn } from '../../lambda/controller/domain/proxy-report';
import type { ObservedTask } from '../../lambda/controller/domain/raw-observation';
import { NO_STATE } from '../../lambda/controller/domain/state';
import type { ObservedRuntime } from '../../lib/contract/probe';
import type { RegistryUpstream } from '../../lib/contract/registry-record';
import { VERDICTS, type VerdictKind } from '../../lib/contract/verdicts';
import { readCapture } from './captured';
import { RECORD, raw, START, upstream as seenUpstream } from './observations';

/** What is evaluated beside a capture: the proxy's record, and what its load balancer has. */
interface Beside {
  readonly upstream: RegistryUpstream;
  /** The addresses of its interfaces. */
  readonly live: readonly string[];
  /** What DNS names. @default - the same */
  readonly named?: readonly string[];
  /** What DNS named a minute ago. @default - the same */
  readonly namedBefore?: readonly string[];
  /** @default - the branch that runs */
  readonly haproxyVersion?: string;
}

type Row = [
  when: string,
  captures: readonly string[],
  beside: Beside,
  expected: (runtime: ObservedRuntime) => (readonly [kind: VerdictKind, message: string])[],
];

const named = (dnsName: string): RegistryUpstream => ({ dnsName, port: 80 });
const ELB: RegistryUpstream = { backend: 'upstream', dnsName: 'elb.test', port: 80 };
const NEW = '127.0.0.99';

const SINCE_18 = ['1.8', '2.0', '2.2', '2.4', '2.6', '2.8', '3.0', '3.2', '3.4'];
const BRANCHES = ['1.6', '1.7', ...SINCE_18];
const in24 = (branch: string) => branch === '2.4';
const of = (situation: string, branches: readonly string[]) => branches.map((branch) => `${branch}-${situation}`);
const RECORDED_SINCE_18 = ['1.8', '2.2', '2.6', '3.0', '3.2', '3.4'];

/** Of all verdicts on the capture, kind and message. `task` is the process. */
const ROWS: Row[] = [
  ['its address is the load balancer’s', BRANCHES, { upstream: named('norm.test'), live: ['127.0.0.3'] }, () => []],
  [
    'its address is not the load balancer’s',
    BRANCHES.filter((branch) => !in24(branch)),
    { upstream: named('norm.test'), live: [NEW], namedBefore: ['127.0.0.3'] },
    () => [
      [
        'stale-address',
        'task sends to 127.0.0.3 (be/s1), which norm.test does not have: it is on none of its network interfaces',
      ],
    ],
  ],
  [
    'servers of two backends hold an address that is not the load balancer’s',
    BRANCHES.filter(in24),
    { upstream: named('norm.test'), live: [NEW], namedBefore: ['127.0.0.3'] },
    () => [
      [
        'stale-address',
        'task sends to 127.0.0.3 (be/s1, be2/nores), which norm.test does not have: it is on none of its network interfaces',
      ],
    ],
  ],
  [
    'its address has left DNS a moment ago, the interface is still there: a process that may follow drops it',
    BRANCHES.filter((branch) => !in24(branch)),
    { upstream: named('norm.test'), live: ['127.0.0.3', NEW], named: [NEW], namedBefore: ['127.0.0.3'] },
    () => [],
  ],
  [
    'its address has left DNS, the interface is still there, and it cannot follow',
    of('pinned', RECORDED_SINCE_18),
    { upstream: ELB, live: ['127.0.0.1', NEW], named: [NEW] },
    ({ uptimeSeconds }) => [
      [
        'leaving-address',
        'task sends to 127.0.0.1 (upstream/pinned), which DNS no longer names for elb.test, although the load balancer still has it; the process does not follow DNS',
      ],
      ['silent-resolver', `task has sent 0 DNS queries in ${uptimeSeconds} s: it will not follow the next change`],
    ],
  ],
  [
    'it uses two of three addresses and has slots for the third',
    SINCE_18,
    { upstream: named('two.test'), live: ['127.0.0.11', '127.0.0.12', '127.0.0.13'] },
    () => [['uncovered-address', 'task does not use 127.0.0.13 of two.test, although it has 2 free slots']],
  ],
  [
    'it uses one of two addresses beside a server without one',
    ['1.7'],
    { upstream: named('norm.test'), live: ['127.0.0.3', '127.0.0.4'] },
    () => [['uncovered-address', 'task does not use 127.0.0.4 of norm.test, although it has 1 free slot']],
  ],
  [
    'one of its names does not exist',
    SINCE_18,
    { upstream: named('bad.test'), live: [NEW] },
    () => [['no-address', 'no slot of task has an address: it answers 503']],
  ],
  [
    'no query has ever had an answer',
    of('lost', RECORDED_SINCE_18),
    { upstream: ELB, live: [NEW] },
    ({ resolvers = [] }) => {
      const { sent } = resolvers.find(({ section }) => section === 'dns')!;
      const answered = `none of ${sent} queries of resolvers 'dns' got an address`;
      return [
        ['failing-resolver', `task gets no address from DNS: ${answered} (since its start: nx ${sent})`],
        ['no-address', "no slot of backend 'upstream' of task has an address: it answers 503"],
      ];
    },
  ],
  [
    'no query has ever had an answer, the address is that of the start',
    of('lost', ['1.6']),
    { upstream: ELB, live: ['127.0.0.1'] },
    () => [
      [
        'failing-resolver',
        "task gets no address from DNS: none of 6 queries of resolvers 'dns' got an address (since its start: nx 6)",
      ],
    ],
  ],
  [
    'no query has ever had an answer, which its branch does not count',
    of('lost', ['1.7']),
    { upstream: ELB, live: [NEW] },
    () => [['no-address', "no slot of backend 'upstream' of task has an address: it answers 503"]],
  ],
  [
    'its one slot has no health check, without which it never resolves',
    of('pinned', ['1.6', '1.7']),
    { upstream: ELB, live: ['127.0.0.1', '127.0.0.2'] },
    ({ version }) => [
      ['pinned', 'task has one slot for elb.test, which has 2 addresses: all traffic goes to 127.0.0.1'],
      [
        'silent-resolver',
        `upstream/pinned of task has no health check: HAProxy ${version} never looks elb.test up again`,
      ],
    ],
  ],
  [
    'its one slot follows no name server',
    of('pinned', RECORDED_SINCE_18),
    { upstream: ELB, live: ['127.0.0.1', '127.0.0.2'] },
    ({ uptimeSeconds }) => [
      ['pinned', 'task has one slot for elb.test, which has 2 addresses: all traffic goes to 127.0.0.1'],
      ['silent-resolver', `task has sent 0 DNS queries in ${uptimeSeconds} s: it will not follow the next change`],
    ],
  ],
  [
    'each request brings its own address',
    of('per-request', ['2.2', '2.6', '3.0', '3.2', '3.4']),
    { upstream: ELB, live: ['127.0.0.1', '127.0.0.2'] },
    () => [],
  ],
  [
    'its configuration was made for another branch',
    BRANCHES,
    { upstream: named('norm.test'), live: ['127.0.0.3'], haproxyVersion: '2.9' },
    ({ version }) => [['version-mismatch', `task runs HAProxy ${version}, its configuration was made for 2.9`]],
  ],
  [
    'it has no server for the load balancer',
    BRANCHES,
    { upstream: { ...ELB, backend: 'shop' }, live: [NEW] },
    () => [['unreachable-task', "task has no backend 'shop' with a server in it"]],
  ],
];

const CASES = ROWS.flatMap(([when, captures, ...rest]) => captures.map((capture) => [capture, when, ...rest] as const));
const found = new Set<VerdictKind>();

/**
 * All verdicts on one task of a proxy that resolves every second: those of a check a minute after another one that has
 * seen the load balancer.
 */
function verdictsOn(seen: object, { upstream, haproxyVersion, live, ...more }: Beside) {
  const { named: shown = live, namedBefore = shown } = more;
  const record = { ...RECORD, haproxyVersion, upstreams: [upstream], resolutionSeconds: 1 };
  const tasks = [{ task: { id: 'task', endpoint: 'task:9990' }, ...seen } as ObservedTask];
  const upstreams = [seenUpstream(shown, { interfaces: live })];
  const earlier = [seenUpstream(namedBefore, { interfaces: [...new Set([...live, ...namedBefore])] })];
  const before = reportOn(record, NO_STATE, raw({ upstreams: earlier, tasks: [] }), START - 60_000);
  const { verdicts } = reportOn(record, before.state, raw({ upstreams, tasks }), START);
  for (const { kind } of verdicts) {
    found.add(kind);
  }
  return verdicts.map(({ kind, message }) => [kind, message]);
}

test.each(CASES)('HAProxy %s: %s', async (capture, _when, beside, expected) => {
  const runtime = await readCapture(capture);
  const [haproxyVersion] = capture.split('-');
  expect(verdictsOn({ runtime }, { haproxyVersion, ...beside })).toEqual(expected(runtime));
});

test.each(BRANCHES)('HAProxy %s: its answer ends half way', async (capture) => {
  const unreachable = await readCapture(capture, 'show servers state').catch(({ message }) => message);
  expect(verdictsOn({ unreachable }, { upstream: named('norm.test'), live: [NEW] })).toEqual([
    ['unchecked', '1 of 1 tasks of orders could not be read'],
    ['unreachable-task', "the runtime API of task does not answer: 'show servers state' was answered with '1'"],
  ]);
});

test('the verdicts without a capture are those that need several checks, or no process', () => {
  const without = Object.keys(VERDICTS).filter((kind) => !found.has(kind as VerdictKind));
  expect(without.sort()).toEqual([
    'different-view',
    'failed-repair',
    'foreign-address',
    'invalid-record',
    'no-running-task',
    'unknown-upstream',
    'unseen-process',
  ]);
});
