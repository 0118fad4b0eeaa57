import { AwsError } from './aws-error';
import { capacityOf } from './dynamodb-size';
import type { AwsHandlers } from './operations';
import { TokenBucket } from './token-bucket';

/** How often an account may call some operations together in one region. */
interface Quota {
  /** Share one bucket, unless `each`. */
  readonly operations: readonly (keyof AwsHandlers)[];
  /** Whether each operation has a bucket of its own. @default false */
  readonly each?: true;
  /** Calls at once, when nothing was called for a while. */
  readonly burst: number;
  /** Calls a second in the long run. */
  readonly perSecond: number;
  /** The error of a call that is refused. */
  readonly error: AwsError;
  /** How many tokens a call takes. @default 1 */
  readonly costOf?: (input: never, output: never) => number;
  /** Where the figures are from. */
  readonly source: string;
}

const ELB_SOURCE = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/throttling.html';
const ECS_SOURCE = 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html';
const SSM_SOURCE = 'https://docs.aws.amazon.com/general/latest/gr/ssm.html';
const DYNAMODB_SOURCE =
  'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode-concepts.html (a new table)';

const throttled = (code = 'ThrottlingException', message = 'Rate exceeded', status = 400) =>
  new AwsError(code, message, status);

/** Default quotas of an account in one region. Where a region has more, this is the least. */
export const QUOTAS: readonly Quota[] = [
  {
    operations: ['elasticloadbalancing:DescribeLoadBalancers', 'elasticloadbalancing:DescribeLoadBalancerAttributes'],
    burst: 40,
    perSecond: 10,
    error: throttled('Throttling'),
    source: `${ELB_SOURCE}: all read calls of one API version share a bucket`,
  },
  {
    operations: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeInstances'],
    each: true,
    burst: 100,
    perSecond: 20,
    error: throttled('RequestLimitExceeded', 'Request limit exceeded.', 503),
    source:
      'https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html: with a filter or pages; 50 and 10 without',
  },
  {
    operations: ['ecs:ListTasks', 'ecs:DescribeTasks', 'ecs:DescribeContainerInstances'],
    burst: 100,
    perSecond: 20,
    error: throttled(),
    source: `${ECS_SOURCE}: cluster resource read actions, which share a bucket`,
  },
  {
    operations: ['ecs:DescribeServices'],
    burst: 50,
    perSecond: 20,
    error: throttled(),
    source: `${ECS_SOURCE}: service read actions; the burst is that of the example there`,
  },
  {
    operations: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
    burst: 40,
    perSecond: 40,
    error: throttled(),
    source: `${SSM_SOURCE}: default throughput`,
  },
  {
    operations: ['ssm:PutParameter'],
    burst: 3,
    perSecond: 3,
    error: throttled(),
    source: `${SSM_SOURCE}: default throughput; CloudFormation uses the same bucket`,
  },
  {
    operations: ['ssm:CreateOpsItem', 'ssm:UpdateOpsItem'],
    each: true,
    burst: 10,
    perSecond: 10,
    error: throttled(),
    source: 'not published; an assumption',
  },
  {
    operations: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
    burst: 4000,
    perSecond: 4000,
    error: throttled('ThrottlingException', 'Throughput exceeds the current capacity of your table or index.'),
    costOf: ({ Item = {} }: { Item?: object }) => capacityOf(Item, 1024),
    source: `${DYNAMODB_SOURCE}: 4,000 write units a second, one for each KB of an item`,
  },
  {
    operations: ['dynamodb:Scan', 'dynamodb:Query', 'dynamodb:GetItem'],
    burst: 12_000,
    perSecond: 12_000,
    error: throttled('ThrottlingException', 'Throughput exceeds the current capacity of your table or index.'),
    costOf: (_input, { Items = [] }: { Items?: object[] }) => Math.max(1, capacityOf(Items, 4096)),
    source: `${DYNAMODB_SOURCE}: 12,000 read units a second, one for each 4 KB`,
  },
  {
    operations: ['events:PutEvents'],
    burst: 400,
    perSecond: 400,
    error: throttled('ThrottlingException', 'Rate exceeded', 400),
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html: regions that are not listed',
  },
  {
    operations: ['servicediscovery:DiscoverInstances'],
    burst: 2000,
    perSecond: 1000,
    error: throttled(
      'RequestLimitExceeded',
      'The operation can not be completed because the request rate is too high.',
    ),
    source: 'https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html',
  },
  {
    operations: ['autoscaling:DescribeAutoScalingGroups', 'ssm:DescribeInstanceInformation'],
    each: true,
    burst: 10,
    perSecond: 10,
    error: throttled('Throttling'),
    source: 'not published; an assumption',
  },
  {
    operations: ['lambda:Invoke'],
    burst: 100,
    perSecond: 100,
    error: new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, {
      Type: 'User',
      Reason: 'ConcurrentInvocationLimitExceeded',
    }),
    source:
      'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 10 a second for each of 10 concurrent runs that a new account has',
  },
  {
    operations: ['secretsmanager:GetSecretValue'],
    burst: 10_000,
    perSecond: 10_000,
    error: throttled(),
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html',
  },
];

/**
 * Handlers that refuse calls beyond the quotas, as AWS does.
 *
 * @param quotas @default QUOTAS
 * @param now the clock, ms
 * @param onRefused gets each call that is refused
 */
export function withQuotas(
  handlers: AwsHandlers,
  quotas = QUOTAS,
  now: () => number = Date.now,
  onRefused: (operation: string) => void = () => {},
): AwsHandlers {
  const limited: Record<string, unknown> = { ...handlers };
  for (const { operations, each, burst, perSecond, error, costOf = () => 1 } of quotas) {
    const shared = new TokenBucket(burst, perSecond, now);
    for (const operation of operations) {
      const handler = handlers[operation] as ((input: never) => unknown) | undefined;
      if (handler === undefined) {
        continue;
      }
      const bucket = each ? new TokenBucket(burst, perSecond, now) : shared;
      limited[operation] = async (input: never) => {
        if (!bucket.take()) {
          onRefused(operation);
          throw error;
        }
        // A refused condition costs as much as a write.
        let output: unknown;
        try {
          output = await handler(input);
          return output;
        } finally {
          bucket.charge(costOf(input, (output ?? {}) as never) - 1);
        }
      };
    }
  }
  return limited as AwsHandlers;
}
