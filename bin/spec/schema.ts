import type { MaximumExecutionFrequency } from 'aws-cdk-lib/aws-config';
import { z } from 'zod';
import type {
  DriftAlarms,
  DriftConfigRuleProps,
  DriftMonitorProps,
  IncidentSeverity,
  SecurityHubFindingsProps,
} from '../../lib';
import { ALARMS, MONITOR } from '../../lib/private/options';
import { account, alarmTopicArns, hubSchema, region } from './hub-schema';
import { logRetentionDays, proxySchema, removalPolicy } from './proxy-schema';
import { form, keysOf, list, type Shape } from './values';

const alarms = z
  .strictObject(keysOf(ALARMS) satisfies Shape<DriftAlarms>)
  .optional()
  .meta({ description: 'Thresholds of the alarms.' });

const FREQUENCIES = [
  'One_Hour',
  'Three_Hours',
  'Six_Hours',
  'Twelve_Hours',
  'TwentyFour_Hours',
] as const satisfies readonly `${MaximumExecutionFrequency}`[];

const SEVERITIES = ['info', 'warning', 'critical'] as const satisfies readonly `${IncidentSeverity}`[];

const configRule = z
  .strictObject({
    maximumExecutionFrequency: z
      .enum(FREQUENCIES)
      .optional()
      .meta({ description: 'How often AWS Config starts an evaluation. Default: TwentyFour_Hours.' }),
  } satisfies Shape<
    DriftConfigRuleProps,
    'monitor' | 'alarmActions' | 'maximumExecutionFrequency',
    'maximumExecutionFrequency'
  >)
  .optional()
  .meta({ description: 'A rule of AWS Config that evaluates the proxies. Default: none.' });

const securityHubFindings = z
  .strictObject({
    minSeverity: z
      .enum(SEVERITIES)
      .optional()
      .meta({ description: 'The lowest severity of the incidents. Default: warning.' }),
  } satisfies Shape<SecurityHubFindingsProps, 'monitor' | 'alarmActions' | 'minSeverity', 'minSeverity'>)
  .optional()
  .meta({ description: 'A finding in AWS Security Hub for each incident. Default: none.' });

/** Properties that a spec file does not have: the proxies give them, or they take objects of the CDK. */
type OnlyInCdk =
  | 'alarmActions'
  | 'okActions'
  | 'gate'
  | 'monitorName'
  | 'logGroup'
  | 'logRetention'
  | 'encryptionKey'
  | 'removalPolicy';

const monitorSchema = z
  .strictObject({
    ...keysOf(MONITOR),
    alarms,
    alarmTopicArns: alarmTopicArns('when an alarm starts and when it ends'),
    repair: z
      .enum(['redeploy', 'dry-run'])
      .optional()
      .meta({ description: 'Redeploy a proxy that has a critical incident, or only log it. Default: neither.' }),
    logRetentionDays,
    removalPolicy,
    configRule,
    securityHubFindings,
  } satisfies Shape<
    DriftMonitorProps,
    OnlyInCdk,
    'alarmTopicArns' | 'logRetentionDays' | 'removalPolicy' | 'configRule' | 'securityHubFindings'
  >)
  .optional()
  .meta({ description: 'The monitor that checks the proxies of each environment.' });

const environmentSchema = z
  .strictObject({
    account: account().optional().meta({
      description: 'Account, 12 digits in quotes. Default: the account of the credentials.',
    }),
    region: region().optional().meta({
      description: 'Region. Default: the region of the credentials.',
    }),
    vpc: z
      .strictObject({
        id: form(/^vpc-[0-9a-f]{8,17}$/, 'the id of a VPC, such as vpc-0123456789abcdef0'),
        availabilityZones: list(z.string().min(1), 'Its Availability Zones. Default: looked up.'),
        privateSubnetIds: list(
          form(/^subnet-[0-9a-f]{8,17}$/, 'the id of a subnet, such as subnet-0123456789abcdef0'),
          'A private subnet for each Availability Zone, in the same order. Default: looked up.',
        ),
      })
      .refine((vpc) => vpc.availabilityZones?.length === vpc.privateSubnetIds?.length, {
        error: 'needs one private subnet for each availability zone, in the same order',
      })
      .meta({
        description:
          'Where the proxies and the probe of the monitor run. The subnets must reach CloudWatch Logs and the image registry. If only the id is given, the CDK looks the rest up, which needs account and region.',
      }),
    clusterName: z.string().optional().meta({ description: 'Name of an existing ECS cluster. Default: a new one.' }),
    proxies: z.record(z.string(), proxySchema).optional().meta({
      description:
        'Differences of this environment: each key replaces the same key of the proxy with the same name below.',
    }),
  })
  .refine(({ account, region, vpc }) => vpc.availabilityZones !== undefined || (account && region), {
    error: 'needs account and region to look up its vpc: give them, or availabilityZones and privateSubnetIds',
  });

export const specSchema = z
  .strictObject({
    stackName: form(
      /^[A-Za-z][A-Za-z0-9-]{0,63}$/,
      'a letter, then letters, digits and hyphens, at most 64',
      'First part of the names of the CloudFormation stacks; the name of the environment follows. Default: haproxy-elb.',
    ).optional(),
    environments: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,62}$/), environmentSchema)
      .refine((environments) => Object.keys(environments).length > 0, { error: 'is empty: give at least one' })
      .meta({ description: 'Where the proxies run, by name. Each environment becomes a stack.' }),
    monitor: monitorSchema,
    hub: hubSchema,
    proxies: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,62}$/), proxySchema)
      .refine((proxies) => Object.keys(proxies).length > 0, { error: 'is empty: give at least one proxy' })
      .meta({ description: 'The proxies by name (a letter, then letters, digits and hyphens; at most 63).' }),
  })
  .meta({ title: 'haproxy-elb.yaml', description: 'HAProxy proxies in front of AWS load balancers.' });

/** The JSON Schema of a spec file, for editors. */
export function specJsonSchema(): object {
  return z.toJSONSchema(specSchema, { io: 'input', target: 'draft-7' });
}
