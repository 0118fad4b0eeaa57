import fc from 'fast-check';
import { BOUNDS, readAnswer } from '../../../lambda/controller/probe-answer';
import type { ObservedRuntime, ProbeAnswer } from '../../../lib/contract/probe';

const RUNTIME: ObservedRuntime = {
  version: '3.2.26',
  uptimeSeconds: 60,
  madeFor: '3.2',
  processes: 1,
  slots: [
    { backend: 'upstream', name: 'elb1', address: '10.0.0.1', fqdn: 'elb.test', checked: true, sessions: 3 },
    { backend: 'upstream', name: 'elb2', checked: false, out: 'maintenance', down: true, changedSeconds: 4 },
    { backend: 'upstream', name: 'elb3', address: '10.0.0.3', checked: true, down: true, checkStatus: 'L6RSP' },
  ],
  resolvers: [{ section: 'vpc', sent: 9, valid: 8, failures: { timeout: 1 } }],
  views: { 'elb.test': ['10.0.0.1'] },
};
const ANSWER: ProbeAnswer = {
  names: [{ addresses: ['10.0.0.1'], largestAnswer: 1, ttlSeconds: 60, unanswered: ['AAAA'], degraded: ['no AAAA'] }],
  processes: [{ runtime: RUNTIME }, { unreachable: 'connection refused' }, { unchecked: true }],
};
const REQUEST = {
  names: [{ name: 'elb.test' }],
  processes: [
    { endpoint: '10.1.0.1:9990', views: { 'elb.test': { endpoint: '10.1.0.1:8404', path: '/resolved/upstream' } } },
    { endpoint: '10.1.0.2:9990' },
    { endpoint: '10.1.0.3:9990' },
  ],
};

const bytes = (answer: unknown) => new TextEncoder().encode(JSON.stringify(answer));
const read = (answer: unknown) => readAnswer(bytes(answer), REQUEST);
/** The answer about the first process, with some members of it replaced. */
const withRuntime = (more: object) =>
  read({ ...ANSWER, processes: [{ runtime: { ...RUNTIME, ...more } }, ...ANSWER.processes.slice(1)] });

test('an answer keeps its values and its order', () => {
  expect(read(ANSWER)).toEqual(ANSWER);
});

test('a result of a health check that the checker does not know is no answer', () => {
  const [slot] = RUNTIME.slots;
  expect(withRuntime({ slots: [{ ...slot, checkStatus: 'L9BAD' }] }).processes[0]).toEqual({
    unreachable: 'the answer of the probe is wrong: runtime.slots[0].checkStatus must be one of L6RSP, L7RSP, L7STS',
  });
});

test('members that are not in the contract are left out', () => {
  const views = { ...RUNTIME.views, 'other.test': ['10.0.0.2'] };
  expect(withRuntime({ views, extra: 'x'.repeat(1000) })).toEqual(ANSWER);
});

test.each([
  ['is not JSON', '{', 'the answer of the probe is not JSON'],
  ['is a text', '"x"', 'the answer of the probe is wrong: it must be an object'],
  ['has no names', '{"processes":[]}', 'the answer of the probe is wrong: names must be a list'],
  [
    'has fewer processes',
    JSON.stringify({ ...ANSWER, processes: [] }),
    'the answer of the probe is wrong: processes has 0 entries, 3 were asked for',
  ],
])('an answer that %s is refused as a whole', (_what, text, message) => {
  expect(() => readAnswer(new TextEncoder().encode(text), REQUEST)).toThrow(message);
});

test('an answer that is too large is refused before it is parsed', () => {
  expect(() => readAnswer(new Uint8Array(BOUNDS.bytes + 1), REQUEST)).toThrow(
    `the answer of the probe has ${BOUNDS.bytes + 1} bytes; at most ${BOUNDS.bytes} are read`,
  );
});

const many = (count: number, one: unknown) => Array.from({ length: count }, () => one);

test.each<[what: string, more: object, wrong: string]>([
  ['a version that is no text', { version: 3.2 }, 'runtime.version must be a text of at most 255 characters'],
  ['a negative uptime', { uptimeSeconds: -1 }, 'runtime.uptimeSeconds must be a number from 0'],
  ['an infinite uptime', { uptimeSeconds: null }, 'runtime.uptimeSeconds must be a number from 0'],
  ['no slots', { slots: undefined }, 'runtime.slots must be a list'],
  ['too many slots', { slots: many(5001, {}) }, 'runtime.slots has 5001 entries; at most 5000 are read'],
  [
    'an address that is none',
    { slots: [{ ...RUNTIME.slots[0], address: '$(reboot)' }] },
    'runtime.slots[0].address must be an IP address',
  ],
  [
    'an operator that takes slots out in another way',
    { slots: [{ ...RUNTIME.slots[0], out: 'x' }] },
    'runtime.slots[0].out must be one of maintenance, draining',
  ],
  [
    'too many kinds of failures',
    {
      resolvers: [
        { section: 'vpc', sent: 1, valid: 1, failures: Object.fromEntries(many(31, 0).map((_, i) => [i, 1])) },
      ],
    },
    'runtime.resolvers[0].failures has 31 entries; at most 30 are read',
  ],
  [
    'too many addresses in a view',
    { views: { 'elb.test': many(1001, '10.0.0.1') } },
    'runtime.views has 1001 entries; at most 1000 are read',
  ],
])('a process with %s is unreachable, and the others are read', (_what, more, wrong) => {
  const [first, ...others] = withRuntime(more).processes;
  expect(first).toEqual({ unreachable: `the answer of the probe is wrong: ${wrong}` });
  expect(others).toEqual(ANSWER.processes.slice(1));
});

test('a name with a wrong answer counts as not answered', () => {
  expect(read({ ...ANSWER, names: [{ ...ANSWER.names[0], addresses: ['elb.test'] }] }).names).toEqual([
    {
      addresses: [],
      largestAnswer: 0,
      unanswered: ['A', 'AAAA'],
      degraded: ['the answer of the probe is wrong: name.addresses[0] must be an IP address'],
    },
  ]);
});

test('a reason is one line, and short', () => {
  const processes = [ANSWER.processes[0], { unreachable: `a\nb\u001b[31m${'x'.repeat(1000)}` }, ANSWER.processes[2]];
  const [, second] = read({ ...ANSWER, processes }).processes;
  expect(second).toEqual({ unreachable: `a?b?[31m${'x'.repeat(492)}` });
});

test('`constructor` and `__proto__` are names like others', () => {
  const text = `{"names":${JSON.stringify(ANSWER.names)},"processes":[{"__proto__":{"unchecked":true},"runtime":null},{"constructor":1,"unreachable":"x"},{"unchecked":true}]}`;
  const { processes } = readAnswer(new TextEncoder().encode(text), REQUEST);
  expect(processes[0]).toEqual({ unreachable: 'the answer of the probe is wrong: runtime must be an object' });
  expect(({} as { unchecked?: boolean }).unchecked).toBeUndefined();
});

test('any answer is either read in the form of the request or refused in one line', () => {
  const anything = fc.oneof(fc.jsonValue(), fc.constant(undefined));
  const mutated = fc.tuple(fc.jsonValue(), fc.nat(200)).map(([value, at]) => {
    const paths: [object, string][] = [];
    const whole = structuredClone(ANSWER);
    const walk = (node: unknown) => {
      for (const [key, inner] of Object.entries(Object(node))) {
        if (typeof node === 'object') {
          paths.push([node as object, key]);
        }
        if (typeof inner === 'object') {
          walk(inner);
        }
      }
    };
    walk(whole);
    const [holder, key] = paths[at % paths.length]!;
    Object.assign(holder, { [key]: value });
    return whole;
  });
  fc.assert(
    fc.property(fc.oneof(anything, mutated), (value) => {
      try {
        const { names, processes } = read(value);
        expect([names.length, processes.length]).toEqual([1, 3]);
        for (const one of processes) {
          expect(Object.keys(one).sort()).toEqual([expect.stringMatching(/^(runtime|unreachable|unchecked)$/)]);
        }
      } catch (error) {
        expect((error as Error).message).toMatch(/^the answer of the probe .+$/);
      }
    }),
    { numRuns: 2000 },
  );
});
