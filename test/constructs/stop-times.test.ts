import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { ApplicationTargetGroup, NetworkTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { HaproxyElbProxy, type HaproxyElbProxyProps, ProxyCapacity, ProxyIngress } from '../../lib';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { textOf } from './template';

const TARGET_GROUP = {
  targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/edge/50dc6c495c0c9188',
};

type Change = Partial<HaproxyElbProxyProps>;

/** The times of a stop in the synthesized task definition, seconds. */
function stopOf(change: (scope: ReturnType<typeof stackWithVpc>) => Change) {
  const made = stackWithVpc();
  new HaproxyElbProxy(made.stack, 'Proxy', {
    cluster: Cluster.fromClusterAttributes(made.stack, 'Cluster', { clusterName: 'shop', vpc: made.vpc }),
    upstream: BY_NAME,
    ...change(made),
  });
  const [definition] = resourcesOf(Template.fromStack(made.stack), 'AWS::ECS::TaskDefinition');
  const { Command, StopTimeout, Environment } = definition!.properties.ContainerDefinitions[0];
  return {
    drain: Number(/^sleep (\d+)$/m.exec(Command[0])?.[1] ?? 0),
    hardStop: Number(/hard-stop-after (\d+)s$/m.exec(textOf(Environment[0].Value))![1]),
    stopTimeout: StopTimeout,
  };
}

const instances = () =>
  ProxyCapacity.ec2({ capacityProviderStrategies: [{ capacityProvider: 'instances', weight: 1 }] });

test.each<[what: string, change: (made: ReturnType<typeof stackWithVpc>) => Change, expected: object]>([
  ['a name in Cloud Map: its TTL and 20 s', () => ({}), { drain: 30, hardStop: 25, stopTimeout: 60 }],
  [
    'another TTL',
    () => ({ ingress: ProxyIngress.privateDns({ dnsTtl: Duration.seconds(60) }) }),
    { drain: 80, hardStop: 25, stopTimeout: 110 },
  ],
  ['no ingress', () => ({ ingress: ProxyIngress.none() }), { drain: 30, hardStop: 25, stopTimeout: 60 }],
  [
    'a Network Load Balancer: what Fargate allows',
    () => ({ ingress: ProxyIngress.networkLoadBalancer() }),
    { drain: 100, hardStop: 15, stopTimeout: 120 },
  ],
  [
    'a Network Load Balancer and instances: 2 minutes',
    () => ({ ingress: ProxyIngress.networkLoadBalancer(), capacity: instances() }),
    { drain: 120, hardStop: 25, stopTimeout: 150 },
  ],
  [
    'a target group of a Network Load Balancer',
    ({ stack }) => ({
      ingress: ProxyIngress.targetGroup(NetworkTargetGroup.fromTargetGroupAttributes(stack, 'Group', TARGET_GROUP)),
    }),
    { drain: 100, hardStop: 15, stopTimeout: 120 },
  ],
  [
    'a target group of an Application Load Balancer',
    ({ stack }) => ({
      ingress: ProxyIngress.targetGroup(
        ApplicationTargetGroup.fromTargetGroupAttributes(stack, 'Group', {
          ...TARGET_GROUP,
          loadBalancerArns:
            'arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/edge/50dc6c495c0c9188',
        }),
      ),
    }),
    { drain: 20, hardStop: 25, stopTimeout: 50 },
  ],
  ['a given time', () => ({ drainTime: Duration.seconds(5) }), { drain: 5, hardStop: 25, stopTimeout: 35 }],
  ['none', () => ({ drainTime: Duration.seconds(0) }), { drain: 0, hardStop: 25, stopTimeout: 30 }],
  [
    'both given',
    () => ({ drainTime: Duration.seconds(60), stopTimeout: Duration.seconds(66) }),
    { drain: 60, hardStop: 1, stopTimeout: 66 },
  ],
])('a task drains as long as its clients may find it: %s', (_, change, expected) => {
  expect(stopOf(change)).toEqual(expected);
});
