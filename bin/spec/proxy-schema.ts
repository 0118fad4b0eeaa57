import { z } from 'zod';
import type {
  Ec2CapacityOptions,
  FargateCapacityOptions,
  HaproxyElbProxyProps,
  HaproxyHeaderRules,
  HaproxyLog,
  IncidentSuppression,
  LinearDeploymentOptions,
  ProxyClientCertificates,
  ProxyLimits,
  ProxyMutualTls,
  ProxyPatching,
  ProxyRateLimit,
  ProxyResolution,
  ProxyResponse,
  ProxyRoute,
  ProxyScaling,
  ProxyShare,
  ProxyShareStickiness,
  ProxyTls,
  RollingDeploymentOptions,
  ScheduledTasks,
} from '../../lib';
import { VERDICTS, type VerdictKind } from '../../lib/contract/verdicts';
import {
  CLIENT_CERTIFICATES,
  LIMITS,
  LISTEN_TLS,
  LOG,
  PORTS,
  PROCESS,
  RATE_LIMIT,
  RESOLUTION,
  RESPONSE,
  SHARE,
  SHARE_STICKINESS,
  TRAFFIC,
} from '../../lib/haproxy/model/options';
import { DEFAULT_VERSION, HaproxyVersion } from '../../lib/haproxy/version/version';
import { checkSuppression } from '../../lib/private/monitor/suppressions';
import {
  BLUE_GREEN,
  CAPACITY,
  DEPLOYMENT,
  MAX_TASKS,
  ROLLING,
  SCALING,
  SERVICE,
  TRAFFIC_SHIFT,
} from '../../lib/private/options';
import { RETENTION_DAYS } from '../../lib/private/retention-days';
import { ingressSchema, network } from './ingress-schema';
import { shareUpstreamSchema, upstreamSchema } from './upstream-schema';
import { flag, form, keysOf, list, report, type Shape, secretArn, text } from './values';

const roleArn = (description: string) =>
  form(
    /^arn:[a-z-]+:iam::\d{12}:role\/\S+$/,
    'the ARN of a role, such as arn:aws:iam::111111111111:role/haproxy',
    description,
  ).optional();

const haproxyVersion = text(
  (value) => HaproxyVersion.of(value),
  `HAProxy branch ('3.2') or release ('3.2.4'), in quotes. Decides the image and the text of the configuration. Default: ${DEFAULT_VERSION}.`,
).optional();

const imageDigest = form(
  /^sha256:[0-9a-f]{64}$/,
  'sha256: and 64 hexadecimal digits',
  'Digest of the official image: tasks run exactly this image.',
).optional();

const shares = (of: string) =>
  list(
    z.strictObject({
      name: z.string().meta({ description: 'Name of the share.' }),
      percent: z.int().min(SHARE.percent.min).max(SHARE.percent.max).meta({ description: SHARE.percent.about }),
      upstream: shareUpstreamSchema,
    } satisfies Shape<ProxyShare>),
    `Parts of the traffic of ${of} for other upstreams. Default: none.`,
  );

const shareStickiness = z
  .strictObject(keysOf(SHARE_STICKINESS) satisfies Shape<ProxyShareStickiness>)
  .optional()
  .meta({ description: 'How a client keeps its upstream, in all shares: one of the keys. Default: it does not.' });

const response = z.strictObject({
  status: z.int().min(200).max(599).meta({ description: 'Status.' }),
  ...keysOf(RESPONSE),
} satisfies Shape<ProxyResponse>);

const routes = list(
  z.strictObject({
    name: z.string().meta({ description: 'Name of the route.' }),
    host: z.string().optional().meta({ description: 'Host header, HTTP only.' }),
    pathPrefix: z.string().optional().meta({ description: 'Beginning of the path, HTTP only.' }),
    sni: z.string().optional().meta({ description: "Server name in the client's TLS handshake." }),
    upstream: upstreamSchema.optional(),
    shares: shares('this route'),
    fixedResponse: response.optional().meta({
      description:
        "HAProxy's own response in place of upstream, HTTP only. Without a condition it answers all requests.",
    }),
  } satisfies Shape<ProxyRoute>),
  'Other load balancers, or responses of HAProxy itself. HAProxy takes the first route that fits. Default: none.',
);

const clientCertificates = z
  .strictObject({
    trustStoreSecretArn: secretArn('Secret with ca in PEM, the authorities of clients, as a JSON object.'),
    revocationListSecretArn: secretArn(
      'Secret with crl in PEM, a list of each authority, as a JSON object. Default: none.',
    ).optional(),
    ...keysOf(CLIENT_CERTIFICATES),
  } satisfies Shape<
    ProxyClientCertificates,
    'trustStoreSecret' | 'revocationListSecret',
    'trustStoreSecretArn' | 'revocationListSecretArn'
  >)
  .optional()
  .meta({ description: 'Verify certificates of clients (mutual TLS). Default: HAProxy asks for none.' });

const listenTls = z
  .strictObject({
    secretArn: secretArn('Secret with cert and key in PEM, as a JSON object.'),
    additionalSecretArns: list(
      secretArn('A secret.'),
      'Secrets with certificates for other names, chosen by SNI. At most 20. Default: none.',
    ),
    ...keysOf(LISTEN_TLS),
    clientCertificates,
  } satisfies Shape<ProxyTls, 'secret' | 'additionalSecrets', 'secretArn' | 'additionalSecretArns'>)
  .optional()
  .meta({ description: 'TLS towards clients. Default: none.' });

const rateLimits = list(
  z.strictObject(keysOf(RATE_LIMIT) satisfies Shape<ProxyRateLimit>),
  'How much one client may do in a period: one of requests, connections and bytes each. At most three. Default: none.',
);

const errorPages = list(
  response,
  "Bodies for errors of HAProxy itself (2.2 and later), HTTP only. Default: HAProxy's own pages.",
);

const headerRules = (of: string) =>
  z
    .strictObject({
      set: z.record(z.string(), z.string()).optional().meta({ description: 'Headers to set, by name.' }),
      remove: list(z.string(), 'Headers to remove. HAProxy removes first and sets then.'),
    } satisfies Shape<HaproxyHeaderRules>)
    .optional()
    .meta({ description: `Changes to the headers of ${of}, HTTP only.` });

const limits = z
  .strictObject(keysOf(LIMITS) satisfies Shape<ProxyLimits>)
  .optional()
  .meta({ description: 'Limits of connections, times and sizes.' });

const resolution = z
  .strictObject(keysOf(RESOLUTION) satisfies Shape<ProxyResolution>)
  .optional()
  .meta({ description: "How HAProxy resolves the load balancers' names." });

const log = z
  .strictObject(keysOf(LOG) satisfies Shape<HaproxyLog>)
  .optional()
  .meta({ description: 'How log lines look, and where they go.' });

const rawLines = z
  .record(z.string(), z.array(z.string()))
  .optional()
  .meta({ description: "Lines to add at the end of sections, by the section's opening line." });

const runtimeApiTls = z
  .strictObject({
    secretArn: secretArn('Secret with cert, key and ca in PEM, as a JSON object.'),
    checkerSecretArn: secretArn('The same for the checker. Default: the same secret.').optional(),
  } satisfies Shape<ProxyMutualTls, 'secret' | 'checkerSecret', 'secretArn' | 'checkerSecretArn'>)
  .optional()
  .meta({ description: 'Mutual TLS between the checker and the proxy. Default: no TLS.' });

const capacity = z
  .strictObject({
    ...keysOf(CAPACITY),
    capacityProvider: z
      .string()
      .optional()
      .meta({ description: "Run on instances of this capacity provider of the environment's cluster." }),
    cpuArchitecture: z
      .enum(['x86_64', 'arm64'])
      .optional()
      .meta({ description: 'Processors of Fargate; arm64 (Graviton) costs about 20 % less. Default: x86_64.' }),
  } satisfies Shape<FargateCapacityOptions> &
    Shape<Ec2CapacityOptions, 'capacityProviderStrategies', 'spot' | 'capacityProvider' | 'cpuArchitecture'>)
  .superRefine(({ capacityProvider, spot, cpuArchitecture }, context) => {
    if (capacityProvider !== undefined && (spot !== undefined || cpuArchitecture !== undefined)) {
      context.addIssue({
        code: 'custom',
        message: 'has capacityProvider, which gives instances, and spot or cpuArchitecture of Fargate: leave one out',
      });
    }
  })
  .optional()
  .meta({ description: 'What the tasks run on. Default: Fargate.' });

const schedules = list(
  z.strictObject({
    cron: z.string().meta({ description: 'When, in UTC: six fields such as 0 7 ? * MON-FRI *.' }),
    minTasks: z.int().min(0).max(MAX_TASKS).meta({ description: 'The fewest tasks from then on.' }),
    maxTasks: z.int().min(0).max(MAX_TASKS).meta({ description: 'The most tasks from then on.' }),
  } satisfies Shape<ScheduledTasks, 'schedule', 'cron'>),
  'Numbers of tasks that hold from a certain time on. Default: none.',
);

const scaling = z
  .strictObject({
    maxTasks: z.int().min(1).max(MAX_TASKS).meta({ description: 'The most tasks.' }),
    ...keysOf(SCALING),
    schedules,
  } satisfies Shape<ProxyScaling>)
  .optional()
  .meta({ description: 'How the number of tasks follows the load. Default: it stays at desiredCount.' });

const deployment = z
  .strictObject({
    strategy: z.enum(['rolling', 'blue-green', 'linear', 'canary']).meta({
      description:
        'Replace a few tasks at a time, or start all new tasks beside the old ones and move traffic at once, in equal steps, or a small part first.',
    }),
    ...keysOf(DEPLOYMENT),
    ...keysOf(ROLLING),
    ...keysOf(BLUE_GREEN),
    ...keysOf(TRAFFIC_SHIFT),
    alarmNames: list(z.string(), 'Names of alarms that roll the deployment back while it runs. Default: none.'),
    gate: flag('Not rolling: let the checker test the new tasks before they take traffic. Default: false.'),
  } satisfies Shape<RollingDeploymentOptions & LinearDeploymentOptions, 'alarms', 'alarmNames' | 'strategy' | 'gate'>)
  .optional()
  .meta({ description: 'How ECS replaces the tasks. Default: rolling.' });

export const logRetentionDays = z
  .literal(RETENTION_DAYS)
  .optional()
  .meta({ description: 'How long log lines are kept, days. Default: 30.' });

export const removalPolicy = z.enum(['destroy', 'retain']).optional().meta({
  description: 'What happens to the log, and the states of a monitor, when the stack is deleted. Default: destroy.',
});

const suppressions = list(
  z
    .strictObject({
      verdicts: list(z.enum(Object.keys(VERDICTS) as VerdictKind[]), 'The verdicts. Default: all.'),
      reason: z.string().meta({ description: 'Why, one line of at most 200 characters.' }),
      start: z
        .string()
        .optional()
        .meta({ description: 'Start, ISO 8601 with a zone. Default: from the deployment on.' }),
      end: z.string().meta({ description: 'End, ISO 8601 with a zone, such as 2027-02-01T02:00:00Z.' }),
    } satisfies Shape<IncidentSuppression>)
    .superRefine((given, context) => report(context, () => checkSuppression(given))),
  'Verdicts that open no incident for a time. Default: none.',
);

/** Properties that a spec file does not have: the environment gives them, or they take objects of the CDK. */
type OnlyInCdk =
  | 'vpc'
  | 'cluster'
  | 'vpcSubnets'
  | 'securityGroups'
  | 'containerInsights'
  | 'logGroup'
  | 'logDriver'
  | 'encryptionKey'
  | 'monitor'
  | 'probe'
  | 'alarmActions'
  | 'okActions'
  | 'proxyName';

/** All keys of a proxy. None gets a default here: the constructs fill in what is left out. */
export const proxySchema = z.strictObject({
  haproxyVersion,
  image: z.string().optional().meta({ description: 'Another image of the same version. Default: the official image.' }),
  imageDigest,
  upstream: upstreamSchema.optional(),
  shares: shares('upstream'),
  shareStickiness,
  routes,
  ...keysOf(PORTS),
  listenTls,
  ...keysOf(TRAFFIC),
  rateLimits,
  errorPages,
  requestHeaders: headerRules('requests'),
  responseHeaders: headerRules('responses'),
  limits,
  resolution,
  log,
  rawLines,
  runtimeApiTls,
  ingress: ingressSchema,
  clients: list(
    network,
    'Clients that may connect: to a new load balancer of the ingress, else to the tasks. Not with applicationListener and latticeTargetGroupArn. Default: none.',
  ),
  capacity,
  scaling,
  deployment,
  patching: z
    .strictObject({
      cron: z
        .string()
        .optional()
        .meta({ description: 'When, in UTC: six fields such as 0 3 ? * TUE *. Default: never.' }),
      onSecretChange: z.boolean().optional().meta({
        description: 'Replace them also when a secret of the proxy has a new current version. Default: false.',
      }),
    } satisfies Shape<ProxyPatching, 'schedule', 'cron'>)
    .optional()
    .meta({
      description:
        'When the tasks are replaced without a change, for the newest image of the tag and new values of secrets. Default: never.',
    }),
  ...keysOf(SERVICE),
  ...keysOf(PROCESS),
  taskRoleArn: roleArn('Role that the tasks have. Default: a new one without permissions.'),
  executionRoleArn: roleArn(
    'Role with which ECS starts the tasks; the stack adds the permissions that it needs. Default: a new one.',
  ),
  suppressions,
  logRetentionDays,
  removalPolicy,
} satisfies Shape<
  HaproxyElbProxyProps,
  OnlyInCdk | 'version' | 'logRetention' | 'removalPolicy' | 'taskRole' | 'executionRole',
  'haproxyVersion' | 'logRetentionDays' | 'removalPolicy' | 'clients' | 'taskRoleArn' | 'executionRoleArn'
>);
