import { TimeLimit } from '../../../lambda/controller/aws/time-limit';
import { type ListedSource, tasksOf } from '../../../lambda/controller/domain/task-source';
import type * as listings from '../../../lambda/controller/listings';
import { AwsAccount, AwsError } from '../../../testbed/aws';
import { SwitchableAws } from './aws/aws';

const PROBE = 'arn:aws:lambda:eu-west-1:123456789012:function:probe';
const runtimeApiPort = 9990;

let aws: SwitchableAws;
let account: AwsAccount;
let readListings: typeof listings.readListings;
let time: TimeLimit;

beforeAll(async () => {
  aws = await SwitchableAws.start();
  ({ readListings } = require('../../../lambda/controller/listings') as typeof listings);
});

beforeEach(() => {
  account = new AwsAccount();
  aws.handlers = account.handlers;
  aws.takeCalls();
  time = new TimeLimit(20_000);
});

afterEach(() => time.clear());
afterAll(() => aws.close());

/** The endpoints of the tasks of a source by id, or why they are not known. */
async function endpointsOf(source: ListedSource, probe = PROBE) {
  const listed = (await readListings([{ source, probe }], time))(source);
  if ('failed' in listed) {
    return listed;
  }
  const tasks = tasksOf(listed.listing, source).map(({ id, endpoint }) => [id, endpoint]);
  return { tasks: Object.fromEntries(tasks), ...('desiredCount' in listed && { desiredCount: listed.desiredCount }) };
}

const operations = () => aws.takeCalls().map(([operation]) => operation);

describe('an ECS service without network interfaces of its own', () => {
  const source = { cluster: 'fleet', service: 'edge', runtimeApiPort };

  test('has the address of its instance, and in network mode bridge the port of the binding', async () => {
    account.instances.set({ id: 'i-1', address: '10.0.0.1' });
    account.instances.set({ id: 'i-2', address: '10.0.0.2' });
    const placements = [
      {
        instance: 'i-1',
        ports: [
          [80, 32_768],
          [9990, 32_769],
        ] as const,
      },
      {
        instance: 'i-1',
        ports: [
          [80, 32_770],
          [9990, 32_771],
        ] as const,
      },
      {
        instance: 'i-2',
        ports: [
          [80, 80],
          [9990, 9990],
        ] as const,
      },
      // In network mode host a port that no mapping has is open as well.
      { instance: 'i-2', ports: [] },
    ];
    account.setService({ cluster: 'fleet', name: 'edge', addresses: placements });
    expect(await endpointsOf(source)).toEqual({
      tasks: {
        'edge-0': '10.0.0.1:32769',
        'edge-1': '10.0.0.1:32771',
        'edge-2': '10.0.0.2:9990',
        'edge-3': '10.0.0.2:9990',
      },
    });
    expect(operations()).toEqual(['ListTasks', 'DescribeTasks', 'DescribeContainerInstances', 'DescribeInstances']);
  });

  test('has the address of its machine outside of AWS, as Systems Manager knows it', async () => {
    account.instances.setManagedNode('mi-1', '192.168.7.5');
    account.setService({ cluster: 'fleet', name: 'edge', addresses: [{ instance: 'mi-1', ports: [] }] });
    expect(await endpointsOf(source)).toEqual({ tasks: { 'edge-0': '192.168.7.5:9990' } });
    expect(operations()).toEqual([
      'ListTasks',
      'DescribeTasks',
      'DescribeContainerInstances',
      'DescribeInstanceInformation',
    ]);
  });

  test('has no address where its instance is gone', async () => {
    account.instances.set({ id: 'i-1', address: '10.0.0.1', state: 'shutting-down' });
    const addresses = ['i-1', 'i-2'].map((instance) => ({ instance, ports: [] }));
    account.setService({ cluster: 'fleet', name: 'edge', addresses });
    expect(await endpointsOf(source)).toEqual({ tasks: { 'edge-0': undefined, 'edge-1': undefined } });
  });

  test('does not affect services of its cluster with network interfaces where instances may not be read', async () => {
    account.instances.set({ id: 'i-1', address: '10.0.0.1' });
    account.setService({ cluster: 'fleet', name: 'edge', addresses: [{ instance: 'i-1', ports: [] }] });
    const names = Array.from({ length: 7 }, (_, i) => `service-${i}`);
    for (const [i, name] of names.entries()) {
      account.setService({ cluster: 'fleet', name, addresses: [`10.1.0.${i}`] });
    }
    aws.handlers = { ...account.handlers, 'ecs:DescribeContainerInstances': deny };
    const sources = [source, ...names.map((service) => ({ cluster: 'fleet', service, runtimeApiPort }))];
    const listed = await readListings(
      sources.map((one) => ({ source: one, probe: PROBE })),
      time,
    );
    expect(sources.map((one) => ('failed' in listed(one) ? 'failed' : 'listed'))).toEqual([
      'failed',
      ...names.map(() => 'listed'),
    ]);
    expect(listed(source)).toEqual({ failed: 'AccessDeniedException: not authorized' });
  });
});

describe('an Auto Scaling group', () => {
  const source = { autoScalingGroup: 'edge', runtimeApiPort };

  test('has those of its instances that are in service and healthy', async () => {
    const states = ['InService', 'Pending', 'Terminating', 'Standby', 'Warmed:Running'] as const;
    for (const [i] of [...states, 'unhealthy', 'gone'].entries()) {
      account.instances.set({ id: `i-${i}`, address: `10.0.0.${i}` });
    }
    account.instances.terminate('i-6');
    account.groups.set('edge', [
      ...states.map((state, i) => ({ id: `i-${i}`, state })),
      { id: 'i-5', healthy: false },
      { id: 'i-6' },
    ]);
    expect(await endpointsOf(source)).toEqual({ tasks: { 'i-0': '10.0.0.0:9990' } });
  });

  test('without such an instance says how many there shall be', async () => {
    account.groups.set('edge', [], 0);
    expect(await endpointsOf(source)).toEqual({ tasks: {}, desiredCount: 0 });
    account.groups.set('edge', [{ id: 'i-1', state: 'Pending' }], 2);
    expect(await endpointsOf(source)).toEqual({ tasks: {}, desiredCount: 2 });
  });

  test('that does not exist is said', async () => {
    expect(await endpointsOf(source)).toEqual({ failed: 'there is no Auto Scaling group edge' });
  });

  test('is read with others: 100 groups in a call, 199 instances in a call', async () => {
    const names = Array.from({ length: 150 }, (_, i) => `edge-${i}`);
    for (const [i, name] of names.entries()) {
      const members = [0, 1].map((n) => ({ id: `i-${i}-${n}` }));
      for (const [n, { id }] of members.entries()) {
        account.instances.set({ id, address: `10.0.${i}.${n}` });
      }
      account.groups.set(name, members);
    }
    const sources = names.map((autoScalingGroup) => ({ autoScalingGroup, runtimeApiPort }));
    const listed = await readListings(
      sources.map((one) => ({ source: one, probe: PROBE })),
      time,
    );
    sources.forEach((one, i) => {
      expect(listed(one)).toMatchObject({
        listing: {
          tasks: [
            { id: `i-${i}-0`, host: `10.0.${i}.0` },
            { id: `i-${i}-1`, host: `10.0.${i}.1` },
          ],
        },
      });
    });
    expect(operations()).toEqual([
      'DescribeAutoScalingGroups',
      'DescribeAutoScalingGroups',
      'DescribeInstances',
      'DescribeInstances',
    ]);
  });

  test('whose instances may not be read is not a group without instances', async () => {
    account.groups.set('edge', [{ id: 'i-1' }]);
    aws.handlers = { ...account.handlers, 'ec2:DescribeInstances': deny };
    expect(await endpointsOf(source)).toEqual({ failed: 'AccessDeniedException: not authorized' });
  });
});

describe('instances by tags', () => {
  test('are those that run and have all tags, read literally', async () => {
    account.instances.set({ id: 'i-1', address: '10.0.0.1', tags: { role: 'haproxy', 'team name': 'a*b' } });
    account.instances.set({ id: 'i-2', address: '10.0.0.2', tags: { role: 'haproxy', 'team name': 'axb' } });
    account.instances.set({ id: 'i-3', address: '10.0.0.3', tags: { role: 'haproxy' } });
    account.instances.set({
      id: 'i-4',
      address: '10.0.0.4',
      tags: { role: 'haproxy', 'team name': 'a*b' },
      state: 'stopped',
    });
    const tags = (instanceTags: Record<string, string>) => endpointsOf({ instanceTags, runtimeApiPort });
    expect(await tags({ role: 'haproxy', 'team name': 'a*b' })).toEqual({ tasks: { 'i-1': '10.0.0.1:9990' } });
    expect(await tags({ role: 'haproxy' })).toEqual({
      tasks: { 'i-1': '10.0.0.1:9990', 'i-2': '10.0.0.2:9990', 'i-3': '10.0.0.3:9990' },
    });
    expect(await tags({ role: 'hap' })).toEqual({ tasks: {} });
  });
});

describe('a Cloud Map service', () => {
  const source = { cloudMapNamespace: 'corp.internal', cloudMapService: 'edge', runtimeApiPort };
  const instance = (id: string, healthy = true) => ({ id, healthy, attributes: { AWS_INSTANCE_IPV4: `10.0.0.${id}` } });

  test('has its healthy instances, and all where none is healthy', async () => {
    account.cloudMap.set('corp.internal', 'edge', [instance('1'), instance('2', false)]);
    expect(await endpointsOf(source)).toEqual({ tasks: { 1: '10.0.0.1:9990' } });
    account.cloudMap.set('corp.internal', 'edge', [instance('1', false), instance('2', false)]);
    expect(await endpointsOf(source)).toEqual({ tasks: { 1: '10.0.0.1:9990', 2: '10.0.0.2:9990' } });
  });

  test('has more than the 8 instances of a DNS answer, of either family', async () => {
    const many = Array.from({ length: 300 }, (_, i) => instance(`${i}`));
    const ipv6 = { id: 'six', attributes: { AWS_INSTANCE_IPV6: 'fd00::6' } };
    account.cloudMap.set('corp.internal', 'edge', [...many, ipv6]);
    const { tasks } = (await endpointsOf(source)) as { tasks: Record<string, string> };
    expect(Object.keys(tasks)).toHaveLength(301);
    expect(tasks.six).toBe('[fd00::6]:9990');
  });

  test('that does not exist is said', async () => {
    expect(await endpointsOf(source)).toEqual({ failed: 'ServiceNotFound: Service not found: edge' });
  });
});

describe('a DNS name', () => {
  const source = { name: 'edge.corp.internal', runtimeApiPort };
  const answer = (addresses: readonly string[], more = {}) => ({
    addresses,
    largestAnswer: addresses.length,
    unanswered: [],
    degraded: [],
    ...more,
  });

  /** A probe that answers so for every name, in order. */
  const probeAnswers = (...names: object[]) => {
    aws.handlers = {
      ...account.handlers,
      'lambda:Invoke': () => ({
        StatusCode: 200,
        Payload: Buffer.from(JSON.stringify({ names, processes: [] })) as never,
      }),
    };
  };

  test.each<[what: string, addresses: string[], endpoints: string[]]>([
    ['each address is a process', ['10.0.0.1', '10.0.0.2'], ['10.0.0.1:9990', '10.0.0.2:9990']],
    ['of both families the IPv4 ones', ['10.0.0.1', 'fd00::1'], ['10.0.0.1:9990']],
    ['IPv6 addresses alone', ['fd00::1'], ['[fd00::1]:9990']],
    ['no address, no process', [], []],
  ])('%s', async (_what, addresses, endpoints) => {
    probeAnswers(answer(addresses));
    const { tasks } = (await endpointsOf(source)) as { tasks: Record<string, string> };
    expect(Object.values(tasks)).toEqual(endpoints);
  });

  test('that DNS does not answer is not a name without processes', async () => {
    probeAnswers(answer([], { unanswered: ['A', 'AAAA'], degraded: ['edge.corp.internal: ETIMEOUT'] }));
    expect(await endpointsOf(source)).toEqual({ failed: 'edge.corp.internal: ETIMEOUT' });
  });

  test('is asked in the VPC of its probe, and names of one VPC together', async () => {
    const asked: [string, number][] = [];
    aws.handlers = {
      'lambda:Invoke': ({ FunctionName = '', Payload }) => {
        const { names } = JSON.parse(Buffer.from(Payload as Uint8Array).toString()) as { names: unknown[] };
        asked.push([FunctionName, names.length]);
        const address = FunctionName.endsWith('a') ? '10.0.0.1' : '10.9.0.1';
        return {
          StatusCode: 200,
          Payload: Buffer.from(JSON.stringify({ names: names.map(() => answer([address])), processes: [] })) as never,
        };
      },
    };
    const sources = [
      { source: { ...source }, probe: 'probe-a' },
      { source: { ...source }, probe: 'probe-b' },
      { source: { ...source, name: 'other.corp.internal' }, probe: 'probe-a' },
    ];
    const listed = await readListings(sources, time);
    expect(sources.map((one) => listed(one.source))).toMatchObject([
      { listing: { tasks: [{ host: '10.0.0.1' }] } },
      { listing: { tasks: [{ host: '10.9.0.1' }] } },
      { listing: { tasks: [{ host: '10.0.0.1' }] } },
    ]);
    expect(asked.sort()).toEqual([
      ['probe-a', 2],
      ['probe-b', 1],
    ]);
  });
});

test('a source that fails does not affect those of other kinds', async () => {
  account.groups.set('edge', [{ id: 'i-1' }]);
  account.instances.set({ id: 'i-1', address: '10.0.0.1', tags: { role: 'haproxy' } });
  aws.handlers = { ...account.handlers, 'autoscaling:DescribeAutoScalingGroups': deny };
  const group = { autoScalingGroup: 'edge', runtimeApiPort };
  const tags = { instanceTags: { role: 'haproxy' }, runtimeApiPort };
  const listed = await readListings(
    [group, tags].map((source) => ({ source, probe: PROBE })),
    time,
  );
  expect(listed(group)).toEqual({ failed: 'AccessDeniedException: not authorized' });
  expect(listed(tags)).toMatchObject({ listing: { tasks: [{ host: '10.0.0.1' }] } });
});

function deny(): never {
  throw new AwsError('AccessDeniedException', 'not authorized', 400);
}
