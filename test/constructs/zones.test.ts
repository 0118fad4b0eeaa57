import { App, Duration, Fn, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { IpAddresses, type IVpc, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import {
  ElbUpstream,
  FixedUpstream,
  HaproxyElbProxy,
  type HaproxyElbProxyProps,
  Locality,
  UpstreamIdentity,
} from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { ZONE_SCRIPT } from '../../lib/haproxy/render/zone-script';
import { DnsServer } from '../../testbed/dns-server';
import { EcsMetadata } from '../../testbed/ecs-metadata';
import { EcsTask } from '../../testbed/ecs-task';
import { IDENTITY_BODY, IDENTITY_PATH, STRANGER } from '../../testbed/identity';
import { LocalNodes } from '../../testbed/nodes';
import { freePorts } from '../../testbed/ports';
import { fillIn, resourcesOf, withoutReferences } from '../e2e/template';
import { until } from '../haproxy/running';
import { anyBinary } from '../support/binaries';
import { ENV } from './stacks';
import { recordsOf } from './template';

jest.setTimeout(60_000);

const NAME = 'internal-orders-1.eu-west-1.elb.amazonaws.com';
const upstreamOf = (locality?: Locality, port = 80) => ElbUpstream.fromDnsName(NAME, { port, locality });

interface Variable {
  readonly Name: string;
  readonly Value: unknown;
}

/** The container of a proxy, its variables by name. */
function containerOf(template: Template) {
  const [task] = resourcesOf(template, 'AWS::ECS::TaskDefinition');
  const [container] = task!.properties.ContainerDefinitions;
  const variables = Object.fromEntries((container.Environment as Variable[]).map(({ Name, Value }) => [Name, Value]));
  return { container, variables };
}

function variablesOf(vpcOf: (stack: Stack) => IVpc, props: Partial<HaproxyElbProxyProps> = {}, env = ENV) {
  const stack = new Stack(new App(), 'Stack', env);
  const upstream = upstreamOf(Locality.preferZone());
  new HaproxyElbProxy(stack, 'Proxy', { vpc: vpcOf(stack), upstream, ...props });
  return containerOf(Template.fromStack(stack)).variables;
}

const newVpc = (stack: Stack) =>
  new Vpc(stack, 'Vpc', {
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    ipAddresses: IpAddresses.cidr('10.0.0.0/22'),
    natGateways: 1,
    subnetConfiguration: [
      { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24 },
      { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
    ],
  });

const imported = (ipv4: boolean) => (stack: Stack) =>
  Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetIpv4CidrBlocks: ipv4 ? ['10.1.0.0/24', Fn.importValue('second')] : undefined,
  });

describe('the networks of the zones, in the environment of the container', () => {
  test('are those of all subnets of the VPC', () => {
    const variables = variablesOf(newVpc);
    expect(variables.HAPROXY_ZONES).toBe('eu-west-1a=10.0.0.0/24,10.0.2.0/24 eu-west-1b=10.0.1.0/24,10.0.3.0/24');
    expect(withoutReferences(variables.HAPROXY_ZONE_SCRIPT)).toBe(ZONE_SCRIPT);
  });

  test('are filled in at deployment where they are not known', () => {
    expect(variablesOf(imported(true)).HAPROXY_ZONES).toEqual({
      'Fn::Join': ['', ['eu-west-1a=10.1.0.0/24 eu-west-1b=', { 'Fn::ImportValue': 'second' }]],
    });
    const agnostic = variablesOf((stack) => new Vpc(stack, 'Vpc', { maxAzs: 2 }), {}, {} as typeof ENV);
    expect(JSON.stringify(agnostic.HAPROXY_ZONES)).toContain('{"Fn::Select":[0,{"Fn::GetAZs":""}]},"=10.0.0.0/18');
  });

  test('are the given ones, beside those of the VPC if an upstream gives none', () => {
    const far = Locality.preferZone({ 'eu-west-1a': ['10.9.0.0/24', '10.9.1.0/24'] });
    expect(variablesOf(newVpc, { upstream: upstreamOf(far) }).HAPROXY_ZONES).toBe('eu-west-1a=10.9.0.0/24,10.9.1.0/24');
    const routes = [
      { name: 'far', pathPrefix: '/far/', upstream: upstreamOf(far) },
      { name: 'near', pathPrefix: '/near/', upstream: upstreamOf(Locality.preferZone()) },
      { name: 'any', pathPrefix: '/any/', upstream: upstreamOf() },
    ];
    const variables = variablesOf(newVpc, { upstream: upstreamOf(), routes });
    expect(variables.HAPROXY_ZONES).toBe(
      'eu-west-1a=10.9.0.0/24,10.9.1.0/24 eu-west-1a=10.0.0.0/24,10.0.2.0/24 eu-west-1b=10.0.1.0/24,10.0.3.0/24',
    );
    expect(withoutReferences(variables.HAPROXY_CONFIG)).toContain(
      "setenv HAPROXY_ZONE_BACKENDS 'upstream-far upstream-near'\n",
    );
  });

  test('are not there without locality, and no script is', () => {
    expect(Object.keys(variablesOf(newVpc, { upstream: upstreamOf() }))).toEqual(['HAPROXY_CONFIG']);
  });
});

describe('refuses', () => {
  test.each<[string, (stack: Stack) => IVpc, Partial<HaproxyElbProxyProps>, string]>([
    [
      'subnets without a network',
      imported(false),
      {},
      "locality needs the networks of the zones, and subnet 'Stack/Vpc/PrivateSubnet1' of VPC 'Stack/Vpc' was imported without its CIDR: give the networks of each zone to Locality.preferZone, in a spec file as zones, or look the VPC up by its id alone",
    ],
    [
      'no zone',
      newVpc,
      { upstream: upstreamOf(Locality.preferZone({})) },
      'the zones of locality are empty: give the networks of each zone, or leave them out',
    ],
    [
      'a zone without a network',
      newVpc,
      { upstream: upstreamOf(Locality.preferZone({ 'eu-west-1a': [] })) },
      "zone 'eu-west-1a' of locality has no network: give at least one, such as 10.0.0.0/24",
    ],
    [
      'what is no zone',
      newVpc,
      { upstream: upstreamOf(Locality.preferZone({ 'a=b c': ['10.0.0.0/24'] })) },
      "zone 'a=b c' of locality is not valid: give the name of a zone, such as eu-west-1a",
    ],
    [
      'a network of IPv6',
      newVpc,
      { upstream: upstreamOf(Locality.preferZone({ 'eu-west-1a': ['fd00::/64'] })) },
      "zone 'eu-west-1a' of locality has 'fd00::/64', which is no IPv4 network: give one such as 10.0.0.0/24",
    ],
    ...['10.0.0.1', '10.0.0.0/33', '999.0.0.0/24', '010.0.0.0/24', '10.0.0.0/24\n', ''].map(
      (network): [string, typeof newVpc, Partial<HaproxyElbProxyProps>, string] => [
        `'${network}' as a network`,
        newVpc,
        { upstream: upstreamOf(Locality.preferZone({ 'eu-west-1a': [network] })) },
        `zone 'eu-west-1a' of locality has '${network}', which is no IPv4 network: give one such as 10.0.0.0/24`,
      ],
    ),
    [
      'the id of a zone',
      newVpc,
      { upstream: upstreamOf(Locality.preferZone({ 'euw1-az1': ['10.0.0.0/24'] })) },
      "zone 'euw1-az1' of locality is the id of a zone, and tasks know its name: give that, such as eu-west-1a",
    ],
    [
      'a zone of another region',
      newVpc,
      { upstream: upstreamOf(Locality.preferZone({ 'eu-west-1a': ['10.0.0.0/24'], 'eu-west-2a': ['10.1.0.0/24'] })) },
      "zone 'eu-west-2a' of locality is not in the region of the stack, eu-west-1: give zones of that region",
    ],
    [
      'a network of two zones',
      newVpc,
      { upstream: upstreamOf(Locality.preferZone({ 'eu-west-1a': ['10.0.4.0/24'], 'eu-west-1b': ['10.0.0.0/16'] })) },
      "zone 'eu-west-1b' of locality has '10.0.0.0/16', which overlaps '10.0.4.0/24' of zone 'eu-west-1a': give each zone its own networks",
    ],
    [
      'a list of networks that only CloudFormation knows',
      newVpc,
      { upstream: upstreamOf(Locality.preferZone({ 'eu-west-1a': Fn.split(',', Fn.importValue('networks')) })) },
      'zones.eu-west-1a is a token, known only at deployment: give the value itself',
    ],
    [
      'zones that only CloudFormation knows',
      newVpc,
      {
        upstream: upstreamOf(
          Locality.preferZone(Token.asAny({ Ref: 'Zones' }) as unknown as { [zone: string]: string[] }),
        ),
      },
      'zones is a token, known only at deployment: give the value itself',
    ],
    [
      'fixed addresses, without a compiler',
      newVpc,
      {
        shares: [
          {
            name: 'old',
            percent: 5,
            upstream: FixedUpstream.fromAddresses(['10.0.0.1'], {
              port: 80,
              locality: Locality.preferZone(),
            } as { port: number }),
          },
        ],
      },
      "upstream of share 'old' is fixed addresses, and locality is for load balancers: leave it out",
    ],
  ])('%s', (_what, vpcOf, props, message) => {
    expect(() => variablesOf(vpcOf, props)).toThrow(new InputError(message));
  });
});

test.each([true, false])(
  'an internet-facing load balancer of the app, whose nodes have no private address: %s',
  (internetFacing) => {
    const stack = new Stack(new App(), 'Stack', ENV);
    const vpc = newVpc(stack);
    const alb = new ApplicationLoadBalancer(stack, 'Alb', { vpc, internetFacing });
    const upstream = ElbUpstream.fromLoadBalancer(alb, { port: 80, locality: Locality.preferZone() });
    new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream });
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('public-zone'));
    expect(warnings).toHaveLength(internetFacing ? 1 : 0);
  },
);

test('a task of the template reads its zone and prefers it, and sends nothing to a stranger in it', async () => {
  const binary = anyBinary('3.2');
  const dns = new DnsServer();
  const nodes = new LocalNodes();
  const metadata = await EcsMetadata.start('eu-west-1b');
  const addresses = ['127.1.4.1', '127.1.5.1', '127.1.5.2'];
  let port = 0;
  for (const address of addresses) {
    port = await nodes.start(address, address, port);
  }
  dns.set(NAME, addresses);
  const [listenPort] = await freePorts(1);
  const stack = new Stack(new App(), 'Stack', ENV);
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc: newVpc(stack),
    upstream: ElbUpstream.fromDnsName(NAME, {
      port,
      locality: Locality.preferZone({ 'eu-west-1a': ['127.1.4.0/24'], 'eu-west-1b': ['127.1.5.0/24'] }),
      identity: UpstreamIdentity.response({ path: IDENTITY_PATH, body: IDENTITY_BODY }),
      healthCheck: { interval: Duration.millis(500) },
    }),
    resolution: { nameservers: [(await dns.listen()).address] },
    listenPort,
  });
  const template = Template.fromStack(stack);
  expect(recordsOf(template)[0].upstreams).toEqual([
    { backend: 'upstream', dnsName: NAME, port, identity: 'response' },
  ]);
  const { container, variables } = containerOf(template);
  const deployed = (value: unknown) => fillIn(value, (reference) => reference);
  const environment = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, deployed(value)]));
  const { EntryPoint: entryPoint, Command: command } = container;
  const task = new EcsTask(
    binary,
    '127.1.6.1',
    { entryPoint, command, environment: { ...environment, ...metadata.environment } },
    listenPort!,
  );
  try {
    await task.start();
    const fromZone = async () => {
      const answers: (string | undefined)[] = [];
      for (let i = 0; i < 10; i += 1) {
        answers.push(await task.answer());
      }
      return answers.filter((answer) => answer?.startsWith('127.1.5.'));
    };
    await until('its zone first', async () => (await fromZone()).length >= 9);
    expect(task.process.output).toContain('zone: nodes in eu-west-1b come first');
    await nodes.kill(addresses[1]!);
    await nodes.start(STRANGER, addresses[1]!, port);
    await until('the other node of the zone', async () => (await fromZone()).length >= 9);
    expect(new Set(await fromZone())).toEqual(new Set([addresses[2]]));
  } finally {
    await Promise.all([task.stop(), nodes.close(), dns.close(), metadata.close()]);
  }
});
