/**
 * Every ingress with every capacity, deployment and TLS: a stack for each ingress and capacity, with a proxy for each
 * deployment and TLS. The stack `Everything` has each option that makes resources. The app imports the package by its
 * name, so that it is synthesized with the oldest and with the newest CDK.
 */
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { InstanceType, Peer, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  AsgCapacityProvider,
  Cluster,
  ContainerInsights,
  CpuArchitecture,
  EcsOptimizedImage,
} from 'aws-cdk-lib/aws-ecs';
import { NetworkLoadBalancer, NetworkTargetGroup, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { CfnTargetGroup } from 'aws-cdk-lib/aws-vpclattice';
import {
  CensusAccess,
  DriftCensus,
  DriftConfigRule,
  DriftHub,
  DriftMonitor,
  ElbUpstream,
  HaproxyElbProxy,
  type HaproxyElbProxyProps,
  HaproxyTasks,
  Locality,
  MonitoredHaproxy,
  ProxyCapacity,
  ProxyDeployment,
  ProxyIngress,
  Repair,
  SecurityHubFindings,
  UpstreamIdentity,
} from 'cdk-haproxy-elb';

const ACCOUNT = '111111111111';
const REGION = 'eu-west-1';
const ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret`;

export const app = new App();

const stackOf = (id: string) => new Stack(app, id, { env: { account: ACCOUNT, region: REGION } });

const upstream = ElbUpstream.fromDnsName(`internal-orders-1.${REGION}.elb.amazonaws.com`, { port: 80 });

const platform = stackOf('Platform');
const vpc = new Vpc(platform, 'Vpc', { maxAzs: 2 });
const monitor = new DriftMonitor(platform, 'Monitor');
new DriftCensus(platform, 'Census', {
  targets: [{ monitorName: 'edge', accounts: [ACCOUNT] }],
  objectLock: ObjectLockRetention.governance(Duration.days(365)),
  documentRetention: Duration.days(400),
});
const cluster = new Cluster(platform, 'Cluster', { vpc, enableFargateCapacityProviders: true });
const instances = new AsgCapacityProvider(platform, 'Instances', {
  autoScalingGroup: new AutoScalingGroup(platform, 'Group', {
    vpc,
    instanceType: new InstanceType('m7g.large'),
    machineImage: EcsOptimizedImage.amazonLinux2023(),
  }),
});
cluster.addAsgCapacityProvider(instances);

type Changes = Partial<HaproxyElbProxyProps>;

const CAPACITIES: Record<string, ProxyCapacity> = {
  Fargate: ProxyCapacity.fargate(),
  GravitonSpot: ProxyCapacity.fargate({ spot: true, cpuArchitecture: CpuArchitecture.ARM64 }),
  Ec2: ProxyCapacity.ec2({
    capacityProviderStrategies: [{ capacityProvider: instances.capacityProviderName, weight: 1 }],
  }),
};

const DEPLOYMENTS: Record<string, ProxyDeployment> = {
  Rolling: ProxyDeployment.rolling(),
  BlueGreen: ProxyDeployment.blueGreen(),
  Linear: ProxyDeployment.linear(),
  Canary: ProxyDeployment.canary(),
};

const TLS: Record<string, (stack: Stack) => Changes> = {
  Plain: () => ({}),
  Tls: (stack) => ({
    listenPort: 8443,
    listenTls: { secret: Secret.fromSecretCompleteArn(stack, 'TlsCertificate', `${ARN}:tls-AbCdEf`) },
  }),
  Redirect: (stack) => ({
    listenPort: 8443,
    redirectPort: 8080,
    listenTls: { secret: Secret.fromSecretCompleteArn(stack, 'RedirectCertificate', `${ARN}:redirect-AbCdEf`) },
  }),
};

/** How an ingress is made, and the combinations that it refuses. */
interface Ingress {
  readonly of: (stack: Stack, id: string, tls: boolean) => ProxyIngress;
  readonly refuses?: { readonly deployments?: readonly string[]; readonly tls?: readonly string[] };
}

const INGRESSES: Record<string, Ingress> = {
  None: { of: () => ProxyIngress.none(), refuses: { deployments: ['Linear', 'Canary'] } },
  PrivateDns: { of: () => ProxyIngress.privateDns(), refuses: { deployments: ['Linear', 'Canary'] } },
  LoadBalancer: { of: () => ProxyIngress.networkLoadBalancer() },
  TargetGroup: {
    of: (stack, id) => {
      const balancer = new NetworkLoadBalancer(stack, `${id}Balancer`, { vpc });
      const group = new NetworkTargetGroup(stack, `${id}Group`, { vpc, port: 8080, targetType: TargetType.IP });
      balancer.addListener('Listener', { port: 8080, defaultTargetGroups: [group] });
      return ProxyIngress.targetGroup(group);
    },
    refuses: { deployments: ['BlueGreen', 'Linear', 'Canary'], tls: ['Redirect'] },
  },
  Lattice: {
    of: (stack, id, tls) =>
      ProxyIngress.latticeTargetGroup(
        new CfnTargetGroup(stack, `${id}Group`, {
          type: 'IP',
          config: {
            port: 8080,
            protocol: tls ? 'HTTPS' : 'HTTP',
            vpcIdentifier: vpc.vpcId,
            healthCheck: { protocol: 'HTTP', port: 8404, path: '/live' },
          },
        }),
      ),
    refuses: { deployments: ['BlueGreen', 'Linear', 'Canary'], tls: ['Redirect'] },
  },
};

for (const [ingressName, { of, refuses }] of Object.entries(INGRESSES)) {
  for (const [capacityName, capacity] of Object.entries(CAPACITIES)) {
    const stack = stackOf(`${ingressName}${capacityName}`);
    const tls = Object.entries(TLS)
      .filter(([name]) => !refuses?.tls?.includes(name))
      .map(([name, changes]) => ({ name, changes: changes(stack) }));
    for (const [deploymentName, deployment] of Object.entries(DEPLOYMENTS)) {
      for (const { name, changes } of refuses?.deployments?.includes(deploymentName) ? [] : tls) {
        const id = `${deploymentName}${name}`;
        const ingress = of(stack, id, name !== 'Plain');
        new HaproxyElbProxy(stack, id, { cluster, upstream, capacity, deployment, ingress, monitor, ...changes });
      }
    }
  }
}

const everything = stackOf('Everything');
const key = new Key(everything, 'Key', { enableKeyRotation: true });
const topic = new Topic(everything, 'Topic', { masterKey: key, enforceSSL: true });
const action = new SnsAction(topic);
const logs = new Bucket(everything, 'Logs', {
  enforceSSL: true,
  versioned: true,
  serverAccessLogsPrefix: 'access/',
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
});
const logGroup = (id: string) => new LogGroup(everything, id, { encryptionKey: key });
const certificate = Secret.fromSecretCompleteArn(everything, 'Certificate', `${ARN}:shop-AbCdEf`);

const full = new DriftMonitor(everything, 'Monitor', {
  alarmActions: [action],
  okActions: [action],
  alarms: { openIncidents: 1, missedRuns: 5 },
  dashboard: true,
  detailedMetrics: true,
  repair: Repair.redeploy(),
  opsItems: true,
  gate: true,
  logGroup: logGroup('MonitorLog'),
  encryptionKey: key,
  removalPolicy: RemovalPolicy.RETAIN,
  reservedConcurrency: 2,
});
full.onIncident('Incidents', {
  target: new SqsQueue(new Queue(everything, 'Incidents', { encryptionMasterKey: key, enforceSSL: true })),
});
new DriftConfigRule(everything, 'ConfigRule', { monitor: full, alarmActions: [action] });
new SecurityHubFindings(everything, 'SecurityHub', { monitor: full, alarmActions: [action] });
full.forwardIncidents(
  'Hub',
  new DriftHub(everything, 'Hub', {
    accounts: ['222222222222'],
    organizationId: 'o-a1b2c3d4e5',
    encryptionKey: key,
    dashboard: true,
    alarmActions: [action],
  }),
  { alarmActions: [action] },
);
const census = new DriftCensus(everything, 'Census', {
  censusName: 'fleet',
  targets: [{ monitorName: 'edge', accounts: [ACCOUNT], organizationalUnits: ['ou-ab12-cdefghij'] }],
  organizationId: 'o-a1b2c3d4e5',
  bucket: logs,
  encryptionKey: key,
  alarmActions: [action],
});
new CensusAccess(everything, 'CensusAccess', { monitor: full, collectRoleArn: census.collectRoleArn });
const proxy = new HaproxyElbProxy(everything, 'Proxy', {
  vpc,
  upstream,
  routes: [
    {
      name: 'api',
      pathPrefix: '/api/',
      upstream: ElbUpstream.fromLoadBalancerName('api', {
        port: 80,
        locality: Locality.preferZone(),
        identity: UpstreamIdentity.response({ path: '/identity', body: 'load balancer of the api 7f3a9c' }),
      }),
    },
  ],
  monitor: full,
  ingress: ProxyIngress.networkLoadBalancer({
    accessLogs: logs,
    deletionProtection: true,
    allocationIds: ['eipalloc-11111111111111111', 'eipalloc-22222222222222222'],
    internetFacing: true,
  }),
  listenPort: 8443,
  redirectPort: 8080,
  listenTls: { secret: certificate },
  runtimeApiTls: { secret: Secret.fromSecretCompleteArn(everything, 'RuntimeApi', `${ARN}:api-AbCdEf`) },
  scaling: {
    minTasks: 2,
    maxTasks: 6,
    cpuPercent: 60,
    schedules: [{ schedule: Schedule.cron({ hour: '6', minute: '0' }), minTasks: 4, maxTasks: 6 }],
  },
  deployment: ProxyDeployment.blueGreen({
    alarms: [Alarm.fromAlarmArn(everything, 'Alarm', `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:shop`)],
  }),
  probe: { logGroup: logGroup('ProbeLog') },
  patching: { schedule: ScheduleExpression.cron({ weekDay: 'TUE', hour: '3', minute: '0' }), onSecretChange: true },
  enableExecuteCommand: true,
  containerInsights: ContainerInsights.ENHANCED,
  logGroup: logGroup('ProxyLog'),
  alarmActions: [action],
  okActions: [action],
});
proxy.connections.allowDefaultPortFrom(Peer.ipv4('192.0.2.0/24'));
full.gateDeployments(proxy.service);
new MonitoredHaproxy(everything, 'Legacy', {
  monitor: full,
  tasks: HaproxyTasks.atEndpoints(['10.0.0.5:9990'], { vpc, probe: { logGroup: logGroup('LegacyLog') } }),
  upstreams: [{ upstream }],
  runtimeApiTls: Secret.fromSecretNameV2(everything, 'LegacySecret', 'legacy/runtime-api'),
});
