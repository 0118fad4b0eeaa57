import { checkProxy, type Probes } from '../../lambda/controller/check';
import { NO_STATE } from '../../lambda/controller/domain/state';
import { OutOfTime } from '../../lambda/probe/time-limit';
import { HEALTHY, RECORD, START } from './observations';

const PROBES: Probes = {
  upstream: async () => ({ answers: ['10.0.0.1'], owned: [], problems: [], degraded: [] }),
  tasks: async () => [{ id: 'task-1', endpoint: '10.1.0.1:9990' }],
  runtime: async () => HEALTHY,
};

test('the live addresses are those of DNS now, those of the window and those of the load balancer', async () => {
  const probes: Probes = {
    ...PROBES,
    upstream: async () => ({
      answers: ['10.0.0.5', '10.0.0.1'],
      owned: ['10.0.0.2', '10.0.0.5'],
      problems: [],
      degraded: [],
    }),
  };
  const hour = START - 3_600_000;
  const addresses = {
    '10.0.0.3': [hour, START - 99_000],
    '10.0.0.4': [hour, START - 100_000],
    '10.0.0.6': [hour],
  } as const;
  const dns = { 'elb.test': { addresses, silent: {} } };
  const { observation, state } = await checkProxy(RECORD, { ...NO_STATE, dns }, probes, START);
  expect(observation.upstreams[0]!.live).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.5', '10.0.0.6']);
  expect(state.dns['elb.test']!.addresses).toEqual({
    '10.0.0.1': [START],
    '10.0.0.3': [hour, START - 99_000],
    '10.0.0.5': [START],
    '10.0.0.6': [hour, START],
  });
});

test('a task that cannot be read does not keep the others from being read', async () => {
  const probes: Probes = {
    ...PROBES,
    tasks: async () => ['a', 'b', 'c'].map((id) => ({ id, endpoint: `${id}:9990` })),
    runtime: async (endpoint) => (endpoint === 'b:9990' ? Promise.reject(new Error('ECONNREFUSED')) : HEALTHY),
  };
  const { observation } = await checkProxy(RECORD, NO_STATE, probes, START);
  expect(observation.tasks).toEqual([
    { task: { id: 'a', endpoint: 'a:9990' }, runtime: HEALTHY },
    { task: { id: 'b', endpoint: 'b:9990' }, unreachable: 'ECONNREFUSED' },
    { task: { id: 'c', endpoint: 'c:9990' }, runtime: HEALTHY },
  ]);
});

test('a task that was not reached in time is unchecked, and not unreachable', async () => {
  const probes: Probes = { ...PROBES, runtime: () => Promise.reject(new OutOfTime()) };
  const { observation, verdicts } = await checkProxy(RECORD, NO_STATE, probes, START);
  expect(observation.tasks).toEqual([{ task: { id: 'task-1', endpoint: '10.1.0.1:9990' }, unchecked: true }]);
  expect(verdicts).toMatchObject([
    { kind: 'unchecked', message: '1 of 1 tasks of orders were not checked: no time was left' },
  ]);
});

test.each<[what: string, revisions: (string | undefined)[], kinds: string[]]>([
  ['a deployment is in progress: the former branch may run', ['orders:1', 'orders:2'], []],
  ['all tasks are of one revision', ['orders:2', 'orders:2'], ['version-mismatch', 'version-mismatch']],
  ['revisions are not known', [undefined, undefined], ['version-mismatch', 'version-mismatch']],
])('while %s', async (_what, revisions, kinds) => {
  const tasks = revisions.map((revision, i) => ({ id: `task-${i}`, endpoint: `10.1.0.${i}:9990`, revision }));
  const probes: Probes = {
    ...PROBES,
    tasks: async () => tasks,
    upstream: async () => ({ answers: ['10.0.0.1', '10.0.0.2'], owned: [], problems: [], degraded: [] }),
    runtime: async () => ({ ...HEALTHY, version: '2.8.5' }),
  };
  const { verdicts } = await checkProxy(RECORD, NO_STATE, probes, START);
  expect(verdicts.map(({ kind }) => kind)).toEqual(kinds);
});

test('a check without its tasks is no check', async () => {
  const probes: Probes = { ...PROBES, tasks: () => Promise.reject(new Error('ClusterNotFoundException')) };
  await expect(checkProxy(RECORD, NO_STATE, probes, START)).rejects.toThrow('ClusterNotFoundException');
});

test('a task without its own network interface is reported as unreachable, with the reason', async () => {
  const probes: Probes = { ...PROBES, tasks: async () => [{ id: 'task-1' }] };
  const { verdicts } = await checkProxy(RECORD, NO_STATE, probes, START);
  expect(verdicts).toMatchObject([
    {
      kind: 'unreachable-task',
      message:
        'the runtime API of task-1 does not answer: it does not have its own network interface: only tasks in network mode awsvpc can be checked',
    },
  ]);
});
