import type { ObservedUpstream, RawObservation } from '../../lambda/controller/domain/observation';
import { reportOn } from '../../lambda/controller/domain/proxy-report';
import { NO_STATE } from '../../lambda/controller/domain/state';
import { decodeState, encodeState } from '../../lambda/controller/state/codec';
import type { RegistryRecord } from '../../lib/contract/registry-record';
import { RECORD, read, START, slots } from './observations';

/** Checks at these seconds after the start: the reported events, as `SECONDS opened|updated|resolved KIND`. */
function reported(
  record: RegistryRecord,
  ...checks: readonly (readonly [seconds: number, seen: RawObservation])[]
): string[] {
  let state = NO_STATE;
  return checks.flatMap(([seconds, seen]) => {
    const report = reportOn(record, decodeState(encodeState(state))!, seen, START + seconds * 1000);
    state = report.state;
    return report.events.map(
      ({ event, incident: { kind } }) => `${seconds} ${event.slice('incident-'.length)} ${kind}`,
    );
  });
}

/** A task without counters, which other tests cover. */
const holding = (...addresses: (string | undefined)[]) =>
  read('task-1', { slots: slots(...addresses), resolvers: undefined });

const dns = (answers: string[], more: Partial<ObservedUpstream> = {}): ObservedUpstream => ({
  answers,
  owned: [],
  problems: [],
  degraded: [],
  ...more,
});

describe('two upstreams of one name, on two ports', () => {
  const [upstream] = RECORD.upstreams;
  const record = { ...RECORD, upstreams: [upstream!, { ...upstream!, backend: 'tls', port: 443 }] };
  const both = slots('10.0.0.1', '10.0.0.2').flatMap((slot) => [slot, { ...slot, backend: 'tls' }]);
  const tasks = [read('task-1', { slots: both })];

  test('share what either lookup was answered', () => {
    const upstreams = [dns(['10.0.0.1', '10.0.0.3']), dns(['10.0.0.2', '10.0.0.3'])];
    const { observation, state } = reportOn(record, NO_STATE, { upstreams, tasks }, START);
    const all = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    expect(observation.upstreams.map(({ live }) => live)).toEqual([all, all]);
    expect(Object.keys(state.dns['elb.test']!.addresses)).toEqual(all);
  });

  test('are answered when one of them is', () => {
    const upstreams = [dns(['10.0.0.1'], { unanswered: ['AAAA'] }), dns([], { unanswered: ['A', 'AAAA'] })];
    const { state } = reportOn(record, NO_STATE, { upstreams, tasks }, START);
    expect(state.dns['elb.test']!.silent).toEqual({ AAAA: START });
  });
});

test('two ports of a load balancer that the same servers serve are one upstream', () => {
  const [upstream] = RECORD.upstreams;
  const record = { ...RECORD, upstreams: [upstream!, { ...upstream!, port: 443 }] };
  const seen = { upstreams: [dns(['10.0.0.1']), dns(['10.0.0.1'])], tasks: [holding('10.0.0.9')] };
  expect(reported(record, [0, seen], [60, seen])).toEqual(['60 opened stale-address']);
});

test('two load balancers behind one backend have their own servers and their own incidents', () => {
  const [upstream] = RECORD.upstreams;
  const upstreams = ['one.test', 'two.test'].map((dnsName) => ({ ...upstream!, dnsName }));
  const [a, b] = slots('10.0.0.1', '10.0.1.9');
  // In mixed case, as users may write names.
  const servers = [
    { ...a!, fqdn: 'One.test.' },
    { ...b!, fqdn: 'two.test' },
  ];
  const seen = {
    upstreams: [dns(['10.0.0.1']), dns(['10.0.1.1'], { problems: ['load balancer two is gone'] })],
    tasks: [read('task-1', { slots: servers, resolvers: undefined })],
  };
  const { verdicts } = reportOn({ ...RECORD, upstreams }, NO_STATE, seen, START);
  expect(verdicts).toMatchObject([
    { kind: 'stale-address', upstream: 'upstream two.test', address: '10.0.1.9' },
    { kind: 'unknown-upstream', upstream: 'upstream two.test' },
  ]);
});

describe('a check without an answer of DNS neither resolves nor opens', () => {
  const silent = dns([], { unanswered: ['A', 'AAAA'] });
  const two = dns(['10.0.0.1', '10.0.0.2']);

  test.each<[kind: string, before: ObservedUpstream, held: (string | undefined)[]]>([
    ['pinned', two, ['10.0.0.1']],
    ['uncovered-address', two, ['10.0.0.1', undefined]],
    ['leaving-address', dns(['10.0.0.1'], { interfaces: ['10.0.0.1', '10.0.0.2'] }), ['10.0.0.1', '10.0.0.2']],
    ['unknown-upstream', dns(['10.0.0.1'], { problems: ['a problem'] }), ['10.0.0.1']],
  ])('an incident of the kind %s', (kind, before, held) => {
    const seen = (upstream: ObservedUpstream): RawObservation => ({
      upstreams: [{ ...upstream, interfaces: before.interfaces }],
      tasks: [holding(...held)],
    });
    const checks = [0, 60, 120, 180, 240, 300, 360, 420].map((at) => [at, seen(at === 360 ? silent : before)] as const);
    expect(reported(RECORD, ...checks).filter((line) => line.endsWith(kind))).toEqual([
      expect.stringMatching(/^\d+ opened /),
    ]);
  });
});

describe('an address of an unknown family', () => {
  const tasks = [holding('10.0.0.1')];
  const dual = dns(['10.0.0.1', 'fd00::1']);
  const withoutA = dns(['fd00::1'], { unanswered: ['A'] });
  const every = (from: number, to: number, upstream: ObservedUpstream) =>
    Array.from({ length: (to - from) / 60 + 1 }, (_, i) => [from + i * 60, { upstreams: [upstream], tasks }] as const);

  test('is not stale because DNS answers for the other one', () => {
    expect(reported(RECORD, ...every(0, 60, dual), ...every(120, 600, withoutA))).toEqual([]);
  });

  test('is stale when DNS answers that there is none', () => {
    expect(reported(RECORD, ...every(0, 60, dual), ...every(120, 360, dns(['fd00::1'])))).toEqual([
      '300 opened stale-address',
    ]);
  });

  test('stays an incident if it was one', () => {
    const moved = dns(['10.0.0.9', 'fd00::1']);
    const lines = reported(RECORD, ...every(0, 0, dual), ...every(60, 300, moved), ...every(360, 900, withoutA));
    expect(lines).toEqual([expect.stringMatching(/opened stale-address$/)]);
  });
});

test('an incident of one upstream ends while a task has no backend of another', () => {
  const [upstream] = RECORD.upstreams;
  const record = { ...RECORD, upstreams: [upstream!, { ...upstream!, backend: 'gone', dnsName: 'other.test' }] };
  const seen = (held: string): RawObservation => ({
    upstreams: [dns(['10.0.0.1']), dns(['10.0.1.1'])],
    tasks: [holding(held)],
  });
  const wrong = [0, 60].map((at) => [at, seen('10.0.0.9')] as const);
  expect(reported(record, ...wrong, [120, seen('10.0.0.1')])).toEqual([
    '60 opened stale-address',
    '60 opened unreachable-task',
    '120 resolved stale-address',
  ]);
});

test('a backend that is missing stays an incident while a deployment is in progress, and ends with the task', () => {
  const record = { ...RECORD, upstreams: [{ ...RECORD.upstreams[0]!, backend: 'gone' }] };
  const upstreams = [dns(['10.0.0.1'])];
  const seen = { upstreams, tasks: [holding('10.0.0.1')] };
  const replaced = { upstreams, tasks: [read('task-2', { slots: [{ ...slots('10.0.0.1')[0]!, backend: 'gone' }] })] };
  const checks = [[0, seen] as const, [60, seen] as const, [120, { ...seen, deploying: true }] as const];
  expect(reported(record, ...checks, [180, replaced])).toEqual([
    '60 opened unreachable-task',
    '180 resolved unreachable-task',
  ]);
});

test('an incident of a load balancer that shows 8 of 12 addresses at a time is not news whenever it shows others', () => {
  const nodes = Array.from({ length: 12 }, (_, i) => `10.0.0.${i + 1}`);
  const [held, ...others] = nodes;
  const shown = (check: number) => [held!, ...Array.from({ length: 7 }, (_, i) => others[(check + i) % 11]!)];
  const checks = Array.from({ length: 60 }, (_, check) => {
    const seen = { upstreams: [dns(shown(check))], tasks: [holding(held)] };
    return [check * 60, seen] as const;
  });
  expect(reported(RECORD, ...checks)).toEqual(['60 opened pinned']);
});
