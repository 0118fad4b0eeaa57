import { Duration, Size, Tags, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import {
  DriftMonitor,
  ElbUpstream,
  HaproxyElbProxy,
  HaproxyMode,
  HaproxyVersion,
  type ProxyResolution,
} from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithAlb, stackWithVpc } from './stacks';
import { configurationOf, permissionsOf, recordsOf } from './template';

function minimal() {
  const { stack, vpc, upstream } = stackWithAlb();
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream });
  return { stack, proxy, template: Template.fromStack(stack) };
}

describe('with a VPC and an upstream and nothing else', () => {
  const { template, proxy } = minimal();

  test('the container runs HAProxy 3.2 with the least privileges', () => {
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Cpu: '256',
      Memory: '512',
      NetworkMode: 'awsvpc',
      RequiresCompatibilities: ['FARGATE'],
      ContainerDefinitions: [
        {
          Name: 'haproxy',
          Essential: true,
          Image: 'public.ecr.aws/docker/library/haproxy:3.2',
          EntryPoint: ['/bin/sh', '-c'],
          Command: [Match.stringLikeRegexp('\nhaproxy -db -f /dev/fd/3 3<<END &\n\\$HAPROXY_CONFIG\nEND\n')],
          User: '99:99',
          ReadonlyRootFilesystem: true,
          LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
          StopTimeout: 60,
          PortMappings: [8080, 8404, 9990].map((ContainerPort) => ({ ContainerPort, Protocol: 'tcp' })),
        },
      ],
    });
  });

  test('the name of the load balancer is in the configuration unbroken, and filled in at deployment', () => {
    expect(configurationOf(template)).toContain('\n    server-template elb 16 {Alb.DNSName}:80 check inter 2s');
    expect(configurationOf(template)).not.toContain('Token');
    expect(proxy.configuration).toMatch(/server-template elb 16 \$\{Token\[[^\]]+\]\}:80 check/);
  });

  test('two tasks run in private subnets, and a deployment that fails is rolled back', () => {
    template.hasResourceProperties('AWS::ECS::Service', {
      LaunchType: 'FARGATE',
      DesiredCount: 2,
      DeploymentConfiguration: {
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          AssignPublicIp: 'DISABLED',
          Subnets: [
            { Ref: Match.stringLikeRegexp('^VpcPrivateSubnet1') },
            { Ref: Match.stringLikeRegexp('^VpcPrivateSubnet2') },
          ],
        },
      },
    });
  });

  test('the tasks allow only the probe at the runtime API and at their view, and the load balancer allows the proxy', () => {
    const groups = resourcesOf(template, 'AWS::EC2::SecurityGroup');
    expect(groups.map(({ properties }) => properties.SecurityGroupIngress)).toEqual(groups.map(() => undefined));
    const rules = resourcesOf(template, 'AWS::EC2::SecurityGroupIngress').map(({ properties }) => {
      const { GroupId, SourceSecurityGroupId, FromPort, ToPort, IpProtocol } = properties;
      const name = (id: string) => id.replace(/[0-9A-F]{8}$/, '');
      const [from, to] = [SourceSecurityGroupId, GroupId].map((id) => name(id['Fn::GetAtt'][0]));
      return `${from} → ${to}: ${IpProtocol} ${FromPort}-${ToPort}`;
    });
    expect(rules.sort()).toEqual([
      expect.stringMatching(/^ProxyMonitorDriftProbe\w+SecurityGroup → ProxySecurityGroup: tcp 8404-8404$/),
      expect.stringMatching(/^ProxyMonitorDriftProbe\w+SecurityGroup → ProxySecurityGroup: tcp 9990-9990$/),
      'ProxySecurityGroup → AlbSecurityGroup: tcp 80-80',
    ]);
  });

  test('the registry has what to check', () => {
    expect(recordsOf(template)).toEqual([
      {
        proxy: proxy.proxyName,
        haproxyVersion: '3.2',
        upstreams: [{ backend: 'upstream', dnsName: '{Alb.DNSName}', port: 80, loadBalancerArn: '{Alb}' }],
        tasks: { cluster: '{ProxyCluster.Arn}', service: '{ProxyService.Name}', runtimeApiPort: 9990 },
        resolutionSeconds: 10,
        dnsWindowSeconds: 100,
        probe: '{ProxyMonitorDriftProbeHandler.Arn}',
        viewPort: 8404,
        holdSeconds: 600,
        graceChecks: 2,
      },
    ]);
  });

  test('logs are kept for a month and go with the stack', () => {
    const groups = template.findResources('AWS::Logs::LogGroup');
    expect(Object.values(groups)).toEqual(
      // Of the tasks, the controller and the probe.
      Array(3).fill({
        Type: 'AWS::Logs::LogGroup',
        Properties: { RetentionInDays: 30 },
        UpdateReplacePolicy: 'Delete',
        DeletionPolicy: 'Delete',
      }),
    );
  });

  test('the task itself may do nothing at AWS, and ECS may write its log', () => {
    expect(permissionsOf(template, /TaskRole/)).toEqual([]);
    expect(permissionsOf(template, /ExecutionRole/)).toEqual([
      'Allow logs:CreateLogStream on {ProxyLogGroup.Arn}',
      'Allow logs:PutLogEvents on {ProxyLogGroup.Arn}',
    ]);
  });

  test('there is nothing public, and no output', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toMatch(/internet-facing|"AssignPublicIp":"ENABLED"/);
    expect(template.toJSON()).not.toHaveProperty('Outputs');
  });
});

describe('with everything given', () => {
  const { stack, vpc } = stackWithVpc();
  const cluster = new Cluster(stack, 'Cluster', { vpc });
  const monitor = new DriftMonitor(stack, 'Monitor', { graceChecks: 5 });
  const proxy = new HaproxyElbProxy(stack, 'Proxy', {
    cluster,
    monitor,
    upstream: ElbUpstream.fromDnsName('payments-1.elb.eu-west-1.amazonaws.com', {
      port: 443,
      tls: {},
      slots: 32,
    }),
    vpcSubnets: { subnets: [vpc.publicSubnets[0]!] },
    version: HaproxyVersion.of('2.8.5'),
    mode: HaproxyMode.TCP,
    listenPort: 8443,
    resolution: {
      nameservers: ['10.0.0.2:53', '10.0.0.3:53'],
      holdValid: Duration.seconds(5),
      holdObsolete: Duration.minutes(1),
    },
    desiredCount: 3,
    proxyName: 'payments.v2',
  });
  const template = Template.fromStack(stack);

  test('it is so in the container', () => {
    const [definition] = resourcesOf(template, 'AWS::ECS::TaskDefinition');
    const [container] = definition!.properties.ContainerDefinitions;
    expect(container.Image).toBe('public.ecr.aws/docker/library/haproxy:2.8.5');
    expect(container.PortMappings[0].ContainerPort).toBe(8443);
  });

  test.each([
    'defaults\n    mode tcp\n',
    '    nameserver dns1 10.0.0.2:53\n',
    '    nameserver dns2 10.0.0.3:53\n',
    '    timeout resolve 5s\n',
    '    hold valid 5s\n',
    '    hold obsolete 1m\n',
    '    bind :8443\n',
    '    server-template elb 32 payments-1.elb.eu-west-1.amazonaws.com:443 check inter 2s',
    ' verifyhost payments-1.elb.eu-west-1.amazonaws.com ',
  ])('it is so in the configuration: %j', (text) => {
    expect(configurationOf(template)).toContain(text);
  });

  test('it is so in the service', () => {
    template.hasResourceProperties('AWS::ECS::Service', {
      Cluster: stack.resolve(cluster.clusterName),
      DesiredCount: 3,
      NetworkConfiguration: {
        AwsvpcConfiguration: { Subnets: [stack.resolve(vpc.publicSubnets[0]!.subnetId)], AssignPublicIp: 'DISABLED' },
      },
    });
    template.resourceCountIs('AWS::ECS::Cluster', 1);
  });

  test('it is so in the registry, below the path of the monitor', () => {
    template.hasResourceProperties('AWS::SSM::Parameter', {
      Name: `${monitor.registryPath}/registry/payments.v2`,
      Type: 'String',
    });
    expect(recordsOf(template)).toEqual([
      {
        proxy: 'payments.v2',
        haproxyVersion: '2.8.5',
        upstreams: [{ backend: 'upstream', dnsName: 'payments-1.elb.eu-west-1.amazonaws.com', port: 443 }],
        nameservers: ['10.0.0.2:53', '10.0.0.3:53'],
        tasks: { cluster: '{Cluster.Arn}', service: '{ProxyService.Name}', runtimeApiPort: 9990 },
        resolutionSeconds: 5,
        dnsWindowSeconds: 125,
        probe: '{MonitorDriftProbeHandler.Arn}',
        holdSeconds: 600,
        graceChecks: 5,
      },
    ]);
  });

  test('it is so on the construct', () => {
    expect(proxy.cluster).toBe(cluster);
    expect(proxy.monitor).toBe(monitor);
    expect(proxy.proxyName).toBe('payments.v2');
    expect(proxy.node.defaultChild).toBe(proxy.service);
  });
});

test.each([
  ['nothing', {}, ['hold valid 10s', 'hold obsolete 30s'], 10, 100],
  ['holdValid', { holdValid: Duration.seconds(20) }, ['hold valid 20s', 'hold obsolete 40s'], 20, 120],
  ['holdObsolete', { holdObsolete: Duration.minutes(2) }, ['hold valid 10s', 'hold obsolete 2m'], 10, 190],
  ['holdObsolete of 0', { holdObsolete: Duration.seconds(0) }, ['hold valid 10s', 'hold obsolete 0ms'], 10, 70],
])(
  'the checker waits for as long as the configuration keeps an address, with %s given',
  (_what, props: ProxyResolution, lines, ...s) => {
    const { stack, vpc } = stackWithVpc();
    new HaproxyElbProxy(stack, 'Proxy', {
      vpc,
      upstream: ElbUpstream.fromDnsName('my-elb.example.com', { port: 80, slots: 8 }),
      resolution: props,
    });
    const template = Template.fromStack(stack);
    for (const line of lines) {
      expect(configurationOf(template)).toContain(`    ${line}\n`);
    }
    const [{ resolutionSeconds, dnsWindowSeconds }] = recordsOf(template);
    expect([resolutionSeconds, dnsWindowSeconds]).toEqual(s);
  },
);

test('allowed clients are allowed at the listener only', () => {
  const { stack, vpc, upstream } = stackWithAlb();
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream, listenPort: 8443 });
  const client = new SecurityGroup(stack, 'Client', { vpc });
  proxy.connections.allowDefaultPortFrom(client, 'the client');
  proxy.connections.allowFrom(Peer.ipv4('10.0.0.0/8'), Port.tcp(8404), 'liveness');
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { Description: 'the client', FromPort: 8443 });
  template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupIngress: [{ CidrIp: '10.0.0.0/8', FromPort: 8404, ToPort: 8404 }],
  });
});

test.each([
  [
    '1.7',
    'cdk-haproxy-elb:end-of-life',
    'HAProxy 1.7 is end-of-life since 2021-10: it gets no security fixes, and its image is no longer rebuilt; move to a branch with long-term support',
  ],
  [
    '1.9.0',
    'cdk-haproxy-elb:faulty-release',
    'HAProxy 1.9.0 has a known fault: it can crash after a DNS change and rejects answers that end with an address record; use a later release of 1.9',
  ],
])('version %s has a warning with the stable id %s', (version, id, message) => {
  const { stack, vpc } = stackWithVpc();
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, version: HaproxyVersion.of(version) });
  Annotations.fromStack(stack).hasWarning('/Stack/Proxy', `${message} [ack: ${id}]`);
});

test('a version with long-term support has no warning', () => {
  const { stack } = minimal();
  expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
});

test('tags reach everything that can have one', () => {
  const { stack, vpc, upstream } = stackWithAlb();
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream });
  Tags.of(proxy).add('team', 'shop');
  const template = Template.fromStack(stack);
  for (const type of [
    'AWS::ECS::Service',
    'AWS::ECS::TaskDefinition',
    'AWS::Lambda::Function',
    'AWS::Logs::LogGroup',
    'AWS::CloudWatch::Alarm',
  ]) {
    template.allResourcesProperties(type, { Tags: [{ Key: 'team', Value: 'shop' }] });
  }
  template.hasResourceProperties('AWS::SSM::Parameter', { Tags: { team: 'shop' } });
});

test('rate limits are in the configuration, with their times', () => {
  const { stack, vpc, upstream } = stackWithAlb();
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream,
    rateLimits: [{ requests: 100 }, { connections: 5, period: Duration.minutes(1) }],
    rateLimitExempt: ['10.0.0.0/8'],
  });
  const text = configurationOf(Template.fromStack(stack));
  expect(text).toContain('store gpc0_rate(10s)');
  expect(text).toContain('store gpc0_rate(1m)');
  expect(text).toContain('acl rate-limit-exempt src 10.0.0.0/8');
});

test('responses of HAProxy itself are in the configuration, and only upstreams are registered', () => {
  const { stack, vpc, upstream } = stackWithAlb();
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream,
    routes: [
      { name: 'maintenance', fixedResponse: { status: 503, body: "it's\nback soon", contentType: 'text/plain' } },
      { name: 'api', pathPrefix: '/api', upstream: ElbUpstream.fromDnsName('api.example.com', { port: 80 }) },
    ],
    errorPages: [{ status: 503, body: `\${HOME}` }],
  });
  const template = Template.fromStack(stack);
  const text = configurationOf(template);
  expect(text).toContain(
    "\nbackend fixed-response-maintenance\n    http-request return status 503 content-type text/plain string 'it'\\''s'\\n'back soon'\n",
  );
  expect(text).toContain(`http-error status 503 content-type 'text/html; charset=utf-8' string '\${HOME}'\n`);
  expect(text).toContain('server-template elb 16 api.example.com:80 ');
  expect(text).not.toContain('monitor fail if { nbsrv');
  const backends = Object.values(template.findResources('AWS::SSM::Parameter'))
    .map(({ Properties }) => JSON.stringify(Properties.Value))
    .flatMap((value) => [...value.matchAll(/backend\\*":\\*"([a-z-]+)/g)].map(([, backend]) => backend));
  expect(backends).toEqual(['upstream', 'upstream-api']);
});

test('a body that is known only at deployment is refused', () => {
  const { stack, vpc, upstream } = stackWithAlb();
  const body = Token.asString({ Ref: 'Body' });
  expect(() => new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream, errorPages: [{ status: 503, body }] })).toThrow(
    new InputError('errorPages[0].body is a token, known only at deployment: give the value itself'),
  );
  const routes = [{ name: 'a', fixedResponse: { status: 503, body } }];
  expect(() => new HaproxyElbProxy(stack, 'Other', { vpc, upstream, routes })).toThrow(
    new InputError("fixedResponse of route 'a'.body is a token, known only at deployment: give the value itself"),
  );
});

test('sizes are bytes in the configuration, whatever their unit', () => {
  const { stack, vpc, upstream } = stackWithAlb();
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream,
    limits: { maxBodySize: Size.mebibytes(1), maxHeaderSize: Size.kibibytes(31) },
    resolution: { payloadSize: Size.kibibytes(1.5) },
    rateLimits: [{ transferSize: Size.gibibytes(1) }],
  });
  const text = configurationOf(Template.fromStack(stack));
  expect(text).toContain('if { req.hdr_val(content-length) gt 1048576 }');
  expect(text).toContain('tune.bufsize 32768');
  expect(text).toContain('accepted_payload_size 1536');
  expect(text).toContain('{ sc_bytes_in_rate(0) gt 1073741824 } or { sc_bytes_out_rate(0) gt 1073741824 }');
});

test('a rate limit that is known only at deployment is refused', () => {
  const { stack, vpc, upstream } = stackWithAlb();
  const requests = Token.asNumber({ Ref: 'Limit' });
  expect(() => new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream, rateLimits: [{ requests }] })).toThrow(
    new InputError('rateLimits[0].requests is a token, known only at deployment: give the value itself'),
  );
});
