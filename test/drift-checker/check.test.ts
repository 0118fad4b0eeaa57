import { setImmediate as turn } from 'node:timers/promises';
import { checkProxy, mapBounded, type Senses } from '../../lambda/drift-checker/check';
import { NO_STATE } from '../../lambda/drift-checker/incidents';
import { HEALTHY, RECORD } from './readings';
import { START } from './watch';

const SENSES: Senses = {
  upstream: async () => ({ answers: ['10.0.0.1'], owned: [], problems: [], degraded: [] }),
  tasks: async () => [{ id: 'task-1', endpoint: '10.1.0.1:9990' }],
  runtime: async () => HEALTHY,
};

test('live is what DNS has now, what it had within the window and what the load balancer owns', async () => {
  const senses: Senses = {
    ...SENSES,
    upstream: async () => ({
      answers: ['10.0.0.5', '10.0.0.1'],
      owned: ['10.0.0.2', '10.0.0.5'],
      problems: [],
      degraded: [],
    }),
  };
  const window = { '10.0.0.3': START - 99_000, '10.0.0.4': START - 100_000, '10.0.0.6': null };
  const dns = { 'elb.test': window };
  const { reading, state } = await checkProxy(RECORD, { ...NO_STATE, dns }, senses, START);
  expect(reading.upstreams[0]!.live).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.5', '10.0.0.6']);
  expect(state.dns['elb.test']).toEqual({
    '10.0.0.1': null,
    '10.0.0.3': START - 99_000,
    '10.0.0.5': null,
    '10.0.0.6': START,
  });
});

test('a task that cannot be read does not keep the others from being read', async () => {
  const senses: Senses = {
    ...SENSES,
    tasks: async () => ['a', 'b', 'c'].map((id) => ({ id, endpoint: `${id}:9990` })),
    runtime: async (endpoint) => (endpoint === 'b:9990' ? Promise.reject(new Error('ECONNREFUSED')) : HEALTHY),
  };
  const { reading } = await checkProxy(RECORD, NO_STATE, senses, START);
  expect(reading.tasks).toEqual([
    { task: { id: 'a', endpoint: 'a:9990' }, runtime: HEALTHY },
    { task: { id: 'b', endpoint: 'b:9990' }, unreachable: 'ECONNREFUSED' },
    { task: { id: 'c', endpoint: 'c:9990' }, runtime: HEALTHY },
  ]);
});

test('a check without its tasks is no check', async () => {
  const senses: Senses = { ...SENSES, tasks: () => Promise.reject(new Error('ClusterNotFoundException')) };
  await expect(checkProxy(RECORD, NO_STATE, senses, START)).rejects.toThrow('ClusterNotFoundException');
});

test('at most 8 runtime APIs are asked at the same time, and all of them in the end', async () => {
  let now = 0;
  let most = 0;
  const senses: Senses = {
    ...SENSES,
    tasks: async () => Array.from({ length: 30 }, (_, i) => ({ id: `task-${i}`, endpoint: `${i}` })),
    runtime: async () => {
      now += 1;
      most = Math.max(most, now);
      await turn();
      now -= 1;
      return HEALTHY;
    },
  };
  const { reading } = await checkProxy(RECORD, NO_STATE, senses, START);
  expect(reading.tasks.map(({ task }) => task.id)).toEqual(Array.from({ length: 30 }, (_, i) => `task-${i}`));
  expect(most).toBe(8);
});

describe('a bounded mapping', () => {
  test('keeps the order of its items, whichever is done first', async () => {
    const slowFirst = async (n: number) => {
      for (let i = n; i < 10; i += 1) {
        await turn();
      }
      return n * n;
    };
    expect(await mapBounded([1, 5, 9, 2], 2, slowFirst)).toEqual([1, 25, 81, 4]);
  });

  test.each([0, 1, 7])('of nothing is nothing, whatever the limit (%i)', async (limit) => {
    expect(await mapBounded([], limit, async () => 1)).toEqual([]);
  });

  test('fails with the error of an item', async () => {
    const fail = async (n: number) => (n === 2 ? Promise.reject(new Error('two')) : n);
    await expect(mapBounded([1, 2, 3], 2, fail)).rejects.toThrow('two');
  });
});
