import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Annotations as CdkAnnotations, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  DeploymentStrategy,
  FargateService,
  FargateTaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnTargetGroup } from 'aws-cdk-lib/aws-vpclattice';
import {
  DriftMonitor,
  ElbUpstream,
  HaproxyElbProxy,
  HaproxyProtocol,
  HaproxyResolutionMode,
  HaproxyTasks,
  HaproxyVersion,
  Locality,
  MonitoredHaproxy,
  ProxyCapacity,
  ProxyDeployment,
  ProxyIngress,
} from '../../lib';
import { BY_NAME } from './stacks';

const ROOT = join(__dirname, '../..');
const LIB = join(ROOT, 'lib');
const ID = /cdk-haproxy-elb:[a-z-]+/g;

const idsIn = (text: string) => [...new Set(text.match(ID))].sort();

const page = readFileSync(join(ROOT, 'docs/warnings.md'), 'utf8');
const idsOfPage = [...page.matchAll(/^\| `(cdk-haproxy-elb:[a-z-]+)` \|/gm)].map(([, id]) => id!).sort();

/** A service of another tool, whose deployments ECS can gate. */
function serviceToGate(stack: Stack): FargateService {
  const taskDefinition = new FargateTaskDefinition(stack, 'Definition');
  taskDefinition.addContainer('haproxy', { image: ContainerImage.fromRegistry('haproxy') });
  return new FargateService(stack, 'Legacy', {
    cluster: new Cluster(stack, 'LegacyCluster', { vpc: new Vpc(stack, 'LegacyVpc', { maxAzs: 2 }) }),
    taskDefinition,
    minHealthyPercent: 100,
    deploymentStrategy: DeploymentStrategy.BLUE_GREEN,
    circuitBreaker: { rollback: true },
  });
}

/** A stack with everything in it that is warned of. */
function warned(acknowledged: readonly string[] = []) {
  // Access logs need a region.
  const stack = new Stack(new App(), 'Stack', { env: { region: 'eu-west-1' } });
  for (const id of acknowledged) {
    CdkAnnotations.of(stack).acknowledgeWarning(id, 'it is so on purpose');
  }
  const subnetConfiguration = [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED }];
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0, subnetConfiguration });
  const monitor = new DriftMonitor(stack, 'Monitor', { gate: true });
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
    monitor,
    version: HaproxyVersion.of('1.9.0'),
    upstream: ElbUpstream.fromDnsName('elb.test', { port: 443, tls: { verify: false } }),
    desiredCount: 1,
    drainTime: Duration.seconds(9),
    enableExecuteCommand: true,
    taskRole: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/task', { mutable: false }),
  });
  const secret = new Secret(stack, 'Secret');
  const farArn = 'arn:aws:secretsmanager:us-east-1:111111111111:secret:far-AbCdEf';
  new HaproxyElbProxy(stack, 'Moved', {
    vpc: new Vpc(stack, 'Public', { maxAzs: 2 }),
    monitor,
    version: HaproxyVersion.of('9.9'),
    listenTls: { secret, clientCertificates: { trustStoreSecret: secret, revocationListSecret: secret } },
    upstream: BY_NAME,
    ingress: ProxyIngress.networkLoadBalancer({ accessLogs: new Bucket(stack, 'Logs') }),
    deployment: ProxyDeployment.canary(),
  });
  const securityGroups = [new SecurityGroup(stack, 'Elsewhere', { vpc })];
  const plain = ElbUpstream.fromDnsName('plain.test', { port: 443, securityGroups });
  const publicName = 'grpc-1.eu-west-1.elb.amazonaws.com';
  const http2 = ElbUpstream.fromDnsName(publicName, { port: 80, protocol: HaproxyProtocol.HTTP2 });
  const zonal = ElbUpstream.fromDnsName(publicName, { port: 80, locality: Locality.preferZone() });
  new HaproxyElbProxy(stack, 'Lattice', {
    vpc: new Vpc(stack, 'Other', { maxAzs: 2 }),
    monitor,
    upstream: ElbUpstream.fromDnsName('internal-orders-1.eu-west-1.elb.amazonaws.com', { port: 443, tls: {} }),
    routes: [
      { name: 'plain', host: 'plain.test', upstream: plain },
      { name: 'http2', host: 'http2.test', upstream: http2 },
      { name: 'zonal', host: 'zonal.test', upstream: zonal },
    ],
    ingress: ProxyIngress.latticeTargetGroup(new CfnTargetGroup(stack, 'Group', { type: 'IP' })),
  });
  const service = FargateService.fromFargateServiceAttributes(stack, 'Service', {
    cluster: Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'shop', vpc }),
    serviceName: 'haproxy',
  });
  new MonitoredHaproxy(monitor, 'Watch', {
    monitor,
    tasks: HaproxyTasks.ofService(service, { runtimeApiPort: 9990 }),
    upstreams: [{ upstream: BY_NAME }],
  });
  monitor.gateDeployments(serviceToGate(stack));
  new HaproxyElbProxy(stack, 'PerRequest', {
    vpc: new Vpc(stack, 'Private', { maxAzs: 2 }),
    monitor,
    version: HaproxyVersion.of('3.0.11'),
    listenTls: { secret: Secret.fromSecretCompleteArn(stack, 'Far', farArn) },
    patching: { onSecretChange: true },
    upstream: ElbUpstream.fromDnsName('elb.test', { port: 80, resolutionMode: HaproxyResolutionMode.PER_REQUEST }),
  });
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}

test('docs/warnings.md has every id that the library has, and no other', () => {
  const sources = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(idsOfPage).toEqual(idsIn(sources.map((file) => readFileSync(join(LIB, file), 'utf8')).join('\n')));
});

test('each id of docs/warnings.md is that of a warning', () => {
  expect(idsIn(warned().join('\n'))).toEqual(idsOfPage);
});

test('each is printed once, in one line, and ends with its id', () => {
  const warnings = warned();
  expect(warnings).toHaveLength(idsOfPage.length);
  expect(warnings.filter((text) => !/^[^\n]+ \[ack: cdk-haproxy-elb:[a-z-]+\]$/.test(text))).toEqual([]);
});

test('what is acknowledged above the construct is not said any more, and the rest still is', () => {
  const [kept, ...acknowledged] = idsOfPage;
  expect(idsIn(warned(acknowledged).join('\n'))).toEqual([kept]);
});

test('tasks on instances may be in subnets without egress: the instance pulls their image', () => {
  const stack = new Stack(new App(), 'Stack');
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'shop', vpc });
  const add = (id: string, capacity: ProxyCapacity) =>
    new HaproxyElbProxy(stack, id, {
      cluster,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      upstream: BY_NAME,
      capacity,
    });
  add('OnFargate', ProxyCapacity.fargate());
  add('OnInstances', ProxyCapacity.ec2({ capacityProviderStrategies: [{ capacityProvider: 'shop', weight: 1 }] }));
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('no-way-out'));
  expect(warnings.map(({ id }) => id)).toEqual(['/Stack/OnFargate']);
});

test('a gate for a service is no problem once a proxy registers the service, also after the gate', () => {
  const stack = new Stack(new App(), 'Stack');
  const monitor = new DriftMonitor(stack, 'Monitor', { gate: true });
  const service = serviceToGate(stack);
  monitor.gateDeployments(service);
  new MonitoredHaproxy(stack, 'Watch', {
    monitor,
    tasks: HaproxyTasks.ofService(service, { runtimeApiPort: 9990 }),
    upstreams: [{ upstream: BY_NAME }],
  });
  expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('unregistered-gate'))).toEqual([]);
});

test('a registration with another monitor does not count', () => {
  const stack = new Stack(new App(), 'Stack');
  const service = serviceToGate(stack);
  new DriftMonitor(stack, 'Gating', { gate: true }).gateDeployments(service);
  new MonitoredHaproxy(stack, 'Watch', {
    monitor: new DriftMonitor(stack, 'Other'),
    tasks: HaproxyTasks.ofService(service, { runtimeApiPort: 9990 }),
    upstreams: [{ upstream: BY_NAME }],
  });
  const [warning] = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('unregistered-gate'));
  expect(warning).toMatchObject({
    id: '/Stack/Legacy',
    entry: {
      data: 'no proxy of this app registers Stack/Legacy with Stack/Gating, so that its gate lets every revision pass: add a MonitoredHaproxy with this service [ack: cdk-haproxy-elb:unregistered-gate]',
    },
  });
});
