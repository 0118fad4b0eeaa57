import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeTasksCommand, ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  LoadBalancerNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { AwsEndpoints, AwsError, type AwsHandlers } from '../../../testbed/aws';

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/a/1';

let aws: AwsEndpoints;

async function start(handlers: AwsHandlers) {
  aws = await AwsEndpoints.start(handlers);
}

afterEach(() => aws.close());

describe('wire formats', () => {
  test('awsJson carries values of every kind, in and out', async () => {
    const createdAt = new Date('2026-11-22T14:51:00.250Z');
    await start({
      'ecs:ListTasks': () => ({ taskArns: ['task/1', 'task/2'] }),
      'ecs:DescribeTasks': ({ tasks }) => ({ tasks: tasks?.map((taskArn) => ({ taskArn, createdAt, version: 3 })) }),
    });
    const ecs = new ECSClient(aws.clientConfig);

    const { taskArns } = await ecs.send(new ListTasksCommand({ cluster: 'c', maxResults: 5 }));
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: 'c', tasks: taskArns }));

    expect(tasks).toEqual([
      { taskArn: 'task/1', createdAt, version: 3 },
      { taskArn: 'task/2', createdAt, version: 3 },
    ]);
    expect(aws.calls).toEqual([
      { service: 'ecs', operation: 'ListTasks', input: { cluster: 'c', maxResults: 5 } },
      { service: 'ecs', operation: 'DescribeTasks', input: { cluster: 'c', tasks: ['task/1', 'task/2'] } },
    ]);
  });

  test('awsQuery carries lists, structures, times and characters that XML must escape', async () => {
    const loadBalancer = {
      LoadBalancerArn: ARN,
      LoadBalancerName: `<"a" & 'b'>`,
      CreatedTime: new Date('2026-11-22T14:51:00.250Z'),
      State: { Code: 'active' as const },
      SecurityGroups: [],
      AvailabilityZones: [{ ZoneName: 'eu-west-1a' }, { ZoneName: 'eu-west-1b' }],
    };
    await start({
      'elasticloadbalancing:DescribeLoadBalancers': () => ({ LoadBalancers: [loadBalancer], NextMarker: undefined }),
    });
    const elb = new ElasticLoadBalancingV2Client(aws.clientConfig);
    const Names = Array.from({ length: 11 }, (_, index) => `n&=${index}`);

    const output = await elb.send(new DescribeLoadBalancersCommand({ Names, PageSize: 20 }));

    expect(output).toEqual({ $metadata: expect.anything(), LoadBalancers: [loadBalancer] });
    expect(aws.calls).toEqual([
      { service: 'elasticloadbalancing', operation: 'DescribeLoadBalancers', input: { Names, PageSize: '20' } },
    ]);
  });
});

describe('ec2Query', () => {
  const describeInterfaces = () =>
    new EC2Client(aws.clientConfig).send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: ['ELB app/a/1', 'b'] }] }),
    );

  test('carries numbered lists, in and out', async () => {
    const found = {
      Description: 'ELB <app/a/1>',
      PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.1', Association: { PublicIp: '52.0.0.1' } }],
      Ipv6Addresses: [{ Ipv6Address: 'fd00::1' }],
    };
    await start({ 'ec2:DescribeNetworkInterfaces': () => ({ NetworkInterfaces: [found, {}], NextToken: 'more' }) });
    expect(await describeInterfaces()).toEqual({
      $metadata: expect.anything(),
      NetworkInterfaces: [found, {}],
      NextToken: 'more',
    });
    expect(aws.calls).toEqual([
      {
        service: 'ec2',
        operation: 'DescribeNetworkInterfaces',
        input: { Filters: [{ Name: 'description', Values: ['ELB app/a/1', 'b'] }] },
      },
    ]);
  });

  test('reports errors by their code', async () => {
    await start({
      'ec2:DescribeNetworkInterfaces': () => {
        throw new AwsError('UnauthorizedOperation', 'You are not authorized to perform this operation.', 403);
      },
    });
    await expect(describeInterfaces()).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      message: 'You are not authorized to perform this operation.',
    });
  });
});

describe('errors', () => {
  test('a typed error of awsJson is the SDK class', async () => {
    await start({
      'ssm:GetParameter': () => {
        throw new AwsError('ParameterNotFound', 'No /a here.');
      },
    });
    const failure = await new SSMClient(aws.clientConfig).send(new GetParameterCommand({ Name: '/a' })).catch((e) => e);
    expect(failure).toBeInstanceOf(ParameterNotFound);
    expect(failure.message).toBe('No /a here.');
  });

  test('a typed error of awsQuery is the SDK class', async () => {
    await start({
      'elasticloadbalancing:DescribeLoadBalancers': () => {
        throw new AwsError('LoadBalancerNotFound', `Load balancers '[${ARN}]' not found`);
      },
    });
    const failure = await describeLoadBalancers().catch((e) => e);
    expect(failure).toBeInstanceOf(LoadBalancerNotFoundException);
    expect(failure.message).toBe(`Load balancers '[${ARN}]' not found`);
    expect(failure.$metadata).toMatchObject({ httpStatusCode: 400, requestId: expect.any(String) });
  });

  test('an operation without a handler is named', async () => {
    await start({});
    await expect(describeLoadBalancers()).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'No handler for elasticloadbalancing:DescribeLoadBalancers',
    });
    await expect(getParameter()).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: 'No handler for ssm:GetParameter',
    });
  });

  test('the SDK tries again after throttling', async () => {
    const answers = [new AwsError('ThrottlingException', 'Rate exceeded'), undefined];
    await start({
      'ssm:GetParameter': () => {
        const problem = answers.shift();
        if (problem) throw problem;
        return { Parameter: { Name: '/a' } };
      },
    });
    expect(await getParameter()).toMatchObject({ Parameter: { Name: '/a' }, $metadata: { attempts: 2 } });
    expect(aws.calls).toHaveLength(2);
  });

  test('close ends requests that are never answered', async () => {
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await start({
      'ssm:GetParameter': () => {
        arrived();
        return new Promise(() => {});
      },
    });
    const pending = expect(getParameter({ maxAttempts: 1 })).rejects.toThrow('socket hang up');
    await arrival;
    await aws.close();
    await pending;
  });
});

function getParameter(config: { maxAttempts?: number } = {}) {
  return new SSMClient({ ...aws.clientConfig, ...config }).send(new GetParameterCommand({ Name: '/a' }));
}

function describeLoadBalancers() {
  const command = new DescribeLoadBalancersCommand({ LoadBalancerArns: [ARN] });
  return new ElasticLoadBalancingV2Client(aws.clientConfig).send(command);
}
