import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type Service,
  StopTaskCommand,
  type Task,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { CreateLoadBalancerCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import {
  AddPermissionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, GetParametersByPathCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { IncidentEventDetail } from '../../lib/contract/incident-event';
import { REGISTRY_FOLDER, type RegistryRecord } from '../../lib/contract/registry-record';
import { STATE_KEY } from '../../lib/contract/state-table';

/** A resource of a stack: its logical id, type and physical id. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly id: string;
}

/** The address of a task; none while it starts. */
export function addressOf({ attachments = [] }: Task): string[] {
  return attachments
    .flatMap(({ details = [] }) => details)
    .filter(({ name }) => name === 'privateIPv4Address')
    .map(({ value }) => value!);
}

/** The account of the variables of the environment, through the SDK. */
export class Account {
  readonly #cloudFormation = new CloudFormationClient();
  readonly #cloudWatch = new CloudWatchClient();
  readonly #dynamo = new DynamoDBClient();
  readonly #ec2 = new EC2Client();
  readonly #ecs = new ECSClient();
  readonly #elb = new ElasticLoadBalancingV2Client();
  readonly #events = new EventBridgeClient();
  readonly #lambda = new LambdaClient();
  readonly #sqs = new SQSClient();
  readonly #ssm = new SSMClient();

  /** Makes a VPC with a subnet in each of the zones. */
  public async makeVpc(availabilityZones: readonly string[]): Promise<{ id: string; privateSubnetIds: string[] }> {
    const { Vpc } = await this.#ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    const id = Vpc!.VpcId!;
    const privateSubnetIds: string[] = [];
    for (const [i, AvailabilityZone] of availabilityZones.entries()) {
      const request = { VpcId: id, CidrBlock: `10.9.${i}.0/24`, AvailabilityZone };
      const { Subnet } = await this.#ec2.send(new CreateSubnetCommand(request));
      privateSubnetIds.push(Subnet!.SubnetId!);
    }
    return { id, privateSubnetIds };
  }

  /** Makes an internal Network Load Balancer. */
  public async makeNetworkLoadBalancer(
    Name: string,
    subnetIds: readonly string[],
  ): Promise<{ arn: string; dnsName: string }> {
    const { LoadBalancers } = await this.#elb.send(
      new CreateLoadBalancerCommand({ Name, Type: 'network', Scheme: 'internal', Subnets: [...subnetIds] }),
    );
    const [{ LoadBalancerArn, DNSName } = {}] = LoadBalancers!;
    return { arn: LoadBalancerArn!, dnsName: DNSName! };
  }

  /** The status of a stack; undefined if it does not exist. */
  public async stackStatus(StackName: string): Promise<string | undefined> {
    const { Stacks = [] } = await this.#cloudFormation.send(new DescribeStacksCommand({}));
    return Stacks.find((stack) => stack.StackName === StackName)?.StackStatus;
  }

  /** The resources of a stack. */
  public async resources(StackName: string): Promise<StackResource[]> {
    const { StackResources = [] } = await this.#cloudFormation.send(new DescribeStackResourcesCommand({ StackName }));
    return StackResources.map(({ LogicalResourceId, ResourceType, PhysicalResourceId }) => ({
      logicalId: LogicalResourceId!,
      type: ResourceType!,
      id: PhysicalResourceId!,
    }));
  }

  /** @throws Error when it does not exist */
  public async service(cluster: string, service: string): Promise<Service> {
    const { services = [] } = await this.#ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    return services[0]!;
  }

  public async taskDefinition(taskDefinition: string): Promise<TaskDefinition> {
    return (await this.#ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition!;
  }

  /** The addresses of the running tasks of a service that have the service's own task definition. */
  public async taskAddresses(service: Service): Promise<string[]> {
    return (await this.runningTasks(service))
      .filter((task) => task.taskDefinitionArn === service.taskDefinition)
      .flatMap(addressOf);
  }

  /** The running tasks of a service, of every revision. */
  public async runningTasks({ clusterArn, serviceName }: Service): Promise<Task[]> {
    const cluster = clusterArn!;
    const { taskArns = [] } = await this.#ecs.send(new ListTasksCommand({ cluster, serviceName: serviceName! }));
    if (taskArns.length === 0) {
      return [];
    }
    const { tasks = [] } = await this.#ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
    return tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING');
  }

  /** Stops all tasks of a service. */
  public async stopTasks(cluster: string, serviceName: string): Promise<void> {
    const { taskArns = [] } = await this.#ecs.send(new ListTasksCommand({ cluster, serviceName }));
    for (const task of taskArns) {
      await this.#ecs.send(new StopTaskCommand({ cluster, task }));
    }
  }

  /** Invokes a function by hand. @returns the message of its error; undefined when it ended well */
  public async invoke(FunctionName: string): Promise<string | undefined> {
    const { FunctionError, Payload } = await this.#lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
    return FunctionError === undefined ? undefined : JSON.parse(Buffer.from(Payload!).toString()).errorMessage;
  }

  /** Removes all that lets others invoke a function. */
  public async forbidInvocation(FunctionName: string): Promise<void> {
    const { Policy } = await this.#lambda.send(new GetPolicyCommand({ FunctionName }));
    for (const { Sid } of JSON.parse(Policy!).Statement) {
      await this.#lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: Sid }));
    }
  }

  /** Lets a role invoke a function. */
  public async allowInvocation(FunctionName: string, Principal: string): Promise<void> {
    const request = { FunctionName, Principal, StatementId: 'again', Action: 'lambda:InvokeFunction' };
    await this.#lambda.send(new AddPermissionCommand(request));
  }

  public functionConfiguration(FunctionName: string) {
    return this.#lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  }

  /** The alarms, by name, with their states. */
  public async alarms(): Promise<Map<string, string>> {
    const { MetricAlarms = [] } = await this.#cloudWatch.send(new DescribeAlarmsCommand({}));
    return new Map(MetricAlarms.map(({ AlarmName, StateValue }) => [AlarmName!, StateValue!]));
  }

  /** How many items a table has. */
  public async countItems(TableName: string): Promise<number> {
    return (await this.#dynamo.send(new ScanCommand({ TableName, Select: 'COUNT' }))).Count!;
  }

  /** Writes the state of a proxy over any that is there. */
  public async putState(TableName: string, proxy: string, state: string): Promise<void> {
    const Item = { [STATE_KEY]: { S: proxy }, version: { N: '1' }, checkedAt: { N: '0' }, state: { S: state } };
    await this.#dynamo.send(new PutItemCommand({ TableName, Item }));
  }

  /** The state of a proxy as it is stored. */
  public async stateOf(TableName: string, proxy: string): Promise<string> {
    const { Item } = await this.#dynamo.send(new GetItemCommand({ TableName, Key: { [STATE_KEY]: { S: proxy } } }));
    return Item!.state!.S!;
  }

  /** Removes all states. */
  public async emptyTable(TableName: string): Promise<void> {
    const { Items = [] } = await this.#dynamo.send(new ScanCommand({ TableName, ProjectionExpression: STATE_KEY }));
    for (const item of Items) {
      await this.#dynamo.send(new DeleteItemCommand({ TableName, Key: { [STATE_KEY]: item[STATE_KEY]! } }));
    }
  }

  /** Takes the incidents out of a queue. */
  public async takeIncidents(QueueUrl: string): Promise<IncidentEventDetail[]> {
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    for (const { ReceiptHandle } of Messages) {
      await this.#sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
    return Messages.map(({ Body }) => JSON.parse(Body!).detail);
  }

  /** The record of a proxy in the registry of a monitor. */
  public async record(monitor: string, proxy: string): Promise<RegistryRecord> {
    const Name = `/cdk-haproxy-elb/${monitor}/${REGISTRY_FOLDER}/${proxy}`;
    const { Parameter } = await this.#ssm.send(new GetParameterCommand({ Name }));
    return JSON.parse(Parameter!.Value!);
  }

  public async putRecord(monitor: string, proxy: string, record: RegistryRecord): Promise<void> {
    const Name = `/cdk-haproxy-elb/${monitor}/${REGISTRY_FOLDER}/${proxy}`;
    await this.#ssm.send(new PutParameterCommand({ Name, Value: JSON.stringify(record), Overwrite: true }));
  }

  /** What a stack may leave behind: names of its functions, rules, alarms and parameters; the table, if it is there. */
  public async leftovers(table: string): Promise<string[]> {
    const [{ Functions = [] }, { Rules = [] }, alarms, { Parameters = [] }, tables] = await Promise.all([
      this.#lambda.send(new ListFunctionsCommand({})),
      this.#events.send(new ListRulesCommand({})),
      this.alarms(),
      this.#ssm.send(new GetParametersByPathCommand({ Path: '/cdk-haproxy-elb', Recursive: true })),
      this.#dynamo.send(new DescribeTableCommand({ TableName: table })).then(
        () => [table],
        () => [],
      ),
    ]);
    return [
      ...Functions.map(({ FunctionName }) => FunctionName!),
      ...Rules.map(({ Name }) => Name!),
      ...alarms.keys(),
      ...Parameters.map(({ Name }) => Name!),
      ...tables,
    ];
  }
}
