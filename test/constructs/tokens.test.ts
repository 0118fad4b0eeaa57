import { Duration, Fn, Size, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  DriftMonitor,
  type DriftMonitorProps,
  ElbUpstream,
  type ElbUpstreamOptions,
  HaproxyElbProxy,
  type HaproxyElbProxyProps,
  HaproxyTasks,
  MonitoredHaproxy,
  ProxyCapacity,
  ProxyIngress,
  UpstreamIdentity,
} from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { configurationOf, recordsOf, textOf } from './template';

const text = (name: string) => Fn.importValue(name);
const number = () => Token.asNumber(Fn.importValue('number'));
const millis = () => Duration.millis(number());

describe('texts of other stacks', () => {
  const { stack, vpc } = stackWithVpc();
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    proxyName: text('proxy-name'),
    imageDigest: text('digest'),
    desiredCount: number(),
    upstream: ElbUpstream.fromDnsName(text('elb'), {
      port: 443,
      tls: {},
      healthCheck: { path: '/', host: text('host') },
    }),
    routes: [
      {
        name: 'orders',
        host: text('orders-host'),
        upstream: ElbUpstream.fromLoadBalancerArn(text('orders-arn'), { port: 80 }),
      },
    ],
    allowFrom: [vpc.vpcCidrBlock, text('office')],
    denyFrom: [`${text('guests')}/24`],
    resolution: { nameservers: [`${text('resolver')}:53`] },
    requestHeaders: { set: { 'X-Stage': text('stage') } },
    listenTls: { secret: Secret.fromSecretCompleteArn(stack, 'Certificate', text('certificate')) },
    ingress: ProxyIngress.networkLoadBalancer({ port: number() }),
  });
  const template = Template.fromStack(stack);

  test('are filled in at deployment, each at its place', () => {
    const configuration = configurationOf(template);
    const lines = configuration.split('\n').filter((line) => /\{[\w-]+(\.\w+)*\}/.test(line));
    expect(lines.map((line) => line.trim().replace(/ check inter .*/, ' …'))).toEqual([
      'nameserver dns1 {resolver}:53',
      'acl denied src {guests}/24',
      'acl allowed src {Vpc.CidrBlock} {office}',
      "http-request set-header X-Stage '{stage}'",
      "use_backend upstream-orders if { hdr(host),field(1,:) -i '{orders-host}' }",
      "http-check send meth GET uri / ver HTTP/1.1 hdr Host '{host}'",
      'server-template elb 16 {elb}:443 …',
      'server-template elb 16 {ProxyUpstream1.LoadBalancers.0.DNSName}:80 …',
      'http-request set-var(txn.name) str({elb}) if { path /resolved/upstream } !{ fe_req_rate gt 100 }',
      'http-request set-var(txn.name) str({ProxyUpstream1.LoadBalancers.0.DNSName}) if { path /resolved/upstream-orders } !{ fe_req_rate gt 100 }',
    ]);
    expect(configuration).toContain(' verifyhost {elb} sni str({elb}) check-sni {elb} ');
  });

  test('are in the record of the registry, whose name is one of them', () => {
    const [, parameter] = resourcesOf(template, 'AWS::SSM::Parameter');
    expect(textOf(parameter!.properties.Name)).toMatch(
      /^\/cdk-haproxy-elb\/Stack-Proxy-Monitor-\w+\/registry\/\{proxy-name\}$/,
    );
    expect(recordsOf(template)[0]).toMatchObject({
      proxy: '{proxy-name}',
      upstreams: [{ dnsName: '{elb}' }, { loadBalancerArn: '{ProxyUpstream1.LoadBalancers.0.LoadBalancerArn}' }],
      nameservers: ['{resolver}:53'],
    });
  });

  test('are nowhere in the template as the CDK writes them in memory', () => {
    expect(JSON.stringify(template.toJSON())).not.toMatch(/Token\[|e\+\d/);
  });

  test('and numbers that nothing is computed from may be those of other stacks', () => {
    template.hasResourceProperties('AWS::ECS::Service', { DesiredCount: { 'Fn::ImportValue': 'number' } });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: { 'Fn::ImportValue': 'number' } });
  });
});

const to = (options: Partial<ElbUpstreamOptions>) => ElbUpstream.fromDnsName('elb.test', { port: 80, ...options });

const list = () => Fn.split(',', text('list'));
const route = (conditions: { name?: string; pathPrefix?: string }) => ({
  routes: [{ name: 'a', upstream: BY_NAME, ...conditions }],
});

const REFUSED: [what: string, props: () => Partial<HaproxyElbProxyProps>][] = [
  ['listenPort', () => ({ listenPort: number() })],
  ['redirectPort', () => ({ redirectPort: number() })],
  ['stopTimeout', () => ({ stopTimeout: millis() })],
  ['drainTime', () => ({ drainTime: millis() })],
  ['limits.maxConnections', () => ({ limits: { maxConnections: number() } })],
  ['limits.connectTimeout', () => ({ limits: { connectTimeout: millis() } })],
  ['resolution.payloadSize', () => ({ resolution: { payloadSize: Size.bytes(number()) } })],
  ['resolution.holdValid', () => ({ resolution: { holdValid: millis() } })],
  ['upstream.port', () => ({ upstream: to({ port: number() }) })],
  ['upstream.slots', () => ({ upstream: to({ slots: number() }) })],
  ['upstream.healthCheck.fall', () => ({ upstream: to({ healthCheck: { fall: number() } }) })],
  ["upstream of route 'a'.port", () => ({ routes: [{ name: 'a', host: 'a.test', upstream: to({ port: number() }) }] })],
  ['allowFrom', () => ({ allowFrom: list() })],
  ['denyFrom', () => ({ denyFrom: list() })],
  ['resolution.nameservers', () => ({ resolution: { nameservers: list() } })],
  ['requestHeaders.remove', () => ({ requestHeaders: { remove: list() } })],
  ['responseHeaders.remove', () => ({ responseHeaders: { remove: list() } })],
  ['rawLines.global', () => ({ rawLines: { global: list() } })],
  ['upstream.healthCheck.path', () => ({ upstream: to({ healthCheck: { path: text('path') } }) })],
  ...(['path', 'body', 'header', 'headerValue'] as const).map((name): [string, () => Partial<HaproxyElbProxyProps>] => [
    `upstream.identity.response.${name}`,
    () => {
      const response = { path: '/', body: 'orders 7f3a9c', header: 'X-Id', headerValue: 'orders 7f3a9c' };
      return { upstream: to({ identity: UpstreamIdentity.response({ ...response, [name]: text('proof') }) }) };
    },
  ]),
  ['name of a route', () => route({ name: text('name') })],
  ["pathPrefix of route 'a'", () => route({ pathPrefix: text('path') })],
  [
    'allocationIds',
    () => ({ ingress: ProxyIngress.networkLoadBalancer({ internetFacing: true, allocationIds: list() }) }),
  ],
  ['cpu', () => ({ capacity: ProxyCapacity.fargate({ cpu: number() }) })],
  ['memoryMiB', () => ({ capacity: ProxyCapacity.fargate({ memoryMiB: number() }) })],
  ['memoryMiB', () => ({ capacity: ProxyCapacity.ec2({ memoryMiB: number(), capacityProviderStrategies: [] }) })],
];

test.each(REFUSED)('%s as a token is refused at once, because other values are computed from it', (what, props) => {
  const { stack, vpc } = stackWithVpc();
  expect(() => new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ...props() })).toThrow(
    new InputError(`${what} is a token, known only at deployment: give the value itself`),
  );
});

test.each<[string, Partial<DriftMonitorProps>]>([
  ['interval', { interval: millis() }],
  ['blindAfter', { blindAfter: millis() }],
  ['graceChecks', { graceChecks: number() }],
])('%s of a monitor as a token is refused at once', (what, props) => {
  const { stack } = stackWithVpc();
  expect(() => new DriftMonitor(stack, 'Monitor', props)).toThrow(
    new InputError(`${what} is a token, known only at deployment: give the value itself`),
  );
});

test.each(['resolutionPeriod', 'dnsWindow', 'outageHold'])(
  '%s of a MonitoredHaproxy as a token is refused at once',
  (what) => {
    const { stack, vpc } = stackWithVpc();
    const monitor = new DriftMonitor(stack, 'Monitor');
    const tasks = HaproxyTasks.atEndpoints([text('endpoint')], { vpc });
    expect(
      () =>
        new MonitoredHaproxy(monitor, 'Watch', {
          monitor,
          tasks,
          upstreams: [{ upstream: BY_NAME }],
          [what]: millis(),
        }),
    ).toThrow(new InputError(`${what} is a token, known only at deployment: give the value itself`));
  },
);

test.each<[string, () => Partial<ElbUpstreamOptions>]>([
  ['port', () => ({ port: number() })],
  ['healthCheck.interval', () => ({ identity: UpstreamIdentity.certificate(), healthCheck: { interval: millis() } })],
])('%s of an upstream of a MonitoredHaproxy as a token is refused at once', (what, options) => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor');
  const tasks = HaproxyTasks.atEndpoints(['10.0.0.5:9990'], { vpc });
  expect(
    () => new MonitoredHaproxy(monitor, 'Watch', { monitor, tasks, upstreams: [{ upstream: to(options()) }] }),
  ).toThrow(new InputError(`upstreams[0].${what} is a token, known only at deployment: give the value itself`));
});

test('lists of a MonitoredHaproxy as tokens are refused at once', () => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor');
  const tasks = HaproxyTasks.atEndpoints(['10.0.0.5:9990'], { vpc });
  expect(() => HaproxyTasks.atEndpoints(list(), { vpc })).toThrow(
    new InputError('endpoints is a token, known only at deployment: give the value itself'),
  );
  expect(
    () =>
      new MonitoredHaproxy(monitor, 'W', {
        monitor,
        tasks,
        upstreams: [{ upstream: BY_NAME }],
        nameservers: list(),
      }),
  ).toThrow(new InputError('nameservers is a token, known only at deployment: give the value itself'));
});
