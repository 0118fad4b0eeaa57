import { Duration, Size, Stack, type StackProps } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Cluster, ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  DriftCensus,
  DriftHub,
  DriftMonitor,
  ElbUpstream,
  HaproxyElbProxy,
  type HaproxyElbProxyProps,
  HaproxyMode,
  HaproxyResolutionMode,
  HaproxyVersion,
  ProxyCapacity,
  ProxyDeployment,
} from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { BY_NAME, ENV, stackWithVpc } from './stacks';

/** Makes a proxy that is valid except for the given properties. */
function proxyWith(props: Partial<HaproxyElbProxyProps>) {
  const { stack, vpc } = stackWithVpc();
  return new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ...props });
}

const to = (dnsName: string, port = 80) => ElbUpstream.fromDnsName(dnsName, { port });
const PORT_ADVICE = 'give a whole number from 1024 to 65535, because HAProxy does not run as root';
const RETENTION_ADVICE =
  'give one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 days, or RetentionDays.INFINITE';
const NAME_ADVICE = "give 1 to 64 letters, digits, '.', '-' or '_'";

const ERRORS: [props: Partial<HaproxyElbProxyProps>, message: string][] = [
  [{ vpc: undefined }, 'neither vpc nor cluster given for Stack/Proxy: give one of them'],
  [{ listenPort: 80 }, `listenPort '80' is out of range: ${PORT_ADVICE}`],
  [{ listenPort: 1023 }, `listenPort '1023' is out of range: ${PORT_ADVICE}`],
  [{ listenPort: 65_536 }, `listenPort '65536' is out of range: ${PORT_ADVICE}`],
  [{ listenPort: Number.NaN }, `listenPort 'NaN' is out of range: ${PORT_ADVICE}`],
  [{ listenPort: 8080.5 }, `listenPort '8080.5' is out of range: ${PORT_ADVICE}`],
  [{ listenPort: 8404 }, "listenPort '8404' is the port of the health checks of HAProxy: give another port"],
  [{ listenPort: 9990 }, "listenPort '9990' is the port of the runtime API of HAProxy: give another port"],
  ...[31, 1.5, 0, -1, Number.NaN].map((days): [Partial<HaproxyElbProxyProps>, string] => [
    { logRetention: days },
    `logRetention '${days}' is not a time that CloudWatch Logs has: ${RETENTION_ADVICE}`,
  ]),
  [{ proxyName: '' }, `proxyName '' is not valid: ${NAME_ADVICE}`],
  [{ proxyName: 'my proxy' }, `proxyName 'my proxy' is not valid: ${NAME_ADVICE}`],
  [{ proxyName: 'a/b' }, `proxyName 'a/b' is not valid: ${NAME_ADVICE}`],
  [{ proxyName: 'x'.repeat(65) }, `proxyName '${'x'.repeat(65)}' is not valid: ${NAME_ADVICE}`],
  [
    { limits: { maxConnections: 20_000 } },
    "maxConnections '20000' needs more than 512 MiB of memory: give at most 10922, or a capacity with more memory",
  ],
  [{ limits: { maxConnections: 0 } }, "maxConnections '0' is out of range: give a whole number from 1 to 1000000"],
  [
    { stopTimeout: Duration.seconds(121) },
    "stopTimeout '121 s' is too long: give at most 120 s, the limit of this capacity",
  ],
  [
    { stopTimeout: Duration.seconds(30) },
    "stopTimeout '30s' is too short for drainTime '30s': give at least 36s, or a shorter drainTime",
  ],
  [
    { drainTime: Duration.seconds(115) },
    "drainTime '115s' is too long: give at most 114s, because this capacity ends a task 2m after the stop signal",
  ],
  [
    { drainTime: Duration.seconds(110), stopTimeout: Duration.seconds(115) },
    "stopTimeout '115s' is too short for drainTime '110s': give at least 116s, or a shorter drainTime",
  ],
  [{ redirectPort: 9990 }, "redirectPort '9990' is the port of the runtime API of HAProxy: give another port"],
  [{ redirectPort: 8080 }, 'listenPort and redirectPort are both 8080: give each its own port'],
  [{ drainTime: Duration.millis(1500) }, "drainTime '1.5 s' is not valid: give whole seconds"],
  [
    { listenTls: { secret: Secret.fromSecretNameV2(new Stack(), 'Named', 'shop/certificate') } },
    "listenTls.secret 'Default/Named' has no full ARN, which ECS needs: give Secret.fromSecretCompleteArn, whose ARN ends in '-' and 6 characters",
  ],
  [
    {
      runtimeApiTls: {
        secret: Secret.fromSecretPartialArn(
          new Stack(),
          'Partial',
          'arn:aws:secretsmanager:eu-west-1:111111111111:secret:api',
        ),
      },
    },
    "runtimeApiTls.secret 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:api' has no full ARN, which ECS needs: give Secret.fromSecretCompleteArn, whose ARN ends in '-' and 6 characters",
  ],
  [{ imageDigest: 'sha256:12ab' }, "imageDigest 'sha256:12ab' is not a digest: give sha256: and 64 hexadecimal digits"],
  [
    { imageDigest: `sha256:${'0'.repeat(64)}`, image: ContainerImage.fromRegistry('registry.test/haproxy:3.2') },
    'image and imageDigest are both given: leave imageDigest out, and write the digest into image',
  ],
  [
    { upstream: to('10.0.0.1') },
    "upstream '10.0.0.1' is an address: give the host name of the load balancer, because its addresses change",
  ],
  [
    { upstream: to('not a name') },
    "upstream 'not a name' is not a host name: use letters, digits, '-' and '.', at most 253 characters, 63 between dots",
  ],
  [{ upstream: to('elb.test', 0) }, "upstream port '0' is not a port: give a whole number from 1 to 65535"],
  [
    { upstream: ElbUpstream.fromDnsName('elb.test', { port: 80, slots: 101 }) },
    "slots '101' is out of range: give a whole number from 1 to 100",
  ],
  [
    { resolution: { holdValid: Duration.millis(99) } },
    "holdValid '99ms' is out of range: give 100ms to 1d, in whole milliseconds",
  ],
  [
    { resolution: { holdObsolete: Duration.days(3) } },
    "holdObsolete '3d' is out of range: give 0ms to 2d, in whole milliseconds",
  ],
  [
    { resolution: { holdValid: Duration.seconds(30), holdObsolete: Duration.seconds(30) } },
    "holdObsolete '30s' is not longer than holdValid '30s', and backend 'upstream' has 16 slots: give more than holdValid, or at most 8 slots to load balancers of at most 8 nodes, because an answer shows at most 8 addresses and HAProxy would drop the others",
  ],
  [{ resolution: { nameservers: [] } }, 'nameservers is empty: give at least one IP:PORT, or leave it out'],
  [{ resolution: { nameservers: ['10.0.0.2'] } }, "nameservers '10.0.0.2' is not valid: give IP:PORT or [IPV6]:PORT"],
  [{ stopTimeout: Duration.seconds(5) }, "stopTimeout '5s' is out of range: give 6s to 1h, in whole milliseconds"],
  [
    { redirectPort: 8081 },
    'redirectPort needs HTTP mode, and listenTls or an ingress with certificates: give both, or leave redirectPort out',
  ],
  [
    { routes: [{ name: 'orders', sni: 'orders.test', upstream: BY_NAME }] },
    "route 'orders' has a condition on SNI, and the listener has no TLS: give listenTls, or use host",
  ],
  [
    { mode: HaproxyMode.TCP, routes: [{ name: 'orders', pathPrefix: '/orders', upstream: BY_NAME }] },
    "route 'orders' has a condition on requests, which TCP mode does not read: give sni, or use HTTP mode",
  ],
  [
    { mode: HaproxyMode.TCP, responseHeaders: { remove: ['Server'] } },
    'responseHeaders applies to requests, which TCP mode does not read: leave it out, or use HTTP mode',
  ],
  [
    { mode: HaproxyMode.TCP, limits: { maxBodySize: Size.kibibytes(1) } },
    'maxBodySize applies to requests, which TCP mode does not read: leave it out, or use HTTP mode',
  ],
  [
    {
      version: HaproxyVersion.V1_8,
      upstream: ElbUpstream.fromDnsName('elb.test', { port: 80, resolutionMode: HaproxyResolutionMode.PER_REQUEST }),
    },
    "resolutionMode 'per-request' in http mode needs HAProxy 2.0 or later, and this is 1.8: use 'slots'",
  ],
  [
    { version: HaproxyVersion.V1_8, metrics: true },
    'metrics needs HAProxy 2.0 or later, and this is 1.8: leave it out',
  ],
  [
    { version: HaproxyVersion.V1_8, resolution: { parseResolvConf: true } },
    'parseResolvConf needs HAProxy 1.9 or later, and this is 1.8: give nameservers',
  ],
  [
    { capacity: ProxyCapacity.fargate({ cpu: 16384, memoryMiB: 122880 }), limits: { maxConnections: 600_000 } },
    "maxConnections '600000' needs more open files than Linux allows a process (1048576): give at most 523898, and more tasks",
  ],
  [{ stopTimeout: Duration.millis(30_500) }, "stopTimeout '30.5 s' is not valid: give whole seconds"],
  [{ desiredCount: -1 }, "desiredCount '-1' is out of range: give a whole number from 0 to 5000"],
  [{ desiredCount: 1.5 }, "desiredCount '1.5' is out of range: give a whole number from 0 to 5000"],
  [{ scaling: { maxTasks: 0 } }, "maxTasks '0' is out of range: give a whole number from 1 to 5000"],
  [
    { scaling: { maxTasks: 4, cpuPercent: 101 } },
    "cpuPercent '101' is out of range: give a whole number from 1 to 100",
  ],
  [
    { scaling: { maxTasks: 4, connectionsPerTask: 0 } },
    "connectionsPerTask '0' is out of range: give a whole number from 1 to 1000000",
  ],
  [
    { scaling: { maxTasks: 4, schedules: [{ schedule: Schedule.cron({ hour: '7' }), minTasks: 9, maxTasks: 2 }] } },
    "minTasks '9' is more than maxTasks '2': give minTasks at most the value of maxTasks",
  ],
  [
    { desiredCount: 1, deployment: ProxyDeployment.rolling({ minHealthyPercent: 50, maxHealthyPercent: 100 }) },
    "minHealthyPercent '50' and maxHealthyPercent '100' of 1 tasks let ECS neither stop nor start one: give minHealthyPercent of at most 0, or maxHealthyPercent of at least 200",
  ],
  [
    { deployment: ProxyDeployment.rolling({ maxHealthyPercent: 149 }) },
    "minHealthyPercent '100' and maxHealthyPercent '149' of 2 tasks let ECS neither stop nor start one: give minHealthyPercent of at most 50, or maxHealthyPercent of at least 150",
  ],
  [
    {
      scaling: { maxTasks: 9, minTasks: 3, schedules: [{ schedule: Schedule.cron({}), minTasks: 1, maxTasks: 2 }] },
      deployment: ProxyDeployment.rolling({ minHealthyPercent: 60, maxHealthyPercent: 150 }),
    },
    "minHealthyPercent '60' and maxHealthyPercent '150' of 1 tasks let ECS neither stop nor start one: give minHealthyPercent of at most 0, or maxHealthyPercent of at least 200",
  ],
  [{ scaling: { maxTasks: 1 } }, "minTasks '2' is more than maxTasks '1': give minTasks at most the value of maxTasks"],
  [
    { scaling: { maxTasks: 4, connectionsPerTask: 10 } },
    'connectionsPerTask needs a load balancer that counts connections: give ProxyIngress.networkLoadBalancer(), or cpuPercent',
  ],
];

test.each(ERRORS)('%j', (props, message) => {
  expect(() => proxyWith(props)).toThrow(new InputError(message));
});

test('an end-of-life branch is warned of, and made', () => {
  const warnings = Annotations.fromStack(Stack.of(proxyWith({ version: HaproxyVersion.V1_8 })))
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => entry.data);
  expect(warnings).toEqual([
    'HAProxy 1.8 is end-of-life since 2022-12: it gets no security fixes, and its image is no longer rebuilt; move to a branch with long-term support [ack: cdk-haproxy-elb:end-of-life]',
  ]);
});

test('both a VPC and a cluster', () => {
  const { stack, vpc } = stackWithVpc();
  const cluster = new Cluster(stack, 'Cluster', { vpc });
  expect(() => new HaproxyElbProxy(stack, 'Proxy', { vpc, cluster, upstream: BY_NAME })).toThrow(
    new Error('both vpc and cluster given for Stack/Proxy: give one of them'),
  );
});

test.each<[what: string, make: (stack: Stack, logRetention: RetentionDays) => unknown]>([
  ['a monitor', (stack, logRetention) => new DriftMonitor(stack, 'Monitor', { logRetention })],
  ['a hub', (stack, logRetention) => new DriftHub(stack, 'Hub', { logRetention, accounts: ['111111111111'] })],
  [
    'a census',
    (stack, logRetention) =>
      new DriftCensus(stack, 'Census', {
        logRetention,
        targets: [{ monitorName: 'edge', accounts: ['111111111111'] }],
      }),
  ],
])('logRetention of %s is one that CloudWatch Logs has', (_what, make) => {
  expect(() => make(new Stack(), 31 as number)).toThrow(
    new InputError(`logRetention '31' is not a time that CloudWatch Logs has: ${RETENTION_ADVICE}`),
  );
  expect(() => make(new Stack(), RetentionDays.INFINITE)).not.toThrow();
});

describe('a cluster that was imported', () => {
  const arn = (account: string, region: string) => `arn:aws:ecs:${region}:${account}:cluster/shop`;
  const [{ account, region }, elsewhere] = [ENV.env, { account: '222222222222', region: 'us-east-1' }];
  const proxyIn = (clusterArn: string | undefined, props?: StackProps) => {
    const { stack, vpc } = stackWithVpc(props);
    const cluster = Cluster.fromClusterAttributes(stack, 'Shop', { clusterName: 'shop', clusterArn, vpc });
    return new HaproxyElbProxy(stack, 'Proxy', { cluster, upstream: BY_NAME });
  };

  test.each([
    ['account', arn(elsewhere.account, region), elsewhere.account, account],
    ['region', arn(account, elsewhere.region), elsewhere.region, region],
  ] as const)('from another %s is refused', (what, clusterArn, there, here) => {
    expect(() => proxyIn(clusterArn, ENV)).toThrow(
      new InputError(
        `cluster Stack/Shop is in ${what} ${there}, and the tasks in ${what} ${here}: give a cluster of the account and region of the stack`,
      ),
    );
  });

  test.each<[string | undefined, StackProps?]>([
    [arn(account, region), ENV],
    [undefined, ENV],
    [arn(elsewhere.account, region), undefined],
  ])('from the same place, or one that is not known, is taken: %s', (clusterArn, props) => {
    expect(() => proxyIn(clusterArn, props)).not.toThrow();
  });
});

test.each([1024, 65_535])('port %i at the border', (listenPort) => {
  expect(proxyWith({ listenPort }).connections.defaultPort?.toString()).toBe(`${listenPort}`);
});

test.each<[tasks: number, minHealthyPercent: number, maxHealthyPercent: number]>([
  [1, 0, 100],
  [1, 100, 200],
  [2, 50, 100],
  [2, 100, 150],
  [3, 66, 100],
  [0, 50, 100],
])(
  '%i tasks, of which %i to %i percent run during a deployment',
  (desiredCount, minHealthyPercent, maxHealthyPercent) => {
    const deployment = ProxyDeployment.rolling({ minHealthyPercent, maxHealthyPercent });
    expect(() => proxyWith({ desiredCount, deployment })).not.toThrow();
  },
);

test.each<[props: Partial<HaproxyElbProxyProps>, what: string[]]>([
  [{ desiredCount: 1 }, ['desiredCount']],
  [{ desiredCount: 2, scaling: { maxTasks: 4, minTasks: 1 } }, ['minTasks']],
  [
    { scaling: { maxTasks: 4, schedules: [{ schedule: Schedule.cron({ hour: '20' }), minTasks: 1, maxTasks: 2 }] } },
    ['minTasks'],
  ],
  [{ desiredCount: 1, scaling: { maxTasks: 4, minTasks: 2 } }, []],
])('a single task is warned of, also where scaling makes it one: %#', (props, what) => {
  const warnings = Annotations.fromStack(Stack.of(proxyWith(props))).findWarning('*', Match.stringLikeRegexp('single'));
  expect(warnings.map(({ entry }) => entry.data)).toEqual(
    what.map(
      (name) =>
        `${name} is 1, so every failure of the task is an outage: give 2 or more [ack: cdk-haproxy-elb:single-task]`,
    ),
  );
});

test('as long a stop as Fargate waits', () => {
  expect(proxyWith({ stopTimeout: Duration.minutes(2) }).configuration).toContain('\n    hard-stop-after 85s\n');
});

test('an image that is pinned to a digest keeps the name of its branch', () => {
  const imageDigest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  expect(proxyWith({ imageDigest }).container.imageName).toBe(
    `public.ecr.aws/docker/library/haproxy:3.2@${imageDigest}`,
  );
});

test('a name of 64 characters of every kind', () => {
  const proxyName = `A.b-c_${'9'.repeat(58)}`;
  expect(proxyWith({ proxyName }).proxyName).toBe(proxyName);
});

const nameservers = (count: number) => Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}:53`);

test('a configuration that does not fit into a task definition', () => {
  expect(() => proxyWith({ resolution: { nameservers: nameservers(2000) } })).toThrow(
    /^the configuration has \d{5} bytes, and a task definition holds at most 61440 of it: give fewer routes, rules or name servers, or shorter pages$/,
  );
});

test('a configuration that fits, while the record for the registry does not', () => {
  expect(() => proxyWith({ resolution: { nameservers: nameservers(300) } })).toThrow(
    /^the registry record of 'Stack-Proxy-\w+' has \d{4} bytes, and an SSM parameter holds at most 4096: give fewer upstreams, name servers, endpoints or suppressions$/,
  );
});

test('a version that cannot follow a load balancer cannot be named', () => {
  expect(() => HaproxyVersion.of('2.7.0')).toThrow(
    new Error(
      'HAProxy 2.7.0 cannot follow an ELB: it resolves a name once after the start and never again (HAProxy issue 1962); use a later release of 2.7, or another branch',
    ),
  );
});

test.each([
  [Duration.seconds(30), "interval '30 s' is not valid: give whole minutes, from 1 minute to 1 day"],
  [Duration.seconds(90), "interval '90 s' is not valid: give whole minutes, from 1 minute to 1 day"],
  [Duration.days(2), "interval '172800 s' is not valid: give whole minutes, from 1 minute to 1 day"],
])('an interval that EventBridge Scheduler or an alarm does not have (%#)', (interval, message) => {
  const { stack } = stackWithVpc();
  expect(() => new DriftMonitor(stack, 'Monitor', { interval })).toThrow(new Error(message));
});
