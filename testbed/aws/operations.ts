import type * as autoscaling from '@aws-sdk/client-auto-scaling';
import type * as config from '@aws-sdk/client-config-service';
import type * as dynamodb from '@aws-sdk/client-dynamodb';
import type * as ec2 from '@aws-sdk/client-ec2';
import type * as ecs from '@aws-sdk/client-ecs';
import type * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import type * as events from '@aws-sdk/client-eventbridge';
import type * as lambda from '@aws-sdk/client-lambda';
import type * as organizations from '@aws-sdk/client-organizations';
import type * as s3 from '@aws-sdk/client-s3';
import type * as secretsmanager from '@aws-sdk/client-secrets-manager';
import type * as securityhub from '@aws-sdk/client-securityhub';
import type * as servicediscovery from '@aws-sdk/client-servicediscovery';
import type * as ssm from '@aws-sdk/client-ssm';
import type * as sts from '@aws-sdk/client-sts';

/** The SDK clients of the available services, by the name of the service in IAM and in a signature. */
interface Clients {
  ssm: typeof ssm;
  ecs: typeof ecs;
  elasticloadbalancing: typeof elbv2;
  ec2: typeof ec2;
  dynamodb: typeof dynamodb;
  events: typeof events;
  lambda: typeof lambda;
  secretsmanager: typeof secretsmanager;
  autoscaling: typeof autoscaling;
  servicediscovery: typeof servicediscovery;
  config: typeof config;
  securityhub: typeof securityhub;
  s3: typeof s3;
  sts: typeof sts;
  organizations: typeof organizations;
}

/** An available service. */
export type AwsService = keyof Clients;

/** What every command class of the SDK looks like, as far as its input and output types go. */
interface CommandOf<Input, Output> {
  readonly input: Input;
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: Output }>;
}

/** The answer to an operation: the output of the SDK without its metadata. */
type Handler<Command> =
  Command extends CommandOf<infer Input, infer Output>
    ? (input: Input) => Omit<Output, '$metadata'> | Promise<Omit<Output, '$metadata'>>
    : never;

type HandlersOf<Service extends AwsService, Client = Clients[Service]> = {
  [Name in keyof Client as Name extends `${infer Operation}Command`
    ? `${Service}:${Operation}`
    : never]?: Client[Name] extends abstract new (...args: never[]) => infer Command ? Handler<Command> : never;
};

/**
 * Answers by `service:Operation`, typed by the SDK's own commands.
 *
 * A form carries no types: handlers of ELBv2, EC2 and Auto Scaling get every scalar of their input as a string, a `PageSize` as well.
 */
export type AwsHandlers = HandlersOf<'ssm'> &
  HandlersOf<'ecs'> &
  HandlersOf<'elasticloadbalancing'> &
  HandlersOf<'ec2'> &
  HandlersOf<'dynamodb'> &
  HandlersOf<'events'> &
  HandlersOf<'lambda'> &
  HandlersOf<'secretsmanager'> &
  HandlersOf<'autoscaling'> &
  HandlersOf<'servicediscovery'> &
  HandlersOf<'s3'> &
  HandlersOf<'sts'> &
  HandlersOf<'organizations'> &
  HandlersOf<'config'> &
  HandlersOf<'securityhub'>;

/** A request that was understood. */
export interface AwsCall {
  readonly service: AwsService;
  readonly operation: string;
  readonly input: unknown;
}
