import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '@aws-sdk/client-ecs';
import { readRuntime } from '../../lambda/probe/runtime-client';
import type { RegistryRecord } from '../../lib/contract/registry-record';
import type { AwsHandlers } from '../../testbed/aws';
import { eventLines, Fleet, linesOf } from '../../testbed/fleet';
import { startIdleProxy } from '../../testbed/idle-proxy';
import type { InvocationResult, LocalLambda } from '../../testbed/lambda';
import { ElbDns } from '../../testbed/load-balancer';
import type { ProxyUnderTest } from '../../testbed/proxy-under-test';
import { anyBinary } from '../support/binaries';

// Each test starts functions as processes, some of them many times.
jest.setTimeout(60_000);

const CLUSTER = 'arn:aws:ecs:eu-west-1:123456789012:cluster/fleet';
const SERVICE = 'arn:aws:ecs:eu-west-1:123456789012:service/fleet/orders';
const REVISION = 'arn:aws:ecs:eu-west-1:123456789012:service-revision/fleet/orders/9313423515462893900';
const NEW = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/orders:8';
const OLD = NEW.replace(/8$/, '7');
const EVENT = {
  executionId: 'f4fcae0f-9bec-41c6-ba87-0eaa0cef8af5',
  lifecycleStage: 'POST_SCALE_UP',
  resourceArn: 'arn:aws:ecs:eu-west-1:123456789012:service-deployment/fleet/orders/EZe5RNVLH6PPzHXINuP28',
  executionDetails: {
    serviceArn: SERVICE,
    targetServiceRevisionArn: REVISION,
    testTrafficWeights: {},
    productionTrafficWeights: {},
  },
};

/** Long enough for the periods that the verdicts wait for. */
const SETTLED_SECONDS = 5;
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);

const BINARY = anyBinary();
const OTHER = BINARY.branch === '2.8' ? '3.0' : '2.8';

let fleet: Fleet;
let dns: ElbDns;
let pinned: ProxyUnderTest;
/** Runs on another branch than its configuration was made for. */
let mistaken: ProxyUnderTest;
/** Its configuration has no branch. */
let foreign: ProxyUnderTest;
let gate: LocalLambda | undefined;

beforeAll(async () => {
  dns = new ElbDns();
  dns.point('127.0.0.1');
  fleet = await Fleet.start(BINARY);
  const listener = await dns.listen();
  pinned = await startIdleProxy(BINARY, listener, { pinnedTo: '127.0.0.1' });
  mistaken = await startIdleProxy(BINARY, listener, { madeFor: OTHER });
  foreign = await startIdleProxy(BINARY, listener, { madeFor: 'anything' });
  fleet.point('127.0.0.1');
  while ((await readRuntime(foreign.endpoint)).uptimeSeconds < SETTLED_SECONDS) {
    await sleep(200);
  }
});

afterEach(() => gate?.stop());

afterAll(async () => {
  await fleet?.close();
  await Promise.all([pinned, mistaken, foreign].map((haproxy) => haproxy?.stop()));
  await dns?.close();
});

/** A task of the service that has run for a minute, unless stated otherwise. */
const task = (id: string, more: Partial<Task> = {}): Task => ({
  taskArn: `arn:aws:ecs:eu-west-1:123456789012:task/fleet/${id}`,
  lastStatus: 'RUNNING',
  taskDefinitionArn: NEW,
  createdAt: ago(70),
  startedAt: ago(60),
  attachments: [{ details: [{ name: 'privateIPv4Address', value: '127.0.0.1' }] }],
  ...more,
});

/** Asks the gate about a deployment of the service with these tasks. */
async function ask(
  tasks: Task[],
  {
    event = EVENT,
    desired = 1,
    record = fleet.record('orders'),
  }: { event?: typeof EVENT; desired?: number; record?: RegistryRecord } = {},
): Promise<InvocationResult> {
  const handlers: AwsHandlers = {
    'ecs:ListTasks': () => ({ taskArns: tasks.map(({ taskArn }) => taskArn!) }),
    'ecs:DescribeTasks': () => ({ tasks }),
    'ecs:DescribeServiceRevisions': () => ({
      serviceRevisions: [{ serviceRevisionArn: REVISION, taskDefinition: NEW, createdAt: ago(90) }],
    }),
    'ecs:DescribeServices': () => ({ services: [{ desiredCount: desired }] }),
  };
  await fleet.deploy({ 'registry/orders': record }, handlers);
  gate = fleet.another('index.gate');
  return gate.invoke(event);
}

/** The record of a service whose tasks are another HAProxy than the fleet's. */
const recordOf = ({ listeners }: ProxyUnderTest, more: Partial<RegistryRecord> = {}) =>
  fleet.record('orders', {
    tasks: { cluster: CLUSTER, service: 'orders', runtimeApiPort: listeners.runtimeApi.port },
    ...more,
  });

test('a revision whose tasks follow the load balancer continues', async () => {
  const result = await ask([task('a'), task('b')]);
  expect(result.payload).toEqual({ hookStatus: 'SUCCEEDED' });
  expect(eventLines(linesOf(result))).toEqual([
    {
      level: 'INFO',
      message: '2 tasks of the revision follow their load balancers',
      event: 'gate',
      hookStatus: 'SUCCEEDED',
      serviceArn: SERVICE,
      revisionArn: REVISION,
    },
  ]);
});

test('a revision that is pinned is rolled back', async () => {
  const result = await ask([task('a')], { record: recordOf(pinned) });
  expect(result.payload).toEqual({ hookStatus: 'FAILED' });
  expect(eventLines(linesOf(result))).toMatchObject([
    { level: 'ERROR', event: 'gate', message: expect.stringMatching(/^silent-resolver: a has sent 0 DNS queries/) },
  ]);
});

test.each([
  ['its configuration', () => recordOf(mistaken)],
  ['its record, if the configuration has no branch,', () => recordOf(foreign, { haproxyVersion: OTHER })],
])('a revision that runs another branch than %s was made for is rolled back', async (_what, record) => {
  const result = await ask([task('a')], { record: record() });
  expect(result.payload).toEqual({ hookStatus: 'FAILED' });
  expect(eventLines(linesOf(result))[0].message).toBe(
    `version-mismatch: a runs HAProxy ${BINARY.version}, its configuration was made for ${OTHER}`,
  );
});

test('a revision continues with another branch, and without a route, while the record is that of the former revision', async () => {
  const [upstream] = fleet.record('orders').upstreams;
  const upstreams = [upstream!, { ...upstream!, backend: 'upstream-gone' }];
  const result = await ask([task('a')], { record: fleet.record('orders', { haproxyVersion: OTHER, upstreams }) });
  expect(result.payload).toEqual({ hookStatus: 'SUCCEEDED' });
});

test('a revision that has nothing of what is registered is rolled back', async () => {
  const [upstream] = fleet.record('orders').upstreams;
  const record = fleet.record('orders', { upstreams: [{ ...upstream!, backend: 'gone' }] });
  const result = await ask([task('a')], { record });
  expect(result.payload).toEqual({ hookStatus: 'FAILED' });
  expect(eventLines(linesOf(result))[0].message).toBe("unreachable-task: a has no backend 'gone' with a server in it");
});

test('a revision whose runtime API cannot be reached is rolled back', async () => {
  const elsewhere = [{ details: [{ name: 'privateIPv4Address', value: '127.0.0.7' }] }];
  const result = await ask([task('a'), task('b', { attachments: elsewhere })]);
  expect(result.payload).toEqual({ hookStatus: 'FAILED' });
  expect(eventLines(linesOf(result))[0].message).toBe(
    'unreachable-task: the runtime API of b does not answer: connection refused',
  );
});

test('tasks get the time to resolve before they are checked', async () => {
  const young = task('b', { startedAt: ago(3) });
  const { payload } = await ask([task('a'), young], { record: recordOf(pinned) });
  expect(payload).toMatchObject({ hookStatus: 'IN_PROGRESS' });
  const { callBackDelay } = payload as { callBackDelay: number };
  expect(callBackDelay).toBeGreaterThan(0);
  expect(callBackDelay).toBeLessThanOrEqual(7);
});

test('the tasks of the revision before are not checked, also when it has the same task definition', async () => {
  const gone = [{ details: [{ name: 'privateIPv4Address', value: '127.0.0.7' }] }];
  const before = [
    task('old', { taskDefinitionArn: OLD, attachments: gone }),
    task('same', { createdAt: ago(100), attachments: gone }),
  ];
  expect((await ask([...before, task('a')])).payload).toEqual({ hookStatus: 'SUCCEEDED' });
});

test.each([
  ['is checked again when tasks are expected', 1, { hookStatus: 'IN_PROGRESS', callBackDelay: 10 }],
  ['continues if no task is expected', 0, { hookStatus: 'SUCCEEDED' }],
])('a revision without a task %s', async (_what, desired, answer) => {
  expect((await ask([], { desired })).payload).toEqual(answer);
});

test('a service that is not in the registry yet continues', async () => {
  const serviceArn = SERVICE.replace('orders', 'payments');
  const event = { ...EVENT, executionDetails: { ...EVENT.executionDetails, serviceArn } };
  const result = await ask([task('a')], { event });
  expect(result.payload).toEqual({ hookStatus: 'SUCCEEDED' });
  expect(eventLines(linesOf(result))[0].message).toBe('the service is not in the registry yet: nothing was checked');
});

test('a gate at another stage names the right one', async () => {
  const result = await ask([task('a')], { event: { ...EVENT, lifecycleStage: 'PRE_SCALE_UP' } });
  expect(result).toMatchObject({
    functionError: 'Unhandled',
    payload: {
      errorMessage:
        'the gate is attached to stage PRE_SCALE_UP: attach it to POST_SCALE_UP, the stage with tasks to check',
    },
  });
});
