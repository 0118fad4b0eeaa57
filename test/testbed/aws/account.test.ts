import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateScan,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeNetworkInterfacesCommand, EC2Client, paginateDescribeNetworkInterfaces } from '@aws-sdk/client-ec2';
import { DescribeServicesCommand, DescribeTasksCommand, ECSClient, paginateListTasks } from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  LoadBalancerNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CreateOpsItemCommand, SSMClient, UpdateOpsItemCommand } from '@aws-sdk/client-ssm';
import { AwsAccount, AwsEndpoints, AwsError, type DeliveredEvent } from '../../../testbed/aws';

let account: AwsAccount;
let aws: AwsEndpoints;

beforeEach(async () => {
  account = new AwsAccount();
  aws = await AwsEndpoints.start(account.handlers);
});

afterEach(() => aws.close());

describe('DynamoDB', () => {
  const TableName = 'states';
  let db: DynamoDBClient;

  beforeEach(() => {
    account.tables.create(TableName, { hash: 'pk' });
    db = new DynamoDBClient(aws.clientConfig);
  });

  const item = (pk: string, version: number, state = '') => ({
    pk: { S: pk },
    version: { N: `${version}` },
    state: { S: state },
  });
  /** A write of a version after another, as two runs that overlap make them. */
  const put = (pk: string, version: number, after?: number) =>
    db.send(
      new PutItemCommand({
        TableName,
        Item: item(pk, version),
        ConditionExpression: 'attribute_not_exists(pk) OR #v = :v',
        ExpressionAttributeNames: { '#v': 'version' },
        ExpressionAttributeValues: { ':v': { N: `${after ?? 0}` } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );

  test('of two conditional writes of one version the second fails, and says what is there', async () => {
    await put('orders', 1);
    await put('orders', 2, 1);
    await expect(put('orders', 3, 1)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: item('orders', 2),
    });
    expect(account.tables.items(TableName)).toEqual([item('orders', 2)]);
  });

  test('an item is read, updated and deleted', async () => {
    await put('orders', 1);
    const { Attributes } = await db.send(
      new UpdateItemCommand({
        TableName,
        Key: { pk: { S: 'orders' } },
        UpdateExpression: 'SET version = version + :one, tries = if_not_exists(tries, :one) REMOVE #s',
        ConditionExpression: 'attribute_exists(pk) AND NOT (version BETWEEN :two AND :nine) AND begins_with(pk, :o)',
        ExpressionAttributeNames: { '#s': 'state' },
        ExpressionAttributeValues: { ':one': { N: '1' }, ':two': { N: '2' }, ':nine': { N: '9' }, ':o': { S: 'ord' } },
        ReturnValues: 'ALL_NEW',
      }),
    );
    const changed = { pk: { S: 'orders' }, version: { N: '2' }, tries: { N: '1' } };
    expect(Attributes).toEqual(changed);
    const get = new GetItemCommand({ TableName, Key: { pk: { S: 'orders' } } });
    expect((await db.send(get)).Item).toEqual(changed);
    await db.send(new DeleteItemCommand({ TableName, Key: { pk: { S: 'orders' } } }));
    expect((await db.send(get)).Item).toBeUndefined();
  });

  test('an item has at most 400 KB with the names of its attributes', async () => {
    const names = 'pk'.length + 'version'.length + 'state'.length;
    const most = 400 * 1024 - names - 'orders'.length - 2;
    const write = (bytes: number) =>
      db.send(new PutItemCommand({ TableName, Item: item('orders', 1, 'x'.repeat(bytes)) }));
    await write(most);
    await expect(write(most + 1)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Item size has exceeded the maximum allowed size',
    });
  });

  test('a Scan reads a megabyte a page', async () => {
    for (let i = 0; i < 7; i += 1) account.tables.put(TableName, item(`proxy-${i}`, 1, 'x'.repeat(300_000)));
    const counts: unknown[] = [];
    for await (const { Count } of paginateScan({ client: db }, { TableName })) counts.push(Count);
    expect(counts).toEqual([4, 3]);
  });

  test('a Query has the items of a key, and a Scan those that pass its filter', async () => {
    account.tables.create('events', { hash: 'pk', range: 'id' });
    for (const id of ['1', '2', '3']) account.tables.put('events', { pk: { S: `p${id}` }, id: { S: id } });
    const query = {
      TableName: 'events',
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'p2' } },
    };
    expect((await db.send(new QueryCommand(query))).Items).toEqual([{ pk: { S: 'p2' }, id: { S: '2' } }]);
    const scan = {
      TableName: 'events',
      FilterExpression: 'id > :one',
      ProjectionExpression: 'id',
      ExpressionAttributeValues: { ':one': { S: '1' } },
      Limit: 2,
    };
    expect(await db.send(new ScanCommand(scan))).toMatchObject({
      Items: [{ id: { S: '2' } }],
      Count: 1,
      ScannedCount: 2,
      LastEvaluatedKey: { pk: { S: 'p2' }, id: { S: '2' } },
    });
  });

  test('a read that is not consistent may have the item before its last write', async () => {
    account.tables.staleMillis = 60_000;
    account.tables.put(TableName, item('orders', 1));
    account.tables.put(TableName, item('orders', 2));
    expect((await db.send(new ScanCommand({ TableName }))).Items).toEqual([item('orders', 1)]);
    expect((await db.send(new ScanCommand({ TableName, ConsistentRead: true }))).Items).toEqual([item('orders', 2)]);
  });

  test.each([
    ['a @ b', 'Invalid ConditionExpression: Syntax error; token: "@ b"'],
    ['pk =', 'Invalid ConditionExpression: Syntax error; token: "<EOF>"'],
    ['size(pk) > :v', 'Invalid ConditionExpression: Syntax error; token: "("'],
    ['pk = :none', 'An expression attribute value used in expression is not defined; attribute value: :none'],
  ])('an expression that it does not read is refused: %s', async (ConditionExpression, message) => {
    const values = { ':v': { N: '1' } };
    const command = new PutItemCommand({
      TableName,
      Item: item('orders', 1),
      ConditionExpression,
      ExpressionAttributeValues: values,
    });
    await expect(db.send(command)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
    });
  });

  test('a table that does not exist is not found', async () => {
    await expect(db.send(new ScanCommand({ TableName: 'others' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found',
    });
  });
});

describe('EventBridge', () => {
  const entry = (detail: object = { severityLevel: 3 }) => ({
    Source: 'cdk-haproxy-elb',
    DetailType: 'Incident Opened',
    Detail: JSON.stringify(detail),
  });
  const send = (Entries: object[]) =>
    new EventBridgeClient(aws.clientConfig).send(new PutEventsCommand({ Entries: Entries as never }));

  test('a rule gives its target the events that have what its pattern asks for', async () => {
    const got: DeliveredEvent[] = [];
    const pattern = {
      source: ['cdk-haproxy-elb'],
      'detail-type': [{ prefix: 'Incident' }],
      detail: { severityLevel: [{ numeric: ['>=', 2] }], owner: [{ exists: false }], tasks: ['t2'] },
    };
    account.bus.rule(pattern, (event) => got.push(event));
    const matching = { severityLevel: 2, tasks: ['t1', 't2'] };
    const { FailedEntryCount, Entries } = await send([
      entry(matching),
      entry({ ...matching, severityLevel: 1 }),
      entry({ ...matching, owner: 'them' }),
      entry({ ...matching, tasks: [] }),
    ]);
    expect(FailedEntryCount).toBe(0);
    expect(Entries).toHaveLength(4);
    expect(got).toEqual([
      {
        version: '0',
        id: Entries![0]!.EventId,
        source: 'cdk-haproxy-elb',
        'detail-type': 'Incident Opened',
        account: '123456789012',
        region: 'eu-west-1',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        resources: [],
        detail: matching,
      },
    ]);
  });

  test('a target may get an event more than once', async () => {
    account.bus.deliveries = 2;
    const got: unknown[] = [];
    account.bus.rule({ source: ['cdk-haproxy-elb'] }, ({ detail }) => got.push(detail));
    await send([entry({ eventId: 'a' })]);
    expect(got).toEqual([{ eventId: 'a' }, { eventId: 'a' }]);
  });

  test('entries fail one by one', async () => {
    account.bus.refuse = ({ Detail }) =>
      Detail?.includes('busy') ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' } : undefined;
    const { FailedEntryCount, Entries } = await send([
      entry(),
      { ...entry(), Detail: '[]' },
      { ...entry(), Source: '' },
      entry({ busy: true }),
    ]);
    expect(FailedEntryCount).toBe(3);
    expect(Entries).toEqual([
      { EventId: expect.any(String) },
      { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
      {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: 'Parameter Source is not valid. Reason: Source is a required argument.',
      },
      { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' },
    ]);
    expect(account.bus.events).toHaveLength(1);
  });

  test('a call has 1 to 10 entries and 256 KB', async () => {
    const constraint = "1 validation error detected: Value at 'entries' failed to satisfy constraint: ";
    await expect(send([])).rejects.toThrow(`${constraint}Member must have length greater than or equal to 1`);
    await expect(send(Array(11).fill(entry()))).rejects.toThrow(
      `${constraint}Member must have length less than or equal to 10`,
    );
    await send(Array(10).fill(entry({ text: 'x'.repeat(26_000) })));
    await expect(send(Array(10).fill(entry({ text: 'x'.repeat(26_200) })))).rejects.toThrow(
      'Total size of the entries in the request is over the limit.',
    );
  });
});

describe('Lambda', () => {
  const invoke = async (
    FunctionName: string,
    event: unknown,
    InvocationType: 'RequestResponse' | 'Event' = 'RequestResponse',
  ) => {
    const lambda = new LambdaClient({ ...aws.clientConfig, maxAttempts: 1 });
    const Payload = Buffer.from(JSON.stringify(event));
    const answer = await lambda.send(new InvokeCommand({ FunctionName, InvocationType, Payload }));
    return { ...answer, payload: answer.Payload?.transformToString() };
  };

  test.each(['probe', 'arn:aws:lambda:eu-west-1:123456789012:function:probe', 'probe:$LATEST'])(
    'a function is invoked as %s',
    async (name) => {
      account.functions.set('probe', (event) => ({ payload: { got: event } }));
      const { StatusCode, FunctionError, payload } = await invoke(name, { names: ['ü'] });
      expect({ StatusCode, FunctionError, payload }).toEqual({
        StatusCode: 200,
        FunctionError: undefined,
        payload: '{"got":{"names":["ü"]}}',
      });
    },
  );

  test('an error of the handler is an answer', async () => {
    const error = { errorType: 'Error', errorMessage: 'no' };
    account.functions.set('probe', () => ({ payload: error, functionError: 'Unhandled' }));
    expect(await invoke('probe', {})).toMatchObject({
      StatusCode: 200,
      FunctionError: 'Unhandled',
      payload: JSON.stringify(error),
    });
  });

  test('an event and an answer have at most 6 MB, an asynchronous event 256 KB', async () => {
    account.functions.set('probe', (event) => ({
      payload: 'x'.repeat(Number((event as { answer?: number }).answer ?? 0)),
    }));
    await expect(invoke('probe', 'x'.repeat(6 * 1024 * 1024))).rejects.toMatchObject({
      name: 'RequestTooLargeException',
      message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    });
    await expect(invoke('probe', 'x'.repeat(256 * 1024), 'Event')).rejects.toMatchObject({
      name: 'RequestTooLargeException',
    });
    expect(await invoke('probe', { answer: 6 * 1024 * 1024 })).toMatchObject({
      FunctionError: 'Unhandled',
      payload: expect.stringContaining('Response payload size exceeded maximum allowed payload size (6291457 bytes).'),
    });
    expect(await invoke('probe', {}, 'Event')).toMatchObject({ StatusCode: 202 });
  });

  test('a function that is not there, or is refused, is an error of the SDK', async () => {
    await expect(invoke('other', {})).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: other',
    });
    account.functions.set('probe', () => {
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
    });
    await expect(invoke('probe', {})).rejects.toThrow(TooManyRequestsException);
  });
});

describe('Secrets Manager', () => {
  const read = (SecretId: string) =>
    new SecretsManagerClient(aws.clientConfig).send(new GetSecretValueCommand({ SecretId }));

  test('a secret is read by name, by ARN and by partial ARN', async () => {
    const arn = account.secrets.set('orders/tls', '{}');
    for (const id of ['orders/tls', arn, arn.replace(/-AbCdEf$/, '')]) {
      expect(await read(id)).toMatchObject({ ARN: arn, Name: 'orders/tls', SecretString: '{}' });
    }
  });

  test('a secret that is not there is not found', async () => {
    const failure = await read('others').catch((error) => error);
    expect(failure).toBeInstanceOf(ResourceNotFoundException);
    expect(failure.message).toBe("Secrets Manager can't find the specified secret.");
  });
});

describe('load balancers', () => {
  const describeThem = (input: object) =>
    new ElasticLoadBalancingV2Client(aws.clientConfig).send(new DescribeLoadBalancersCommand(input));
  const make = (count: number) =>
    Array.from({ length: count }, (_, i) => account.setBalancer({ name: `lb-${i}`, zones: { 'eu-west-1a': [] } }).arn);

  test('20 are described at once, and no more', async () => {
    const arns = make(21);
    const { LoadBalancers } = await describeThem({ LoadBalancerArns: arns.slice(0, 20) });
    expect(LoadBalancers?.map(({ LoadBalancerArn }) => LoadBalancerArn)).toEqual(arns.slice(0, 20));
    await expect(describeThem({ LoadBalancerArns: arns })).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining(
        "'loadBalancerArns' failed to satisfy constraint: Member must have length less than or equal to 20",
      ),
    });
  });

  test('one that is gone fails the call for all', async () => {
    const [first, second] = make(2) as [string, string];
    account.loadBalancers.delete(second);
    const failure = await describeThem({ LoadBalancerArns: [first, second] }).catch((error) => error);
    expect(failure).toBeInstanceOf(LoadBalancerNotFoundException);
    expect(failure.message).toBe(`Load balancers '[${second}]' not found`);
  });

  test('a Network Load Balancer says how it answers the clients of a zone', async () => {
    const { arn, dnsName } = account.setBalancer({
      name: 'orders',
      type: 'net',
      zones: { 'eu-west-1a': ['10.0.1.4'], 'eu-west-1b': ['10.0.2.4'] },
      routing: 'availability_zone_affinity',
    });
    const elb = new ElasticLoadBalancingV2Client(aws.clientConfig);
    const { Attributes } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }));
    expect(Attributes).toContainEqual({ Key: 'dns_record.client_routing_policy', Value: 'availability_zone_affinity' });
    expect((await describeThem({ Names: ['orders'] })).LoadBalancers).toMatchObject([
      {
        DNSName: dnsName,
        Type: 'network',
        AvailabilityZones: [
          { ZoneName: 'eu-west-1a', LoadBalancerAddresses: [{ PrivateIPv4Address: '10.0.1.4' }] },
          { ZoneName: 'eu-west-1b', LoadBalancerAddresses: [{ PrivateIPv4Address: '10.0.2.4' }] },
        ],
      },
    ]);
  });
});

describe('network interfaces', () => {
  const find = (input: object) => new EC2Client(aws.clientConfig).send(new DescribeNetworkInterfacesCommand(input));
  const filter = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });

  test('those of a load balancer have its description, and others say whose they are', async () => {
    const { arn } = account.setBalancer({ name: 'orders', zones: { 'eu-west-1a': ['10.0.1.4', 'fd00::4'] } });
    account.addStranger({ address: '10.0.1.5', description: 'ECS task of billing' });
    const description = `ELB ${arn.split(':loadbalancer/')[1]}`;
    const { NetworkInterfaces: own = [] } = await find(filter('description', description));
    expect(own.map((one) => [one.PrivateIpAddress, one.Ipv6Addresses])).toEqual([
      ['10.0.1.4', undefined],
      [undefined, [{ Ipv6Address: 'fd00::4' }]],
    ]);
    const { NetworkInterfaces: other } = await find(filter('addresses.private-ip-address', '10.0.1.5', '10.0.1.6'));
    expect(other).toMatchObject([{ Description: 'ECS task of billing', Status: 'in-use', VpcId: 'vpc-1' }]);
    expect((await find(filter('description', 'ELB app/ord*'))).NetworkInterfaces).toHaveLength(2);
  });

  test('an internet-facing load balancer has public addresses', async () => {
    account.setBalancer({ name: 'shop', scheme: 'internet-facing', zones: { 'eu-west-1a': ['52.0.0.1'] } });
    const { NetworkInterfaces } = await find(filter('association.public-ip', '52.0.0.1'));
    expect(NetworkInterfaces).toMatchObject([{ PrivateIpAddresses: [{ Association: { PublicIp: '52.0.0.1' } }] }]);
  });

  test('200 values pass, and no more', async () => {
    const values = Array.from({ length: 201 }, (_, i) => `ELB app/lb-${i}/1`);
    await find(filter('description', ...values.slice(0, 200)));
    await expect(find(filter('description', ...values))).rejects.toMatchObject({
      name: 'FilterLimitExceeded',
      message: 'The maximum number of filter values specified on a single call is 200',
    });
    await expect(find(filter('colour', 'red'))).rejects.toThrow("The filter 'colour' is invalid");
  });

  test('a page has at most 1,000', async () => {
    for (let i = 0; i < 1001; i += 1) account.addStranger({ address: `10.1.${i >> 8}.${i & 255}`, description: 'x' });
    const client = new EC2Client(aws.clientConfig);
    const sizes: unknown[] = [];
    const pages = paginateDescribeNetworkInterfaces({ client, pageSize: 1000 }, filter('description', 'x'));
    for await (const { NetworkInterfaces } of pages) sizes.push(NetworkInterfaces?.length);
    expect(sizes).toEqual([1000, 1]);
    await expect(find({ MaxResults: 1001 })).rejects.toThrow(
      'Value ( 1001 ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.',
    );
  });
});

describe('ECS', () => {
  let ecs: ECSClient;

  beforeEach(() => {
    ecs = new ECSClient(aws.clientConfig);
    const addresses = Array.from({ length: 101 }, (_, i) => `10.0.0.${i}`);
    account.setService({ cluster: 'fleet', name: 'orders', addresses });
    for (let i = 0; i < 11; i += 1) account.setService({ cluster: 'fleet', name: `s${i}`, addresses: [] });
  });

  test('100 tasks are listed a page and described a call, and no more', async () => {
    const pages: string[][] = [];
    for await (const { taskArns = [] } of paginateListTasks(
      { client: ecs },
      { cluster: 'fleet', serviceName: 'orders' },
    )) {
      pages.push(taskArns);
    }
    expect(pages.map(({ length }) => length)).toEqual([100, 1]);
    const describeTasks = (tasks: string[]) => ecs.send(new DescribeTasksCommand({ cluster: 'fleet', tasks }));
    expect((await describeTasks(pages[0]!)).tasks).toHaveLength(100);
    await expect(describeTasks(pages.flat())).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Tasks cannot have more than 100 elements.',
    });
    expect((await describeTasks(['gone'])).failures).toEqual([
      { arn: 'arn:aws:ecs:eu-west-1:123456789012:task/fleet/gone', reason: 'MISSING' },
    ]);
  });

  test('10 services are described a call, and no more', async () => {
    const names = Array.from({ length: 11 }, (_, i) => `s${i}`);
    const describeServices = (cluster: string, services: string[]) =>
      ecs.send(new DescribeServicesCommand({ cluster, services }));
    const { services, failures } = await describeServices('fleet', [...names.slice(0, 9), 'gone']);
    expect(services?.map(({ serviceName }) => serviceName)).toEqual(names.slice(0, 9));
    expect(failures).toEqual([{ arn: 'arn:aws:ecs:eu-west-1:123456789012:service/fleet/gone', reason: 'MISSING' }]);
    await expect(describeServices('fleet', names)).rejects.toThrow('Services cannot have more than 10 elements.');
    await expect(describeServices('other', ['s1'])).rejects.toThrow('Cluster not found.');
  });
});

test('OpsCenter refuses a second open OpsItem about the same', async () => {
  const ssm = new SSMClient(aws.clientConfig);
  const create = () =>
    ssm.send(
      new CreateOpsItemCommand({
        Source: 'x',
        Title: 'orders',
        Description: 'd',
        OperationalData: { '/aws/dedup': { Type: 'SearchableString', Value: '{"dedupString":"a"}' } },
      }),
    );
  const { OpsItemId } = await create();
  await expect(create()).rejects.toMatchObject({ name: 'OpsItemAlreadyExistsException', OpsItemId });
  await ssm.send(new UpdateOpsItemCommand({ OpsItemId, Status: 'Resolved' }));
  await create();
  expect(account.opsItems.items.map(({ status }) => status)).toEqual(['Resolved', 'Open']);
});
