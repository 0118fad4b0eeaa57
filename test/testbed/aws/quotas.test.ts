import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeServicesCommand, DescribeTasksCommand, ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AwsAccount, AwsEndpoints, QUOTAS, TokenBucket, withQuotas } from '../../../testbed/aws';

// Hundreds of calls on a busy machine.
jest.setTimeout(60_000);

let now: number;
let account: AwsAccount;
let aws: AwsEndpoints;

beforeEach(async () => {
  now = 0;
  account = new AwsAccount();
  account.setService({ cluster: 'fleet', name: 'orders', addresses: ['10.0.0.1'] });
  account.setBalancer({ name: 'orders', zones: {} });
  account.tables.create('states', { hash: 'pk' });
  account.functions.set('probe', () => ({ payload: {} }));
  aws = await AwsEndpoints.start(withQuotas(account.handlers, QUOTAS, () => now));
});

afterEach(() => aws.close());

test('a bucket fills up again to its size', () => {
  const bucket = new TokenBucket(2, 4, () => now);
  const taken = () => Array.from({ length: 4 }, () => bucket.take()).filter(Boolean).length;
  expect(taken()).toBe(2);
  now += 250;
  expect(taken()).toBe(1);
  now += 60_000;
  expect(taken()).toBe(2);
});

const config = () => ({ ...aws.clientConfig, maxAttempts: 1 });

/** One client of an API, its error when there are no tokens, and the size of its bucket. */
test.each<[string, () => { send(command: never): Promise<unknown> }, object, object]>([
  [
    'DescribeLoadBalancers',
    () => new ElasticLoadBalancingV2Client(config()),
    new DescribeLoadBalancersCommand({}),
    { name: 'Throttling', message: 'Rate exceeded', burst: 40, perSecond: 10 },
  ],
  [
    'DescribeNetworkInterfaces',
    () => new EC2Client(config()),
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'status', Values: ['in-use'] }] }),
    { name: 'RequestLimitExceeded', message: 'Request limit exceeded.', burst: 100, perSecond: 20 },
  ],
  [
    'DescribeTasks',
    () => new ECSClient(config()),
    new DescribeTasksCommand({ cluster: 'fleet', tasks: ['a'] }),
    { name: 'ThrottlingException', message: 'Rate exceeded', burst: 100, perSecond: 20 },
  ],
  [
    'GetParametersByPath',
    () => new SSMClient(config()),
    new GetParametersByPathCommand({ Path: '/fleet' }),
    { name: 'ThrottlingException', message: 'Rate exceeded', burst: 40, perSecond: 40 },
  ],
  [
    'Invoke',
    () => new LambdaClient(config()),
    new InvokeCommand({ FunctionName: 'probe' }),
    { name: 'TooManyRequestsException', message: 'Rate Exceeded.', burst: 100, perSecond: 100 },
  ],
  [
    'PutEvents',
    () => new EventBridgeClient(config()),
    new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 't', Detail: '{}' }] }),
    { name: 'ThrottlingException', message: 'Rate exceeded', burst: 400, perSecond: 400 },
  ],
])('%s is refused beyond its bucket', async (_name, clientOf, command, expected) => {
  const { burst, perSecond, ...error } = expected as { burst: number; perSecond: number };
  const client = clientOf();
  const refused = async (calls: number) => {
    const sent = Array.from({ length: calls }, () => client.send(command as never));
    const results = await Promise.allSettled(sent);
    return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  };
  const first = await refused(burst + 3);
  expect(first).toHaveLength(3);
  expect(first[0]).toMatchObject(error);
  now += 500;
  expect(await refused(perSecond / 2 + 1)).toHaveLength(1);
});

test('the read calls of Elastic Load Balancing share a bucket, and those of ECS for tasks, not for services', async () => {
  const elb = new ElasticLoadBalancingV2Client(config());
  const ecs = new ECSClient(config());
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
  const { LoadBalancerArn } = LoadBalancers![0]!;
  for (let i = 1; i < 40; i += 1) await elb.send(new DescribeLoadBalancersCommand({}));
  await expect(elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }))).rejects.toThrow(
    'Rate exceeded',
  );
  for (let i = 0; i < 100; i += 1) await ecs.send(new DescribeTasksCommand({ cluster: 'fleet', tasks: ['a'] }));
  await expect(ecs.send(new ListTasksCommand({ cluster: 'fleet' }))).rejects.toThrow('Rate exceeded');
  await ecs.send(new DescribeServicesCommand({ cluster: 'fleet', services: ['orders'] }));
});

test('a write to DynamoDB costs a unit for each KB', async () => {
  const db = new DynamoDBClient(config());
  const write = (pk: string) =>
    db.send(new PutItemCommand({ TableName: 'states', Item: { pk: { S: pk }, state: { S: 'x'.repeat(399 * 1024) } } }));
  const results = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => write(`proxy-${i}`)));
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  // The eleventh of 400 units finds 4000 of 4000 used.
  expect(refused).toHaveLength(2);
  expect(refused[0]).toMatchObject({
    name: 'ThrottlingException',
    message: 'Throughput exceeds the current capacity of your table or index.',
  });
});

test('each quota names its source', () => {
  for (const { source } of QUOTAS) {
    expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/|^not published/);
  }
});
