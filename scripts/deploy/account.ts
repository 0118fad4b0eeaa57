import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  RunTaskCommand,
  type Service,
  StopTaskCommand,
  type Task,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { type FunctionConfiguration, GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { RegistryRecord } from '../../lib/contract/registry-record';

/** A resource of a stack: its logical id, type and physical id. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly id: string;
}

/** The account of the variables of the environment, through the SDK. */
export class Account {
  readonly #cloudFormation = new CloudFormationClient();
  readonly #ec2 = new EC2Client();
  readonly #ecs = new ECSClient();
  readonly #lambda = new LambdaClient();
  readonly #s3 = new S3Client();
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

  public async service(cluster: string, service: string): Promise<Service> {
    const { services = [] } = await this.#ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    return services[0]!;
  }

  public async taskDefinition(taskDefinition: string): Promise<TaskDefinition> {
    return (await this.#ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition!;
  }

  /** Starts a task of a service: its task definition, its name. */
  public async runTask(
    { clusterArn, serviceName, taskDefinition }: Service,
    subnets: readonly string[],
  ): Promise<Task> {
    const { tasks = [] } = await this.#ecs.send(
      new RunTaskCommand({
        cluster: clusterArn,
        taskDefinition,
        networkConfiguration: { awsvpcConfiguration: { subnets: [...subnets], securityGroups: [] } },
        launchType: 'FARGATE',
        group: `service:${serviceName}`,
      }),
    );
    return tasks[0]!;
  }

  public async stopTask({ clusterArn, taskArn }: Task): Promise<void> {
    await this.#ecs.send(new StopTaskCommand({ cluster: clusterArn, task: taskArn }));
  }

  /** The address of a task's network interface. */
  public async addressOf({ clusterArn, taskArn }: Task): Promise<string> {
    const { tasks = [] } = await this.#ecs.send(new DescribeTasksCommand({ cluster: clusterArn, tasks: [taskArn!] }));
    const details = tasks[0]!.attachments!.flatMap((attachment) => attachment.details ?? []);
    return details.find(({ name }) => name === 'privateIPv4Address')!.value!;
  }

  public functionConfiguration(FunctionName: string): Promise<FunctionConfiguration> {
    return this.#lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  }

  /** The code of a function, as a ZIP file: from the place in its stack's template. */
  public async functionCode(StackName: string, logicalId: string): Promise<Uint8Array> {
    const { TemplateBody } = await this.#cloudFormation.send(new GetTemplateCommand({ StackName }));
    const { S3Bucket: Bucket, S3Key: Key } = JSON.parse(TemplateBody!).Resources[logicalId].Properties.Code;
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket, Key }));
    return Body!.transformToByteArray();
  }

  /** The records of a registry, by their parameters' names. */
  public async records(path: string): Promise<Map<string, RegistryRecord>> {
    const { Parameters = [] } = await this.#ssm.send(new GetParametersByPathCommand({ Path: path, Recursive: true }));
    return new Map(Parameters.map(({ Name, Value }) => [Name!, JSON.parse(Value!)]));
  }
}
