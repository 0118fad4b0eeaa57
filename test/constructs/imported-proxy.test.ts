import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { HaproxyElbProxy, type HaproxyElbProxyAttributes, type IHaproxyElbProxy } from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { BY_NAME, stackWithVpc } from './stacks';

const GROUP = 'sg-0123456789abcdef0';
const METRICS = [
  'metricOpenIncidents',
  'metricCriticalIncidents',
  'metricStaleAddresses',
  'metricLiveAddresses',
  'metricStaleSessionShare',
  'metricCheckedTasks',
  'metricUncheckedTasks',
] as const;

function imported(attributes: Partial<HaproxyElbProxyAttributes> = {}) {
  const stack = new Stack(new App(), 'Shop');
  const proxy = HaproxyElbProxy.fromHaproxyElbProxyAttributes(stack, 'Proxy', {
    proxyName: 'orders',
    monitorName: 'production',
    ...attributes,
  });
  return { stack, proxy };
}

describe('a proxy of another app', () => {
  test('has the metrics that the proxy itself has', () => {
    const { stack, vpc } = stackWithVpc();
    const own: IHaproxyElbProxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, proxyName: 'orders', upstream: BY_NAME });
    const { proxy } = imported({ monitorName: own.monitor.monitorName });
    for (const metric of METRICS) {
      expect(proxy[metric]().toMetricConfig()).toEqual(own[metric]().toMetricConfig());
    }
  });

  test('adds nothing to the template by itself', () => {
    expect(Template.fromStack(imported().stack).toJSON().Resources).toBeUndefined();
  });

  test('lets a client of this app in, at the port that clients connect to', () => {
    const { stack, proxy } = imported();
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 1 });
    const client = new SecurityGroup(stack, 'Client', { vpc });
    const known = HaproxyElbProxy.fromHaproxyElbProxyAttributes(stack, 'Known', {
      proxyName: proxy.proxyName,
      monitorName: proxy.monitor.monitorName,
      dnsName: 'orders.internal',
      securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', GROUP)],
      port: 443,
    });
    known.connections.allowDefaultPortFrom(client);
    expect(known.dnsName).toBe('orders.internal');
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: GROUP,
      FromPort: 443,
      ToPort: 443,
    });
  });

  test('has a monitor whose incidents this app can receive', () => {
    const { stack, proxy } = imported();
    proxy.monitor.onIncident('Orders', { proxyNames: [proxy.proxyName] });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { monitor: ['production'], proxy: ['orders'] } },
    });
  });
});

test.each<[string, Partial<HaproxyElbProxyAttributes>]>([
  ['nothing', {}],
  ['a port alone', { port: 443 }],
  ['no security group', { port: 443, securityGroups: [] }],
])('connections of which %s is known are an error, and not a rule less', (_, attributes) => {
  const { proxy } = imported(attributes);
  expect(() => proxy.connections.allowFromAnyIpv4(Port.tcp(443))).toThrow(
    new InputError(
      'the connections of Shop/Proxy are not known: give securityGroups and port to HaproxyElbProxy.fromHaproxyElbProxyAttributes',
    ),
  );
});

test.each<[string, Partial<HaproxyElbProxyAttributes>]>([
  ["proxyName 'a/b' is not valid: give 1 to 64 letters, digits, '.', '-' or '_'", { proxyName: 'a/b' }],
  ["monitorName 'a/b' is not valid: give 1 to 64 letters, digits, '.', '-' or '_'", { monitorName: 'a/b' }],
  ["port '0' is not a port: give a whole number from 1 to 65535", { port: 0 }],
])('%s', (message, attributes) => {
  expect(() => imported(attributes)).toThrow(new InputError(message));
});
