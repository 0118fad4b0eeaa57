import { App, Duration, Fn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { LoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancing';
import { ApplicationLoadBalancer, NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import {
  DriftMonitor,
  ElbUpstream,
  HaproxyElbProxy,
  HaproxyMode,
  HaproxyProtocol,
  HaproxyResolutionMode,
  HaproxyTasks,
  MonitoredHaproxy,
  UpstreamIdentity,
} from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, ENV, stackWithVpc } from './stacks';
import { configurationOf, permissionsOf, recordsOf, textOf } from './template';

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/orders/50dc6c495c0c9188';

/** A proxy of one upstream in its own stack. */
function proxyOf(upstream: ElbUpstream, env = ENV) {
  const { stack, vpc } = stackWithVpc(env);
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream });
  return { stack, proxy, template: Template.fromStack(stack) };
}

/** Ports at which the groups that are no group of the stack's own let the proxy in. */
const opened = (template: Template) =>
  resourcesOf(template, 'AWS::EC2::SecurityGroupIngress')
    .filter(({ properties }) => properties.Description === 'HAProxy')
    .map(({ properties }) => `${textOf(properties.GroupId)}:${properties.FromPort}`);

describe.each([
  ['ARN', () => ElbUpstream.fromLoadBalancerArn(ARN, { port: 80 }), `"LoadBalancerArns":["${ARN}"]`, ARN],
  ['name', () => ElbUpstream.fromLoadBalancerName('orders', { port: 80 }), '"Names":["orders"]', 'orders'],
])('a load balancer by its %s', (_what, upstream, asked, id) => {
  const { template } = proxyOf(upstream());
  const [lookup] = resourcesOf(template, 'Custom::AWS');

  test('is looked up at deployment, and again when it changes', () => {
    const calls = ['Create', 'Update'].map((event) => JSON.parse(textOf(lookup!.properties[event] ?? '{}')));
    expect(lookup!.properties.Create).toBe(lookup!.properties.Update);
    for (const call of calls) {
      expect(call).toMatchObject({ service: 'elastic-load-balancing-v2', action: 'DescribeLoadBalancers' });
      expect(JSON.stringify(call.parameters)).toContain(asked);
      expect(call.physicalResourceId).toEqual({ id });
    }
  });

  test('has its DNS name and its ARN filled in then', () => {
    expect(configurationOf(template)).toContain(' elb 16 {ProxyUpstream0.LoadBalancers.0.DNSName}:80 check');
    expect(recordsOf(template)[0].upstreams).toEqual([
      {
        backend: 'upstream',
        dnsName: '{ProxyUpstream0.LoadBalancers.0.DNSName}',
        port: 80,
        loadBalancerArn: '{ProxyUpstream0.LoadBalancers.0.LoadBalancerArn}',
      },
    ]);
  });

  test('is looked up by a function that may do nothing else', () => {
    expect(permissionsOf(template, /^{AWS679/)).toEqual(['Allow elasticloadbalancing:DescribeLoadBalancers on *']);
  });
});

describe('HTTP/2', () => {
  const http2 = { port: 50_051, protocol: HaproxyProtocol.HTTP2 };
  const refusal = new InputError(
    "protocol 'h2' to an Application Load Balancer needs TLS, because its HTTP listeners speak HTTP/1.1 alone: give tls, and the port of an HTTPS listener",
  );

  test('in clear text is refused for an Application Load Balancer, of the app or by its ARN', () => {
    const { stack, vpc } = stackWithVpc(ENV);
    const alb = new ApplicationLoadBalancer(stack, 'Alb', { vpc });
    expect(() => ElbUpstream.fromLoadBalancer(alb, http2)).toThrow(refusal);
    expect(() => ElbUpstream.fromLoadBalancerArn(ARN, http2)).toThrow(refusal);
    ElbUpstream.fromLoadBalancer(alb, { ...http2, tls: {} });
  });

  test('in clear text goes through a Network Load Balancer, over TLS to any', () => {
    const network = ElbUpstream.fromLoadBalancerArn(ARN.replace('/app/', '/net/'), http2);
    expect(configurationOf(proxyOf(network).template)).toContain(' proto h2 ws h1 ');
    const application = ElbUpstream.fromLoadBalancerArn(ARN, { ...http2, tls: { serverName: 'a.test' } });
    expect(configurationOf(proxyOf(application).template)).toContain(' alpn h2 check-alpn h2 ws h1 ');
  });
});

describe('the idle timeout', () => {
  const NETWORK = ARN.replace('/app/', '/net/');
  const timeoutOf = (upstream: (stack: Stack) => ElbUpstream, more = {}) => {
    const { stack, vpc } = stackWithVpc(ENV);
    new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: upstream(stack), ...more });
    return /timeout tunnel \S+/.exec(configurationOf(Template.fromStack(stack)))![0];
  };

  test.each<[string, (stack: Stack) => ElbUpstream, object, string]>([
    ['an unknown load balancer', () => ElbUpstream.fromDnsName('elb.example.com', { port: 80 }), {}, '59s'],
    [
      'an unknown one in TCP mode',
      () => ElbUpstream.fromDnsName('elb.example.com', { port: 80 }),
      { mode: HaproxyMode.TCP },
      '349s',
    ],
    ['an Application Load Balancer', () => ElbUpstream.fromLoadBalancerArn(ARN, { port: 80 }), {}, '59s'],
    ['a Network Load Balancer', () => ElbUpstream.fromLoadBalancerArn(NETWORK, { port: 80 }), {}, '349s'],
    [
      'a Network Load Balancer of the app',
      (stack) => {
        const vpc = new Vpc(stack, 'Other');
        return ElbUpstream.fromLoadBalancer(new NetworkLoadBalancer(stack, 'Nlb', { vpc }), { port: 80 });
      },
      {},
      '349s',
    ],
    [
      'an imported Network Load Balancer',
      (stack) =>
        ElbUpstream.fromLoadBalancer(
          NetworkLoadBalancer.fromNetworkLoadBalancerAttributes(stack, 'Nlb', {
            loadBalancerArn: NETWORK,
            loadBalancerDnsName: 'nlb.example.com',
          }),
          { port: 80 },
        ),
      {},
      '349s',
    ],
    [
      'one with a value of its own',
      () => ElbUpstream.fromLoadBalancerArn(NETWORK, { port: 80, idleTimeout: Duration.seconds(100) }),
      {},
      '99s',
    ],
  ])('of %s decides how long a WebSocket may be silent', (_what, upstream, more, tunnel) => {
    expect(timeoutOf(upstream, more)).toBe(`timeout tunnel ${tunnel}`);
  });
});

test('a load balancer of another region is looked up there', () => {
  const { template } = proxyOf(ElbUpstream.fromLoadBalancerArn(ARN.replace('eu-west-1', 'us-east-1'), { port: 80 }));
  const [lookup] = resourcesOf(template, 'Custom::AWS');
  expect(JSON.parse(textOf(lookup!.properties.Create))).toMatchObject({ region: 'us-east-1' });
});

test('a load balancer of another account cannot be looked up', () => {
  const arn = ARN.replace('111111111111', '222222222222');
  expect(() => proxyOf(ElbUpstream.fromLoadBalancerArn(arn, { port: 80 }))).toThrow(
    new InputError(
      `load balancer '${arn}' is in account 222222222222, and Stack in account 111111111111 cannot look it up: give its DNS name with ElbUpstream.fromDnsName`,
    ),
  );
});

test('an ARN that is known only at deployment is one of the stack’s own', () => {
  const { template } = proxyOf(ElbUpstream.fromLoadBalancerArn(Fn.importValue('elb-arn'), { port: 80 }));
  const [lookup] = resourcesOf(template, 'Custom::AWS');
  expect(textOf(lookup!.properties.Create)).toContain('"LoadBalancerArns":["{elb-arn}"]');
});

test('a Classic Load Balancer allows the proxy, and the checker queries DNS alone', () => {
  const { stack, vpc } = stackWithVpc();
  const elb = new LoadBalancer(stack, 'Elb', { vpc });
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: ElbUpstream.fromClassicLoadBalancer(elb, { port: 8080 }) });
  const template = Template.fromStack(stack);
  expect(recordsOf(template)[0].upstreams).toEqual([{ backend: 'upstream', dnsName: '{Elb.DNSName}', port: 8080 }]);
  expect(opened(template)).toEqual(['{ElbSecurityGroup.GroupId}:8080']);
});

test('a load balancer imported without its DNS name is refused at once', () => {
  const { stack } = stackWithVpc();
  const alb = ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'Alb', {
    loadBalancerArn: ARN,
    securityGroupId: 'sg-0123456789abcdef0',
  });
  expect(() => ElbUpstream.fromLoadBalancer(alb, { port: 80 })).toThrow(
    "'loadBalancerDnsName' was not provided when constructing Application Load Balancer Stack/Alb from attributes",
  );
});

test('of a load balancer of another account nothing is known but its name', () => {
  const { stack, vpc } = stackWithVpc(ENV);
  const alb = ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'Alb', {
    loadBalancerArn: ARN.replace('111111111111', '222222222222'),
    loadBalancerDnsName: 'orders.elb.test',
    securityGroupId: 'sg-0123456789abcdef0',
  });
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: ElbUpstream.fromLoadBalancer(alb, { port: 80 }) });
  const template = Template.fromStack(stack);
  expect(recordsOf(template)[0].upstreams).toEqual([{ backend: 'upstream', dnsName: 'orders.elb.test', port: 80 }]);
  expect(opened(template)).toEqual([]);
});

test('security groups that are given are opened, in place of those of the load balancer', () => {
  const { stack, vpc } = stackWithVpc();
  const group = SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0');
  const upstream = ElbUpstream.fromDnsName('elb.test', { port: 443, securityGroups: [group] });
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream });
  expect(opened(Template.fromStack(stack))).toEqual(['sg-0123456789abcdef0:443']);
});

test('a load balancer in another VPC of the app is reached by its name, and allows the proxy', () => {
  const app = new App();
  const owner = new Stack(app, 'Owner', ENV);
  const alb = new ApplicationLoadBalancer(owner, 'Alb', { vpc: new Vpc(owner, 'Vpc', { maxAzs: 2 }) });
  const stack = new Stack(app, 'Stack', ENV);
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: ElbUpstream.fromLoadBalancer(alb, { port: 80 }) });
  expect(opened(Template.fromStack(stack))).toEqual([expect.stringMatching(/^{Owner:.*GroupId.*}:80$/)]);
  expect(() => app.synth()).not.toThrow();
});

describe('several load balancers', () => {
  const { stack, vpc } = stackWithVpc();
  const [api, shop] = ['Api', 'Shop'].map((id) => new ApplicationLoadBalancer(stack, id, { vpc }));
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream: BY_NAME,
    routes: [
      { name: 'api', pathPrefix: '/api/', upstream: ElbUpstream.fromLoadBalancer(api!, { port: 8080 }) },
      {
        name: 'shop',
        host: 'shop.example.com',
        upstream: ElbUpstream.fromLoadBalancer(shop!, { port: 443, tls: { serverName: 'shop.example.com' } }),
      },
    ],
  });
  const template = Template.fromStack(stack);

  test('each has a backend and its condition', () => {
    const configuration = configurationOf(template);
    expect(configuration).toContain('use_backend upstream-api if { path_beg /api/ }');
    expect(configuration).toContain('use_backend upstream-shop if { hdr(host),field(1,:) -i shop.example.com }');
    expect(configuration).toContain('server-template elb 16 {Api.DNSName}:8080 check');
    expect(configuration).toContain('verifyhost shop.example.com');
  });

  test('each allows the proxy at its own port', () => {
    expect(opened(template).sort()).toEqual(['{ApiSecurityGroup.GroupId}:8080', '{ShopSecurityGroup.GroupId}:443']);
  });

  test('each is checked', () => {
    expect(recordsOf(template)[0].upstreams).toEqual([
      { backend: 'upstream', dnsName: 'internal-orders-1.eu-west-1.elb.amazonaws.com', port: 80 },
      { backend: 'upstream-api', dnsName: '{Api.DNSName}', port: 8080, loadBalancerArn: '{Api}' },
      { backend: 'upstream-shop', dnsName: '{Shop.DNSName}', port: 443, loadBalancerArn: '{Shop}' },
    ]);
  });
});

test('a proof of identity is a part of the health check, and the monitor knows of it', () => {
  const { stack, vpc } = stackWithVpc();
  const body = 'load balancer of orders 7f3a9c';
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream: ElbUpstream.fromDnsName('elb.test', {
      port: 80,
      identity: UpstreamIdentity.response({ path: '/identity', host: 'identity.test', body }),
    }),
    routes: [
      {
        name: 'tls',
        pathPrefix: '/tls/',
        upstream: ElbUpstream.fromDnsName('tls.test', {
          port: 443,
          tls: { serverName: 'www.test' },
          identity: UpstreamIdentity.certificate(),
        }),
      },
    ],
  });
  const template = Template.fromStack(stack);
  const configuration = configurationOf(template);
  expect(configuration).toContain('http-check send meth GET uri /identity ver HTTP/1.1 hdr Host identity.test');
  expect(configuration).toContain(`http-check expect string '${body}'`);
  expect(configuration.match(/ init-state down$/gm)).toHaveLength(2);
  expect(recordsOf(template)[0].upstreams).toEqual([
    { backend: 'upstream', dnsName: 'elb.test', port: 80, identity: 'response' },
    { backend: 'upstream-tls', dnsName: 'tls.test', port: 443, identity: 'certificate' },
  ]);
});

test('the monitor knows of the proof of identity of a HAProxy that another tool deployed', () => {
  const { stack, vpc } = stackWithVpc();
  new MonitoredHaproxy(stack, 'Legacy', {
    monitor: new DriftMonitor(stack, 'Monitor'),
    tasks: HaproxyTasks.ofInstances({ Role: 'haproxy' }, { runtimeApiPort: 9990, vpc }),
    upstreams: [
      {
        upstream: ElbUpstream.fromDnsName('elb.test', {
          port: 443,
          identity: UpstreamIdentity.certificate({ serverName: 'www.test' }),
        }),
      },
      {
        upstream: ElbUpstream.fromDnsName('slow.test', {
          port: 443,
          identity: UpstreamIdentity.certificate({ serverName: 'www.test' }),
          healthCheck: { interval: Duration.seconds(45) },
        }),
      },
    ],
  });
  expect(recordsOf(Template.fromStack(stack))[0].upstreams).toEqual([
    { dnsName: 'elb.test', port: 443, identity: 'certificate' },
    { dnsName: 'slow.test', port: 443, identity: 'certificate', downCheckSeconds: 45 },
  ]);
});

test('connections in TCP mode are routed by the name in their handshake', () => {
  const { stack, vpc } = stackWithVpc();
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    mode: HaproxyMode.TCP,
    upstream: ElbUpstream.fromDnsName('elb.test', { port: 443 }),
    routes: [
      { name: 'partner', sni: 'partner.example.com', upstream: ElbUpstream.fromDnsName('p.test', { port: 443 }) },
    ],
  });
  expect(configurationOf(Template.fromStack(stack))).toContain(
    'use_backend upstream-partner if { req.ssl_sni -i partner.example.com }',
  );
});

test('addresses may be resolved for each request', () => {
  const upstream = ElbUpstream.fromDnsName('elb.test', {
    port: 80,
    resolutionMode: HaproxyResolutionMode.PER_REQUEST,
  });
  expect(configurationOf(proxyOf(upstream).template)).toContain('do-resolve(txn.elb,dns,ipv4) str(elb.test)');
});
