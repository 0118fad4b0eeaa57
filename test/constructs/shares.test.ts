import { Fn, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ElbUpstream, FixedUpstream, HaproxyElbProxy, type HaproxyElbProxyProps, type ProxyShare } from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { configurationOf, recordsOf, textOf } from './template';

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/next/50dc6c495c0c9188';
const MACHINES = FixedUpstream.fromAddresses(['192.0.2.10', '2001:db8::10'], { port: 8080 });

const machines = (change: Partial<ProxyShare> = {}): ProxyShare => ({
  name: 'on-premises',
  percent: 75,
  upstream: MACHINES,
  ...change,
});

describe('shares of machines and of load balancers', () => {
  const { stack, vpc } = stackWithVpc();
  const alb = new ApplicationLoadBalancer(stack, 'Next', { vpc });
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream: BY_NAME,
    shares: [machines(), { name: 'next', percent: 5, upstream: ElbUpstream.fromLoadBalancer(alb, { port: 81 }) }],
    shareStickiness: { header: 'X-User-Id' },
    routes: [
      {
        name: 'api',
        pathPrefix: '/api/',
        upstream: ElbUpstream.fromDnsName('api.elb.test', { port: 80 }),
        shares: [{ name: 'api-next', percent: 50, upstream: ElbUpstream.fromLoadBalancerArn(ARN, { port: 80 }) }],
      },
    ],
  });
  const template = Template.fromStack(stack);
  const configuration = configurationOf(template);

  test('are in the configuration', () => {
    const lines = configuration.split('\n').map((line) => line.trim());
    expect(lines.filter((line) => line.startsWith('use_backend'))).toEqual([
      'use_backend upstream-api-next if { path_beg /api/ } { var(txn.share) -m int lt 50 } { nbsrv(upstream-api-next) gt 0 }',
      'use_backend upstream-api-next if { path_beg /api/ } !{ nbsrv(upstream-api) gt 0 } { nbsrv(upstream-api-next) gt 0 }',
      'use_backend upstream-api if { path_beg /api/ }',
      'use_backend upstream-on-premises if { var(txn.share) -m int lt 75 } { nbsrv(upstream-on-premises) gt 0 }',
      'use_backend upstream-next if { var(txn.share) -m int lt 80 } { nbsrv(upstream-next) gt 0 }',
      'use_backend upstream-on-premises if !{ nbsrv(upstream) gt 0 } { nbsrv(upstream-on-premises) gt 0 }',
      'use_backend upstream-next if !{ nbsrv(upstream) gt 0 } { nbsrv(upstream-next) gt 0 }',
    ]);
    expect(lines.filter((line) => /^server/.test(line)).map((line) => line.split(' check')[0])).toEqual([
      'server-template elb 16 internal-orders-1.eu-west-1.elb.amazonaws.com:80',
      'server-template elb 16 api.elb.test:80',
      'server fixed1 192.0.2.10:8080',
      'server fixed2 ipv6@2001:db8::10:8080',
      'server-template elb 16 {Next.DNSName}:81',
      'server-template elb 16 {ProxyShare2.LoadBalancers.0.DNSName}:80',
      expect.stringMatching(/^server local abns@/),
    ]);
  });

  test('the monitor watches the load balancers alone', () => {
    expect(recordsOf(template)[0].upstreams).toEqual([
      { backend: 'upstream', dnsName: 'internal-orders-1.eu-west-1.elb.amazonaws.com', port: 80 },
      { backend: 'upstream-api', dnsName: 'api.elb.test', port: 80 },
      { backend: 'upstream-next', dnsName: '{Next.DNSName}', port: 81, loadBalancerArn: '{Next}' },
      {
        backend: 'upstream-api-next',
        dnsName: '{ProxyShare2.LoadBalancers.0.DNSName}',
        port: 80,
        loadBalancerArn: '{ProxyShare2.LoadBalancers.0.LoadBalancerArn}',
      },
    ]);
  });

  test('a load balancer of the app allows the proxy', () => {
    const opened = resourcesOf(template, 'AWS::EC2::SecurityGroupIngress')
      .filter(({ properties }) => properties.Description === 'HAProxy')
      .map(({ properties }) => `${textOf(properties.GroupId)}:${properties.FromPort}`);
    expect(opened).toEqual(['{NextSecurityGroup.GroupId}:81']);
  });

  test('a task may open a file for the check of each address', () => {
    const [{ Ulimits }] = resourcesOf(template, 'AWS::ECS::TaskDefinition')[0]!.properties.ContainerDefinitions as [
      { Ulimits: { SoftLimit: number }[] },
    ];
    // 2000 connections, four load balancers of 16 slots, two machines.
    expect(Ulimits[0]!.SoftLimit).toBe(2 * (2000 + 132) + 4 * 16 + 2 + 500);
  });
});

test('an address may be known only at deployment', () => {
  const { stack, vpc } = stackWithVpc();
  const upstream = FixedUpstream.fromAddresses([Fn.importValue('machine')], { port: 80 });
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, shares: [machines({ upstream })] });
  expect(configurationOf(Template.fromStack(stack))).toContain('server fixed1 {machine}:80 check');
});

test.each<[string, Partial<HaproxyElbProxyProps>]>([
  ["percent of share 'on-premises'", { shares: [machines({ percent: Token.asNumber(Fn.importValue('percent')) })] }],
  ['name of a share', { shares: [machines({ name: Fn.importValue('name') })] }],
  [
    "addresses of share 'on-premises'",
    {
      shares: [
        machines({ upstream: FixedUpstream.fromAddresses(Fn.split(',', Fn.importValue('list')), { port: 80 }) }),
      ],
    },
  ],
  ['shareStickiness.cookie', { shares: [machines()], shareStickiness: { cookie: Fn.importValue('cookie') } }],
])('%s as a token is refused at once', (what, props) => {
  const { stack, vpc } = stackWithVpc();
  expect(() => new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ...props })).toThrow(
    new InputError(`${what} is a token, known only at deployment: give the value itself`),
  );
});

test('the upstreams of shares have the warnings of upstreams', () => {
  const { stack, vpc } = stackWithVpc();
  const tls = { verify: false, serverName: 'shop.example.com' };
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream: BY_NAME,
    shares: [
      { name: 'a', percent: 1, upstream: ElbUpstream.fromDnsName('a.elb.test', { port: 4430, tls }) },
      { name: 'b', percent: 1, upstream: FixedUpstream.fromAddresses(['192.0.2.10'], { port: 4431, tls }) },
    ],
  });
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('unverified-upstream'));
  expect(warnings.map(({ entry }) => entry.data)).toEqual([
    'tls.verify is false for the load balancer at port 4430: any host that later gets one of its addresses can answer in its place; leave verify out [ack: cdk-haproxy-elb:unverified-upstream]',
    'tls.verify is false for the fixed addresses at port 4431: any host that takes one of them can answer in its place; leave verify out [ack: cdk-haproxy-elb:unverified-upstream]',
  ]);
});
