import { z } from 'zod';
import { checkNameserver } from '../../lib/haproxy/address';
import { HaproxyMode } from '../../lib/haproxy/model/config-model';
import { HaproxyLogFormat, HaproxyTlsVersion } from '../../lib/haproxy/model/listener';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { ingressSchema, network, upstreamSchema } from './network-schema';
import { count, duration, flag, form, list, secretArn, text } from './values';

/** What CloudWatch Logs knows. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const headers = (of: string) =>
  z
    .strictObject({
      set: z.record(z.string(), z.string()).optional().meta({ description: 'Headers to set, by name.' }),
      remove: list(z.string(), 'Headers to remove. Removed first, then set.'),
    })
    .optional()
    .meta({ description: `Changes to the headers of ${of}, HTTP only.` });

/** All keys of a proxy. None has a default here: what is left out is left to the constructs. */
export const proxySchema = z.strictObject({
  haproxyVersion: text(
    (value) => HaproxyVersion.of(value),
    "HAProxy branch ('3.2') or release ('3.2.4'), in quotes. Decides the image and how the configuration is written. Default: 3.2.",
  ).optional(),
  image: z.string().optional().meta({ description: 'Another image than the official one, of the same version.' }),
  imageDigest: form(
    /^sha256:[0-9a-f]{64}$/,
    'sha256: and 64 digits from 0 to f',
    'Digest of the official image: exactly this one runs.',
  ).optional(),
  upstream: upstreamSchema.optional(),
  routes: list(
    z.strictObject({
      name: z.string().meta({ description: 'Name of the route.' }),
      host: z.string().optional().meta({ description: 'Host header, HTTP only.' }),
      pathPrefix: z.string().optional().meta({ description: 'Beginning of the path, HTTP only.' }),
      sni: z.string().optional().meta({ description: 'Name in the TLS handshake.' }),
      upstream: upstreamSchema,
    }),
    'Other load balancers, and what goes to them. The first that fits is taken.',
  ),
  mode: z.enum(HaproxyMode).optional().meta({
    description: 'Read requests (http, the default), or pass connections on unread (tcp).',
  }),
  listenPort: count(1024, 65535, 'Where traffic comes in. Not below 1024: not run as root. Default: 8080.'),
  listenTls: z
    .strictObject({
      secretArn: secretArn('Secret with cert and key in PEM, as a JSON object.'),
      minVersion: z.enum(HaproxyTlsVersion).optional().meta({ description: 'Oldest TLS version. Default: 1.2.' }),
      http2: flag('Offer HTTP/2. Default: true.'),
    })
    .optional()
    .meta({ description: 'TLS towards clients.' }),
  redirectPort: count(1024, 65535, 'Port of a second listener that redirects to HTTPS.'),
  acceptProxyProtocol: flag('Connections begin with a PROXY protocol header. Default: what the ingress does.'),
  forwardedFor: flag("Add the client's address as X-Forwarded-For. Default: true."),
  requestHeaders: headers('requests'),
  responseHeaders: headers('responses'),
  allowFrom: list(network, 'Who is served; all others are rejected. Default: everybody.'),
  denyFrom: list(network, 'Who is rejected.'),
  limits: z
    .strictObject({
      maxConnections: count(1, 1_000_000, 'Connections of a task. Default: 2000 for each 512 MiB of memory.'),
      connectTimeout: duration('connectTimeout', 'Time to connect to the load balancer. Default: 5s.').optional(),
      clientTimeout: duration('clientTimeout', 'Time that a client may be silent. Default: 65s.').optional(),
      serverTimeout: duration('serverTimeout', 'Time that the load balancer may be silent. Default: 65s.').optional(),
      requestTimeout: duration('requestTimeout', 'Time for the head of a request. Default: 10s.').optional(),
      keepAliveTimeout: duration('keepAliveTimeout', 'Time between two requests. Default: 65s.').optional(),
      maxBodyBytes: count(0, 2 ** 31 - 1, 'Largest body. Default: no bound.'),
      maxHeaderBytes: count(4096, 262_144, 'Largest head. Default: 15 KiB.'),
    })
    .optional()
    .meta({ description: 'Bounds.' }),
  resolution: z
    .strictObject({
      nameservers: list(
        text((value) => checkNameserver(value), 'IP:PORT of a name server.'),
        "Name servers. Default: the VPC's resolver, 169.254.169.253:53.",
      ),
      parseResolvConf: flag("Take the name servers of the task's /etc/resolv.conf (1.9 and later). Default: false."),
      holdValid: duration('holdValid', "How often the load balancer's name is resolved. Default: 10s.").optional(),
      holdObsolete: duration(
        'holdObsolete',
        'How long an address is kept that is no longer in the answer. Default: 30s, or twice holdValid.',
      ).optional(),
      holdOutage: duration('holdOutage', 'How long an address is kept without DNS. Default: 10m.').optional(),
      holdNx: duration('holdNx', 'How long an address is kept once the name is gone. Default: 30s.').optional(),
      payloadSize: count(512, 8192, 'Largest DNS answer, bytes. Default: 8192.'),
    })
    .optional()
    .meta({ description: "How the load balancers' names are resolved." }),
  metrics: flag('Answer GET /metrics for Prometheus on port 8404 (2.0 and later). Default: false.'),
  log: z
    .strictObject({
      format: z.enum(HaproxyLogFormat).optional().meta({ description: "HAProxy's own format (default), or JSON." }),
      syslog: z.string().optional().meta({ description: 'IP:PORT of a syslog server.' }),
    })
    .optional()
    .meta({ description: 'How log lines look, and where they go.' }),
  rawLines: z
    .record(z.string(), z.array(z.string()))
    .optional()
    .meta({ description: "Lines to add at the end of sections, by the section's opening line." }),
  runtimeApiTls: z
    .strictObject({
      secretArn: secretArn('Secret with cert, key and ca in PEM, as a JSON object.'),
      checkerSecretArn: secretArn('The same for the checker. Default: the same secret.').optional(),
    })
    .optional()
    .meta({ description: 'Mutual TLS between the checker and the proxy.' }),
  ingress: ingressSchema,
  clients: list(network, 'Who may connect to the tasks at listenPort. Default: nobody.'),
  capacity: z
    .strictObject({
      cpu: count(128, 16_384, 'CPU units of a task, 1024 to a virtual CPU. Default: 256.'),
      memoryMiB: count(128, 122_880, 'Memory of a task. Default: 512.'),
      spot: flag('Run all tasks but one on Fargate Spot. Default: false.'),
      capacityProvider: z
        .string()
        .optional()
        .meta({ description: "Run on instances of this capacity provider of the environment's cluster." }),
    })
    .optional()
    .meta({ description: 'What the tasks run on. Default: Fargate.' }),
  desiredCount: count(0, 5000, 'How many tasks run. Default: 2.'),
  scaling: z
    .strictObject({
      maxTasks: z.int().min(1).max(5000).meta({ description: 'The most tasks.' }),
      minTasks: count(0, 5000, 'The fewest tasks. Default: desiredCount.'),
      cpuPercent: count(1, 100, 'Use of the CPU that is aimed at. Default: 60.'),
      connectionsPerTask: count(1, 1_000_000, 'Connections of a task that are aimed at.'),
      schedules: list(
        z.strictObject({
          cron: z.string().meta({ description: 'When, in UTC: six fields such as 0 7 ? * MON-FRI *.' }),
          minTasks: z.int().min(0).max(5000),
          maxTasks: z.int().min(0).max(5000),
        }),
        'Bounds that hold from some time on.',
      ),
    })
    .optional()
    .meta({ description: 'How the number of tasks follows the load.' }),
  deployment: z
    .strictObject({
      strategy: z
        .enum(['rolling', 'blue-green'])
        .meta({ description: 'A few tasks at a time, or all beside the old.' }),
      minHealthyPercent: count(0, 100, 'Rolling: share of tasks that always runs. Default: 100.'),
      maxHealthyPercent: count(100, 200, 'Rolling: share of tasks that may run. Default: 200.'),
      bakeTime: duration('bakeTime', 'Blue-green: how long the old tasks stay. Default: 15m.').optional(),
      gate: flag('Blue-green: have the checker judge the new tasks before they take traffic. Default: false.'),
    })
    .optional()
    .meta({ description: 'How a new version replaces the old one.' }),
  stopTimeout: duration('stopTimeout', 'Time between the stop signal and the end by force. Default: 30s.').optional(),
  enableExecuteCommand: flag('Allow aws ecs execute-command. Default: false.'),
  logRetentionDays: z
    .literal(RETENTION_DAYS)
    .optional()
    .meta({ description: 'How long log lines are kept. Default: 30.' }),
  removalPolicy: z.enum(['destroy', 'retain']).optional().meta({ description: 'Of the log. Default: destroy.' }),
});

const monitorSchema = z
  .strictObject({
    interval: duration('interval', 'How often every proxy is checked, at least a minute. Default: 1m.').optional(),
    grace: duration('grace', 'How long a finding must last before it is an incident. Default: 1m.').optional(),
    alarms: z
      .strictObject({
        criticalIncidents: count(1, 1000, 'Rings at this many open critical incidents. Default: 1.'),
        missedRuns: count(1, 1440, 'Rings when no run was finished for this many intervals. Default: 3.'),
        openIncidents: count(1, 1000, 'Rings at this many open incidents, warnings included. Default: no alarm.'),
        uncheckedProxies: count(1, 1000, 'Rings at this many proxies that were not checked. Default: no alarm.'),
        malformedRecords: count(1, 1000, 'Rings at this many malformed records. Default: no alarm.'),
        functionErrors: count(1, 1000, 'Rings at this many failed runs. Default: no alarm.'),
      })
      .optional()
      .meta({ description: 'When the alarms ring.' }),
    alarmTopicArns: list(
      form(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:\S+$/, 'the ARN of an SNS topic'),
      'SNS topics that are told when an alarm rings.',
    ),
    dashboard: flag('Make a CloudWatch dashboard. Default: false.'),
    repair: z.enum(['redeploy', 'dry-run']).optional().meta({
      description: 'Deploy a proxy with a critical incident anew, or log that it would be. Default: neither.',
    }),
    opsItems: flag('Make an OpsItem of each incident. Default: false.'),
    createEndpoints: flag('Make the interface endpoints that the checker needs in a VPC without NAT. Default: false.'),
  })
  .optional()
  .meta({ description: 'What checks the proxies of each environment.' });

const environmentSchema = z
  .strictObject({
    account: form(/^\d{12}$/, 'the 12 digits of an account, in quotes')
      .optional()
      .meta({
        description: 'Account, 12 digits in quotes. Default: that of the credentials.',
      }),
    region: form(/^[a-z]{2}(-[a-z]+)+-\d$/, 'the name of a region, such as eu-west-1')
      .optional()
      .meta({
        description: 'Region. Default: that of the credentials.',
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
          'Where the proxies and their checker run. The subnets need a way to AWS APIs and the image registry. With the id alone the rest is looked up, which needs account and region.',
      }),
    clusterName: z.string().optional().meta({ description: 'Name of an ECS cluster that exists. Default: a new one.' }),
    proxies: z
      .record(z.string(), proxySchema)
      .optional()
      .meta({ description: 'What differs here: each key replaces the one of the proxy of the same name below.' }),
  })
  .refine(({ account, region, vpc }) => vpc.availabilityZones !== undefined || (account && region), {
    error: 'needs account and region to look its vpc up: give them, or availabilityZones and privateSubnetIds',
  });

export const specSchema = z
  .strictObject({
    stackName: form(
      /^[A-Za-z][A-Za-z0-9-]{0,63}$/,
      'a letter, then letters, digits and hyphens, at most 64',
      'Beginning of the names of the CloudFormation stacks; the name of the environment follows. Default: haproxy-elb.',
    ).optional(),
    environments: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,62}$/), environmentSchema)
      .refine((environments) => Object.keys(environments).length > 0, { error: 'is empty: give at least one' })
      .meta({ description: 'Where the proxies run, by name: each becomes a stack.' }),
    monitor: monitorSchema,
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
