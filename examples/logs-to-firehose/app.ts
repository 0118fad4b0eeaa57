/** HAProxy's log goes through FireLens (Fluent Bit) to a Firehose stream, on AWS Graviton. */
import { App, Stack } from 'aws-cdk-lib';
import { FlowLogDestination, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage, CpuArchitecture, FirelensLogRouterType, LogDrivers } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ElbUpstream, HaproxyElbProxy, HaproxyLogFormat, ProxyCapacity } from 'cdk-haproxy-elb';

export const app = new App();
const stack = new Stack(app, 'LogsToFirehose');
const vpc = new Vpc(stack, 'Vpc', { flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs() } } });
const stream = 'haproxy-logs';

const proxy = new HaproxyElbProxy(stack, 'Proxy', {
  vpc,
  capacity: ProxyCapacity.fargate({ cpuArchitecture: CpuArchitecture.ARM64 }),
  upstream: ElbUpstream.fromDnsName('internal-shop-1234567890.eu-west-1.elb.amazonaws.com', { port: 80 }),
  log: { format: HaproxyLogFormat.JSON },
  logDriver: LogDrivers.firelens({
    options: { Name: 'kinesis_firehose', region: stack.region, delivery_stream: stream },
  }),
  // The router shares the memory of the task: HAProxy may use what is left.
  limits: { maxConnections: 1500 },
});

// ECS starts the router before HAProxy, and stops it after HAProxy: the last lines arrive.
proxy.taskDefinition.addFirelensLogRouter('LogRouter', {
  image: ContainerImage.fromRegistry('public.ecr.aws/aws-observability/aws-for-fluent-bit:stable'),
  firelensConfig: { type: FirelensLogRouterType.FLUENTBIT },
  memoryReservationMiB: 64,
  // A router that ends takes the task with it: the log has no gap, and the task still loses no request.
  essential: true,
  // Its own messages.
  logging: LogDrivers.awsLogs({
    streamPrefix: 'router',
    logGroup: new LogGroup(stack, 'RouterLog', { retention: RetentionDays.ONE_MONTH }),
  }),
});
proxy.taskDefinition.addToTaskRolePolicy(
  new PolicyStatement({
    actions: ['firehose:PutRecordBatch'],
    resources: [stack.formatArn({ service: 'firehose', resource: 'deliverystream', resourceName: stream })],
  }),
);
