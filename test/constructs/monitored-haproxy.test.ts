import { Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { BaseService, Cluster, ContainerImage, FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  DriftMonitor,
  ElbUpstream,
  type ElbUpstreamOptions,
  HaproxyResolutionMode,
  HaproxyTasks,
  HaproxyVersion,
  MonitoredHaproxy,
  type MonitoredHaproxyProps,
  Repair,
  UpstreamIdentity,
} from '../../lib';
import { METRICS } from '../../lib/contract/metrics';
import { BY_NAME, ENV, stackWithVpc } from './stacks';
import { permissionsOf, recordsOf } from './template';

const ENDPOINTS = ['10.0.0.5:9990', 'haproxy.corp.example:9990', '[fd00::5]:9990'];

function monitored(props: { repair?: Repair } = {}) {
  const { app, stack, vpc } = stackWithVpc();
  return { app, stack, vpc, monitor: new DriftMonitor(stack, 'Monitor', props) };
}

/** A service that this library did not make. */
function legacyService(stack: Stack, vpc: ReturnType<typeof stackWithVpc>['vpc']) {
  const taskDefinition = new FargateTaskDefinition(stack, 'Legacy');
  taskDefinition.addContainer('haproxy', { image: ContainerImage.fromRegistry('haproxy:2.8') });
  const cluster = new Cluster(stack, 'Cluster', { vpc });
  return new FargateService(stack, 'LegacyService', { cluster, taskDefinition, minHealthyPercent: 100 });
}

describe('processes anywhere', () => {
  const { stack, vpc, monitor } = monitored();
  const haproxy = new MonitoredHaproxy(monitor, 'Legacy', {
    monitor,
    tasks: HaproxyTasks.atEndpoints(ENDPOINTS, { vpc }),
    upstreams: [{ upstream: BY_NAME }],
  });
  const template = Template.fromStack(stack);

  test('are in the registry, with times that fit the defaults of HAProxy and of an ELB', () => {
    expect(recordsOf(template)).toEqual([
      {
        proxy: haproxy.proxyName,
        upstreams: [{ dnsName: 'internal-orders-1.eu-west-1.elb.amazonaws.com', port: 80 }],
        tasks: { endpoints: ENDPOINTS },
        resolutionSeconds: 10,
        dnsWindowSeconds: 100,
        probe: '{MonitorDriftProbeHandler.Arn}',
        holdSeconds: 30,
        graceChecks: 2,
      },
    ]);
    expect(haproxy.proxyName).toMatch(/^Stack-Monitor-Legacy-[0-9A-F]{8}$/);
  });

  test('need no permission; the app opens nothing, and the probe may be allowed by hand', () => {
    expect(permissionsOf(template, /MonitorRole/).join()).not.toContain('ecs:');
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });

  test.each([
    ['metricOpenIncidents', METRICS.openIncidents],
    ['metricCriticalIncidents', METRICS.criticalIncidents],
    ['metricStaleAddresses', METRICS.staleAddresses],
    ['metricLiveAddresses', METRICS.liveAddresses],
    ['metricStaleSessionShare', METRICS.staleSessionShare],
    ['metricCheckedTasks', METRICS.checkedTasks],
    ['metricUncheckedTasks', METRICS.uncheckedTasks],
  ] as const)('%s is the metric that the function writes for the proxy', (method, metricName) => {
    expect(haproxy[method]({ label: 'ours' })).toMatchObject({
      namespace: METRICS.namespace,
      metricName,
      dimensions: {
        [METRICS.monitorDimension]: monitor.monitorName,
        [METRICS.proxyDimension]: haproxy.proxyName,
      },
      statistic: 'Maximum',
      label: 'ours',
    });
  });
});

test('everything that is given is in the record', () => {
  const { stack, vpc, monitor } = monitored();
  new MonitoredHaproxy(monitor, 'Legacy', {
    monitor,
    proxyName: 'legacy',
    tasks: HaproxyTasks.atEndpoints(['10.0.0.5:9990'], { vpc }),
    upstreams: [
      { upstream: BY_NAME, backend: 'orders' },
      {
        upstream: ElbUpstream.fromDnsName('internal-pay-1.eu-west-1.elb.amazonaws.com', { port: 443 }),
        backend: 'pay',
      },
    ],
    version: HaproxyVersion.V1_7,
    nameservers: ['10.0.0.2:53'],
    resolutionPeriod: Duration.seconds(5),
    dnsWindow: Duration.minutes(3),
    outageHold: Duration.minutes(2),
    suppressions: [{ reason: 'moving house', end: '2027-02-01T02:00:00Z' }],
    runtimeApiTls: Secret.fromSecretNameV2(stack, 'Secret', 'legacy/runtime-api'),
  });
  expect(recordsOf(Template.fromStack(stack))).toEqual([
    {
      proxy: 'legacy',
      haproxyVersion: '1.7',
      upstreams: [
        { backend: 'orders', dnsName: 'internal-orders-1.eu-west-1.elb.amazonaws.com', port: 80 },
        { backend: 'pay', dnsName: 'internal-pay-1.eu-west-1.elb.amazonaws.com', port: 443 },
      ],
      nameservers: ['10.0.0.2:53'],
      tasks: { endpoints: ['10.0.0.5:9990'] },
      runtimeApiTls: { secretArn: 'arn:{Partition}:secretsmanager:{Region}:{AccountId}:secret:legacy/runtime-api' },
      resolutionSeconds: 5,
      dnsWindowSeconds: 180,
      probe: '{MonitorDriftProbeHandler.Arn}',
      holdSeconds: 120,
      graceChecks: 2,
      suppressions: [{ reason: 'moving house', until: '2027-02-01T02:00:00Z' }],
    },
  ]);
});

describe('a service that this library did not make', () => {
  test('is found by its cluster, and its security group allows the probe', () => {
    const { stack, vpc, monitor } = monitored();
    const service = legacyService(stack, vpc);
    const tasks = HaproxyTasks.ofService(service, { runtimeApiPort: 9999 });
    new MonitoredHaproxy(monitor, 'Watch', { monitor, tasks, upstreams: [{ upstream: BY_NAME }] });
    const template = Template.fromStack(stack);
    expect(recordsOf(template)[0].tasks).toEqual({
      cluster: '{Cluster.Arn}',
      service: '{LegacyService.Name}',
      runtimeApiPort: 9999,
    });
    expect(permissionsOf(template, /MonitorRole/).filter((one) => one.includes(' ecs:'))).toEqual([
      'Allow ecs:DescribeServices on * if ecs:cluster ArnEquals {Cluster.Arn}',
      'Allow ecs:ListTasks on * if ecs:cluster ArnEquals {Cluster.Arn}',
      'Allow ecs:DescribeTasks on * if ecs:cluster ArnEquals {Cluster.Arn}',
    ]);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^LegacyServiceSecurityGroup'), 'GroupId'] },
      SourceSecurityGroupId: {
        'Fn::GetAtt': [Match.stringLikeRegexp('^MonitorDriftProbe\\w+SecurityGroup'), 'GroupId'],
      },
      IpProtocol: 'tcp',
      FromPort: 9999,
      ToPort: 9999,
    });
    Annotations.fromStack(stack).hasNoWarning('/Stack/Monitor/Watch', Match.anyValue());
  });

  test('imported, with its security group', () => {
    const { stack, vpc, monitor } = monitored();
    const service = FargateService.fromFargateServiceAttributes(stack, 'Service', {
      cluster: Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'shop', vpc }),
      serviceName: 'haproxy',
    });
    for (const id of ['A', 'B']) {
      const securityGroups = [SecurityGroup.fromSecurityGroupId(stack, `Tasks${id}`, 'sg-0123456789abcdef0')];
      const tasks = HaproxyTasks.ofService(service, { runtimeApiPort: 9990, securityGroups });
      new MonitoredHaproxy(monitor, id, { monitor, tasks, upstreams: [{ upstream: BY_NAME, backend: id }] });
    }
    const template = Template.fromStack(stack);
    expect(recordsOf(template)[0].tasks).toMatchObject({ service: 'haproxy' });
    // Two proxies of one security group share the rule, also where each has imported it: AWS refuses the same one
    // twice.
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-0123456789abcdef0' });
  });

  test('imported without one: a warning names what to do, and can be acknowledged', () => {
    const { stack, vpc, monitor } = monitored();
    const service = FargateService.fromFargateServiceAttributes(stack, 'Service', {
      cluster: Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'shop', vpc }),
      serviceName: 'haproxy',
    });
    new MonitoredHaproxy(monitor, 'Watch', {
      monitor,
      tasks: HaproxyTasks.ofService(service, { runtimeApiPort: 9990 }),
      upstreams: [{ upstream: BY_NAME }],
    });
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Monitor/Watch',
      'no security group of Stack/Service is known: give securityGroups, or allow the probe at port 9990 yourself [ack: cdk-haproxy-elb:runtime-api-not-opened]',
    );
  });

  test('in one stack, the monitor in another, the watch in a third: no stack depends on itself in the end', () => {
    const { app, stack, vpc, monitor } = monitored({ repair: Repair.redeploy() });
    const legacy = new Stack(app, 'Legacy');
    const service = legacyService(legacy, vpc);
    const third = new Stack(app, 'Third');
    new MonitoredHaproxy(third, 'Watch', {
      monitor,
      tasks: HaproxyTasks.ofService(service, { runtimeApiPort: 9990 }),
      upstreams: [{ upstream: BY_NAME }],
      runtimeApiTls: new Secret(third, 'Secret'),
    });
    expect(() => app.synth()).not.toThrow();
    expect(legacy.dependencies).toEqual([stack]);
    expect(third.dependencies).toEqual(expect.arrayContaining([legacy, stack]));
    expect(stack.dependencies).toEqual([]);
  });
});

test('the secret of the runtime API may be read, and no other', () => {
  const { stack, vpc, monitor } = monitored();
  const encryptionKey = new Key(stack, 'Key');
  for (const [id, runtimeApiTls] of Object.entries({
    Made: new Secret(stack, 'Secret', { encryptionKey }),
    Named: Secret.fromSecretNameV2(stack, 'ByName', 'legacy/runtime-api'),
  })) {
    new MonitoredHaproxy(monitor, id, {
      monitor,
      tasks: HaproxyTasks.atEndpoints(['10.0.0.5:9990'], { vpc }),
      upstreams: [{ upstream: BY_NAME }],
      runtimeApiTls,
    });
  }
  expect(permissionsOf(Template.fromStack(stack), /MonitorRole/).filter((one) => /secretsm| kms/.test(one))).toEqual([
    'Allow secretsmanager:GetSecretValue on {Secret}',
    'Allow secretsmanager:GetSecretValue on arn:{Partition}:secretsmanager:{Region}:{AccountId}:secret:legacy/runtime-api-??????',
    'Allow kms:Decrypt on {Key.Arn} if kms:ViaService StringEquals secretsmanager.{Region}.amazonaws.com or secretsmanager.{Region}.{URLSuffix}',
  ]);
});

describe('what cannot be monitored', () => {
  const ANYWHERE = { vpc: stackWithVpc().vpc };
  const proving = (options: Partial<ElbUpstreamOptions>) => {
    const identity = UpstreamIdentity.response({ path: '/identity', body: 'orders 7f3a9c' });
    return ElbUpstream.fromDnsName('elb.test', { port: 80, identity, ...options });
  };
  const haproxy = (options: Partial<MonitoredHaproxyProps>) => {
    const { vpc, monitor } = monitored();
    return new MonitoredHaproxy(monitor, 'Legacy', {
      monitor,
      tasks: HaproxyTasks.atEndpoints(['10.0.0.5:9990'], { vpc }),
      upstreams: [{ upstream: BY_NAME }],
      ...options,
    });
  };

  test.each<[() => unknown, string]>([
    [
      () => HaproxyTasks.atEndpoints([], ANYWHERE),
      'endpoints is empty: give the runtime API of each process as HOST:PORT',
    ],
    [
      () => HaproxyTasks.atEndpoints(['10.0.0.5'], ANYWHERE),
      "endpoint '10.0.0.5' is not valid: give HOST:PORT or [IPV6]:PORT",
    ],
    [() => HaproxyTasks.atEndpoints(['9990'], ANYWHERE), "endpoint '9990' has no host: give HOST:PORT or [IPV6]:PORT"],
    [
      () => HaproxyTasks.atEndpoints(['10.0.0.5:99990'], ANYWHERE),
      "port of endpoint '10.0.0.5:99990': '99990' is not a port: give a whole number from 1 to 65535",
    ],
    [
      () => HaproxyTasks.ofService({} as FargateService, { runtimeApiPort: 0 }),
      "runtimeApiPort '0' is not a port: give a whole number from 1 to 65535",
    ],
    [
      () => {
        const service = FargateService.fromFargateServiceArn(
          new Stack(),
          'Service',
          'arn:aws:ecs:eu-west-1:111111111111:service/shop/legacy',
        );
        return HaproxyTasks.ofService(service as FargateService, { runtimeApiPort: 9990 });
      },
      'the cluster of Default/Service is not known: import the service with BaseService.fromServiceArnWithCluster, or by attributes',
    ],
    [
      () => {
        const stack = new Stack();
        const cluster = Cluster.fromClusterArn(stack, 'Cluster', 'arn:aws:ecs:eu-west-1:111111111111:cluster/shop');
        const service = BaseService.fromServiceArnWithCluster(
          stack,
          'Service',
          'arn:aws:ecs:eu-west-1:111111111111:service/shop/legacy',
        );
        expect(service.cluster.clusterName).toBe(cluster.clusterName);
        return haproxy({ tasks: HaproxyTasks.ofService(service, { runtimeApiPort: 9990 }) });
      },
      'the VPC of Default/Service is not known, because its cluster is imported without one: give vpc to HaproxyTasks.ofService',
    ],
    [
      () => haproxy({ upstreams: [] }),
      'upstreams of Stack/Monitor/Legacy is empty: give the load balancers behind the proxy',
    ],
    [
      () => haproxy({ version: HaproxyVersion.V1_7, upstreams: [{ upstream: BY_NAME }, { upstream: BY_NAME }] }),
      'an upstream of Stack/Monitor/Legacy has no backend: give one for each, because 1.6 and 1.7 do not show names',
    ],
    [
      () => haproxy({ upstreams: [{ upstream: BY_NAME }, { upstream: ElbUpstream.fromDnsName('a b', { port: 80 }) }] }),
      "upstreams[1] 'a b' is not a host name: use letters, digits, '-' and '.', at most 253 characters, 63 between dots",
    ],
    [
      () => haproxy({ upstreams: [{ upstream: ElbUpstream.fromDnsName('elb.test', { port: 70_000 }) }] }),
      "upstreams[0].port '70000' is not a port: give a whole number from 1 to 65535",
    ],
    [
      () => haproxy({ upstreams: [{ upstream: BY_NAME, backend: 'my backend' }] }),
      "upstreams[0].backend 'my backend' is not valid: give the name of a backend: letters, digits, '-', '_', '.' and ':'",
    ],
    [
      () => haproxy({ upstreams: [{ upstream: proving({ healthCheck: { interval: Duration.millis(0) } }) }] }),
      "upstreams[0].healthCheck.interval '0ms' is out of range: give 100ms to 1h, in whole milliseconds",
    ],
    [
      () => haproxy({ upstreams: [{ upstream: proving({ healthCheck: { enabled: false } }) }] }),
      'identity is proved by health checks, and healthCheck.enabled is false: leave one of them out',
    ],
    [
      () => haproxy({ upstreams: [{ upstream: proving({ resolutionMode: HaproxyResolutionMode.PER_REQUEST }) }] }),
      "identity is proved by health checks, which resolutionMode 'per-request' does not have: use 'slots', or leave identity out",
    ],
    [
      () => haproxy({ resolutionPeriod: Duration.millis(0) }),
      "resolutionPeriod '0ms' is out of range: give 1ms to 365d, in whole milliseconds",
    ],
    [
      () => haproxy({ dnsWindow: Duration.days(366) }),
      "dnsWindow '366d' is out of range: give 0ms to 365d, in whole milliseconds",
    ],
    [
      () => haproxy({ outageHold: Duration.days(366) }),
      "outageHold '366d' is out of range: give 0ms to 365d, in whole milliseconds",
    ],
    [
      () => haproxy({ nameservers: ['ns.example'] }),
      "name server 'ns.example' is not valid: give IP:PORT or [IPV6]:PORT",
    ],
    [
      () => haproxy({ proxyName: 'a b' }),
      "proxyName 'a b' is not valid: give 1 to 64 letters, digits, '.', '-' or '_'",
    ],
  ])('%#', (make, message) => {
    expect(make).toThrow(expect.objectContaining({ message }));
  });
});

test('the monitor of another region cannot check it', () => {
  const { app, stack, vpc } = stackWithVpc(ENV);
  const monitor = new DriftMonitor(stack, 'Monitor');
  const other = new Stack(app, 'Other', { env: { ...ENV.env, region: 'eu-central-1' } });
  const make = () =>
    new MonitoredHaproxy(other, 'Watch', {
      monitor,
      tasks: HaproxyTasks.atEndpoints(['10.0.0.5:9990'], { vpc }),
      upstreams: [{ upstream: BY_NAME }],
    });
  expect(make).toThrow(
    expect.objectContaining({
      message:
        'Other/Watch is in region eu-central-1, its monitor Stack/Monitor in eu-west-1: make a DriftMonitor in each account and region',
    }),
  );
});

test('more than the policies of a role can hold is refused at once, and not at deployment', () => {
  const { stack, vpc, monitor } = monitored();
  const add = (i: number) => {
    const cluster = Cluster.fromClusterAttributes(stack, `Cluster${i}`, { clusterName: 'c'.repeat(200) + i, vpc });
    const service = FargateService.fromFargateServiceAttributes(stack, `S${i}`, { cluster, serviceName: 's' });
    const securityGroups = [SecurityGroup.fromSecurityGroupId(stack, `Group${i}`, 'sg-0123456789abcdef0')];
    const tasks = HaproxyTasks.ofService(service, { runtimeApiPort: 9990, securityGroups });
    new MonitoredHaproxy(monitor, `W${i}`, { monitor, tasks, upstreams: [{ upstream: BY_NAME }] });
  };
  const addMany = () => {
    for (let i = 0; i < 200; i += 1) add(i);
  };
  expect(addMany).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(
        /^the policies of Stack\/Monitor have at least \d{5} characters, and IAM allows a role 10240: give some of the proxies another DriftMonitor$/,
      ),
    }),
  );
});
