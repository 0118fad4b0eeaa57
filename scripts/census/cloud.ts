import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { HUB, REGION } from './names';

/** An execution of a state machine that has ended. */
interface Execution {
  readonly status: string;
  readonly error?: string;
  readonly cause?: string;
}

const STACK_MILLIS = 120_000;
const EXECUTION_MILLIS = 300_000;

/** All accounts of an emulator. The access key says which of them is meant. */
export class Cloud {
  readonly #s3: S3Client;

  public constructor(private readonly endpoint: string) {
    this.#s3 = new S3Client(this.of(HUB));
  }

  /** Settings of a client in an account. */
  public of(account: string) {
    return {
      region: REGION,
      endpoint: this.endpoint,
      credentials: { accessKeyId: account, secretAccessKey: 'test' },
      forcePathStyle: true,
      requestHandler: { requestTimeout: 20_000, throwOnRequestTimeout: true },
    };
  }

  /** Makes a stack of a template without assets. @throws Error where it is not made */
  public async createStack(account: string, StackName: string, TemplateBody: string): Promise<void> {
    const client = new CloudFormationClient(this.of(account));
    await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ['CAPABILITY_NAMED_IAM'] }));
    for (const end = Date.now() + STACK_MILLIS; ; await sleep(300)) {
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
      const { StackStatus = '', StackStatusReason = '' } = Stacks[0] ?? {};
      if (StackStatus === 'CREATE_COMPLETE') {
        return;
      }
      if (!StackStatus.endsWith('_IN_PROGRESS') || Date.now() > end) {
        throw new Error(`stack ${StackName} of ${account}: ${StackStatus}: ${StackStatusReason}`);
      }
    }
  }

  /** Starts a state machine of the hub, and waits until it has ended. */
  public async execute(stateMachineArn: string, input: object = {}): Promise<Execution> {
    const { executionArn } = await this.#states('StartExecution', { stateMachineArn, input: JSON.stringify(input) });
    for (const end = Date.now() + EXECUTION_MILLIS; Date.now() < end; await sleep(500)) {
      const execution = await this.#states('DescribeExecution', { executionArn });
      if (execution.status !== 'RUNNING') {
        return execution as unknown as Execution;
      }
    }
    throw new Error(`the execution ${executionArn} does not end`);
  }

  /** The keys of a bucket of the hub. */
  public async keys(Bucket: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#s3 }, { Bucket })) {
      keys.push(...Contents.map(({ Key }) => Key!));
    }
    return keys;
  }

  /** An object of a bucket of the hub. */
  public async object(Bucket: string, Key: string): Promise<string> {
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket, Key }));
    return Body!.transformToString();
  }

  /** Names another function as that of a monitor. */
  public async setFunction(account: string, monitor: string, functionArn: string): Promise<void> {
    const Name = `/cdk-haproxy-elb/${monitor}/monitor`;
    const Value = `arn:aws:iam::${account}:role/controller,2,${functionArn}`;
    await new SSMClient(this.of(account)).send(
      new PutParameterCommand({ Name, Value, Type: 'StringList', Overwrite: true }),
    );
  }

  /** Step Functions, without a client of its own: two calls are all. */
  async #states(operation: string, input: object): Promise<Record<string, string>> {
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-amz-json-1.0',
        'X-Amz-Target': `AWSStepFunctions.${operation}`,
        Authorization: `AWS4-HMAC-SHA256 Credential=${HUB}/20261122/${REGION}/states/aws4_request, SignedHeaders=host, Signature=none`,
      },
      body: JSON.stringify(input),
    });
    const answer = await response.text();
    if (!response.ok) {
      throw new Error(`${operation}: ${answer}`);
    }
    return JSON.parse(answer);
  }
}
