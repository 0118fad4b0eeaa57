import type { Task } from '@aws-sdk/client-ecs';
import type * as tasks from '../../../../lambda/controller/aws/tasks';
import { TimeLimit } from '../../../../lambda/controller/aws/time-limit';
import { tasksOf } from '../../../../lambda/controller/domain/task-source';
import type { ServiceSource } from '../../../../lib/contract/registry-record';
import { AwsAccount, AwsError } from '../../../../testbed/aws';
import { SwitchableAws } from './aws';

const CLUSTER = 'arn:aws:ecs:eu-west-1:123456789012:cluster/fleet';
const STARTED_AT = new Date('2026-11-22T12:00:00Z');
const startedAt = STARTED_AT.getTime();
const arnOf = (id: string) => `arn:aws:ecs:eu-west-1:123456789012:task/fleet/${id}`;

let aws: SwitchableAws;
let readServices: typeof tasks.readServices;
const time = new TimeLimit(60_000);

/** The tasks of the service, or an error. */
async function list() {
  const service = { cluster: CLUSTER, service: 'orders', runtimeApiPort: 9990 };
  const found = (await readServices([service], time))(service);
  if ('failed' in found) {
    throw new Error(found.failed);
  }
  return tasksOf(found.listing, service);
}

beforeAll(async () => {
  aws = await SwitchableAws.start();
  ({ readServices } = require('../../../../lambda/controller/aws/tasks') as typeof tasks);
});

beforeEach(() => aws.takeCalls());

afterAll(async () => {
  time.clear();
  await aws.close();
});

/** A task as ECS describes it in network mode awsvpc. */
function task(id: string, address: string | undefined, lastStatus = 'RUNNING'): Task {
  const details = [
    { name: 'subnetId', value: 'subnet-1' },
    { name: 'networkInterfaceId', value: 'eni-1' },
    { name: 'macAddress', value: '0e:00:00:00:00:01' },
    ...(address === undefined ? [] : [{ name: 'privateIPv4Address', value: address }]),
  ];
  const attachments = [{ type: 'ElasticNetworkInterface', status: 'ATTACHED', details }];
  return { taskArn: arnOf(id), clusterArn: CLUSTER, lastStatus, attachments, startedAt: STARTED_AT };
}

/** ECS with these tasks, at most 100 in a page. Those that are listed and not described stopped in between. */
function ecsHas(listed: readonly string[], described: readonly Task[]): void {
  aws.handlers = {
    'ecs:ListTasks': ({ nextToken }) => {
      const from = Number(nextToken ?? 0);
      const more = from + 100 < listed.length;
      return { taskArns: listed.slice(from, from + 100).map(arnOf), nextToken: more ? `${from + 100}` : undefined };
    },
    'ecs:DescribeTasks': ({ tasks: asked = [] }) => {
      if (asked.length < 1 || asked.length > 100) {
        throw new AwsError('InvalidParameterException', 'Tasks cannot be empty, and not more than 100.');
      }
      const found = described.filter(({ taskArn }) => asked.includes(taskArn!));
      const missing = asked.filter((arn) => !found.some(({ taskArn }) => taskArn === arn));
      return { tasks: found, failures: missing.map((arn) => ({ arn, reason: 'MISSING' })) };
    },
  };
}

test('each running task with its id and the endpoint of its runtime API', async () => {
  ecsHas(['a', 'b'], [task('a', '10.1.0.1'), task('b', '10.1.0.2')]);
  expect(await list()).toEqual([
    { id: 'a', endpoint: '10.1.0.1:9990', startedAt },
    { id: 'b', endpoint: '10.1.0.2:9990', startedAt },
  ]);
  expect(aws.takeCalls()).toEqual([
    ['ListTasks', { cluster: CLUSTER, serviceName: 'orders', desiredStatus: 'RUNNING' }],
    ['DescribeTasks', { cluster: CLUSTER, tasks: [arnOf('a'), arnOf('b')] }],
  ]);
});

test('each task with its revision', async () => {
  const taskDefinitionArn = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/orders:7';
  ecsHas(['a'], [{ ...task('a', '10.1.0.1'), taskDefinitionArn }]);
  expect((await list()).map(({ revision }) => revision)).toEqual(['orders:7']);
});

test('tasks of all pages', async () => {
  const ids = Array.from({ length: 120 }, (_, i) => `task-${i}`);
  ecsHas(
    ids,
    ids.map((id, i) => task(id, `10.1.0.${i}`)),
  );
  expect(await list()).toEqual(ids.map((id, i) => ({ id, endpoint: `10.1.0.${i}:9990`, startedAt })));
  expect(aws.takeCalls().map(([operation]) => operation)).toEqual([
    'ListTasks',
    'ListTasks',
    'DescribeTasks',
    'DescribeTasks',
  ]);
});

test('a service without tasks', async () => {
  ecsHas([], []);
  expect(await list()).toEqual([]);
});

const NOT_RUNNING: [what: string, described: Task[]][] = [
  ['is on its way', [task('b', '10.1.0.2', 'PENDING')]],
  ['is about to stop', [task('b', '10.1.0.2', 'DEPROVISIONING')]],
  ['stopped between the list and the description', [task('b', '10.1.0.2', 'STOPPED')]],
  ['is gone between the list and the description', []],
];

test.each(NOT_RUNNING)('a task that %s is passed over', async (_what, described) => {
  ecsHas(['a', 'b', 'c'], [task('a', '10.1.0.1'), ...described, task('c', '10.1.0.3')]);
  expect((await list()).map(({ id }) => id)).toEqual(['a', 'c']);
});

describe('the address of a task', () => {
  const containers = [
    { name: 'haproxy', networkInterfaces: [{ privateIpv4Address: '10.1.0.4', ipv6Address: 'fd00::4' }] },
  ];

  test.each<[what: string, described: Task, endpoint: string | undefined]>([
    ['is that of its attachment', { ...task('a', '10.1.0.1'), containers }, '10.1.0.1:9990'],
    ['is that of its containers where no attachment has it', { ...task('a', undefined), containers }, '10.1.0.4:9990'],
    [
      'is an IPv6 address where it has no other',
      { ...task('a', undefined), containers: [{ networkInterfaces: [{ ipv6Address: 'fd00::4' }] }] },
      '[fd00::4]:9990',
    ],
    [
      'is none in network mode bridge or host',
      { ...task('a', undefined), attachments: [], containers: [{ networkBindings: [{ hostPort: 32768 }] }] },
      undefined,
    ],
  ])('%s', async (_what, described, endpoint) => {
    ecsHas(['a'], [described]);
    expect(await list()).toEqual([{ id: 'a', endpoint, startedAt }]);
  });
});

test('ECS is asked again while it throttles', async () => {
  ecsHas(['a'], [task('a', '10.1.0.1')]);
  const answer = aws.handlers['ecs:ListTasks']!;
  const failures = Array.from({ length: 2 }, () => new AwsError('ThrottlingException', 'Rate exceeded'));
  aws.handlers['ecs:ListTasks'] = (input) => {
    const failure = failures.pop();
    if (failure) {
      throw failure;
    }
    return answer(input);
  };
  expect(await list()).toHaveLength(1);
});

test.each(['ClusterNotFoundException', 'ServiceNotFoundException', 'AccessDeniedException'])(
  'what ECS refuses (%s) is an error, and not a service without tasks',
  async (code) => {
    aws.handlers = {
      'ecs:ListTasks': () => {
        throw new AwsError(code, 'because');
      },
    };
    await expect(list()).rejects.toThrow(`${code}: because`);
  },
);

describe('many services', () => {
  const service = (name: string) => ({ cluster: 'fleet', service: name, runtimeApiPort: 9990 });
  const operations = () => aws.takeCalls().map(([operation]) => operation);

  test('of a cluster are listed together, and described 100 tasks a call', async () => {
    const account = new AwsAccount();
    const names = Array.from({ length: 150 }, (_, i) => `service-${i}`);
    for (const [i, name] of names.entries()) {
      account.setService({ cluster: 'fleet', name, addresses: [`10.1.${i}.1`, `10.1.${i}.2`] });
    }
    account.setService({ cluster: 'fleet', name: 'stranger', addresses: ['10.9.0.1'] });
    aws.handlers = account.handlers;
    const listed = await readServices(names.map(service), time);
    names.forEach((name, i) => {
      expect(listed(service(name))).toMatchObject({
        listing: { service: `fleet/${name}`, tasks: [{ host: `10.1.${i}.1` }, { host: `10.1.${i}.2` }] },
      });
    });
    const made = operations();
    expect(made.filter((one) => one === 'ListTasks')).toHaveLength(4);
    expect(made.filter((one) => one === 'DescribeTasks')).toHaveLength(4);
  });

  test('that share their cluster with thousands of other tasks are listed one by one', async () => {
    const account = new AwsAccount();
    const names = Array.from({ length: 6 }, (_, i) => `service-${i}`);
    const others = Array.from({ length: 2000 }, (_, i) => `10.2.${i >> 8}.${i & 255}`);
    account.setService({ cluster: 'fleet', name: 'batch', addresses: others });
    for (const name of names) {
      account.setService({ cluster: 'fleet', name, addresses: ['10.1.0.1'] });
    }
    aws.handlers = account.handlers;
    const listed = await readServices(names.map(service), time);
    expect(names.map((name) => listed(service(name)))).toMatchObject(names.map(() => ({ listing: { tasks: [{}] } })));
    expect(operations().filter((one) => one === 'ListTasks')).toHaveLength(12);
  });

  test.each<[what: string, count: number]>([
    ['one by one', 2],
    ['together', 8],
  ])('are listed %s, and a task that an earlier list had is not described again', async (_what, count) => {
    const account = new AwsAccount();
    const names = Array.from({ length: count }, (_, i) => `service-${i}`);
    for (const [i, name] of names.entries()) {
      account.setService({ cluster: 'fleet', name, addresses: [`10.1.${i}.1`] });
    }
    aws.handlers = account.handlers;
    const first = await readServices(names.map(service), time);
    account.setService({ cluster: 'fleet', name: 'service-1', addresses: ['10.1.1.1', '10.1.1.2'] });
    operations();
    const listingOf = (one: ServiceSource) => {
      const found = first(one);
      return 'listing' in found ? found.listing : undefined;
    };
    const second = await readServices(names.map(service), time, listingOf);
    expect(aws.takeCalls().flatMap(([operation, input]) => (operation === 'DescribeTasks' ? [input] : []))).toEqual([
      { cluster: 'fleet', tasks: ['arn:aws:ecs:eu-west-1:123456789012:task/fleet/service-1-1'] },
    ]);
    expect(second(service('service-0'))).toMatchObject({ listing: { tasks: [{ host: '10.1.0.1' }] } });
    expect(second(service('service-1'))).toMatchObject({
      listing: { tasks: [{ host: '10.1.1.1' }, { host: '10.1.1.2' }] },
    });
  });

  test('are not listed when the time is over', async () => {
    const account = new AwsAccount();
    account.setService({ cluster: 'fleet', name: 'web', addresses: ['10.1.0.1'] });
    aws.handlers = account.handlers;
    const late = await readServices([service('web')], new TimeLimit(0));
    expect(late(service('web'))).toEqual({ failed: 'the run had no time left' });
    expect(operations()).toEqual([]);
  });

  test('say how many tasks they are to have, where they have none', async () => {
    const account = new AwsAccount();
    account.setService({ cluster: 'fleet', name: 'dev', addresses: [], desiredCount: 0 });
    account.setService({ cluster: 'fleet', name: 'prod', addresses: [], desiredCount: 2 });
    aws.handlers = account.handlers;
    const listed = await readServices([service('dev'), service('prod'), service('gone')], time);
    expect(listed(service('dev'))).toMatchObject({ listing: { tasks: [] }, desiredCount: 0 });
    expect(listed(service('prod'))).toMatchObject({ listing: { tasks: [] }, desiredCount: 2 });
    expect(listed(service('gone'))).toEqual({ failed: 'ServiceNotFoundException: Service not found.' });
  });
});
