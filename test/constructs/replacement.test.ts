import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import {
  DriftMonitor,
  ElbUpstream,
  HaproxyElbProxy,
  type HaproxyElbProxyProps,
  HaproxyVersion,
  ProxyIngress,
} from '../../lib';
import { resourcesOf } from '../e2e/template';
import { BY_NAME } from './stacks';

/** Resources that must not be replaced, because addresses, names and history depend on them. */
const KEPT = [
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::ServiceDiscovery::Service',
  'AWS::Logs::LogGroup',
  'AWS::ECS::Service',
];

const CHANGES: Record<string, Partial<HaproxyElbProxyProps>> = {
  'the HAProxy version': { version: HaproxyVersion.V2_8 },
  'a route': {
    routes: [{ name: 'api', pathPrefix: '/api/', upstream: ElbUpstream.fromDnsName('api.elb.test', { port: 80 }) }],
  },
  'the upstream': { upstream: ElbUpstream.fromDnsName('other.elb.test', { port: 443, tls: {} }) },
  'the monitor': { monitor: undefined },
  'the bounds': { limits: { maxConnections: 1000 } },
};

// All in one app, because an app is synthesized once for all of its stacks.
const app = new App();
const original = stackWith('Original', {});
const changed = new Map(Object.entries(CHANGES).map(([what, props], i) => [what, stackWith(`Changed${i}`, props)]));

/** A stack with two proxies. */
function stackWith(id: string, change: Partial<HaproxyElbProxyProps>) {
  const stack = new Stack(app, id);
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const cloudMapNamespace = new PrivateDnsNamespace(stack, 'Namespace', { vpc, name: 'internal.test' });
  const monitor = new DriftMonitor(stack, 'Shared');
  for (const [name, ingress] of Object.entries({
    Balanced: ProxyIngress.networkLoadBalancer(),
    Named: ProxyIngress.privateDns({ cloudMapNamespace, name: 'orders' }),
  })) {
    new HaproxyElbProxy(stack, name, { vpc, upstream: BY_NAME, ingress, monitor, ...change });
  }
  return stack;
}

/** What is kept, by logical id, with its properties but the task definition, which a service changes in place. */
function keptOf(stack: Stack) {
  const template = Template.fromStack(stack);
  return Object.fromEntries(
    KEPT.flatMap((type) => resourcesOf(template, type))
      .filter(({ id }) => !/Monitor|Shared|DriftProbe/.test(id))
      .map(({ id, properties: { TaskDefinition: _, ...properties } }) => [id, properties]),
  );
}

test('the logical ids of what is kept', () => {
  expect(Object.keys(keptOf(original)).sort()).toEqual([
    'BalancedFrontDoorC5241BC2',
    'BalancedFrontDoorListenerD0A25D8F',
    'BalancedListenerTargets4EF1FD70',
    'BalancedLogGroup23C9386E',
    'BalancedService90FDD48A',
    'NamedLogGroup5A33F8BC',
    'NamedService8D8053F3',
    'NamedServiceCloudmapService4AE3DA00',
  ]);
});

test.each(Object.keys(CHANGES))(
  'a change of %s replaces no load balancer, no Cloud Map service, no log group',
  (what) => {
    expect(keptOf(changed.get(what)!)).toEqual(keptOf(original));
  },
);
