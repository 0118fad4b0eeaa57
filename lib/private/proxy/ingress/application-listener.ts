import { Duration } from 'aws-cdk-lib';
import { Connections, Port } from 'aws-cdk-lib/aws-ec2';
import { AlternateTarget, ListenerRuleConfiguration } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationListenerRule,
  ApplicationProtocol,
  ApplicationTargetGroup,
  type IApplicationListener,
  Protocol,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { InputError } from '../../../haproxy/errors';
import type { ApplicationListenerOptions } from '../../../proxy/application-listener-options';
import type { ProxyIngressBindOptions, ProxyIngressConfig } from '../../../proxy/ingress-bind';
import { GROUP_PORT, warnOfMovedListener } from './network-load-balancer';

/** Adds a rule to the listener of an Application Load Balancer whose requests go to the tasks. */
export function bindApplicationListener(
  scope: Construct,
  proxy: ProxyIngressBindOptions,
  { listener, priority, conditions }: ApplicationListenerOptions,
): ProxyIngressConfig {
  if (proxy.redirectPort !== undefined) {
    throw new InputError(
      'redirectPort has no listener behind ProxyIngress.applicationListener: leave it out, and redirect in the load balancer with addRedirect()',
    );
  }
  if (proxy.clientCertificates) {
    throw new InputError(
      'clientCertificates is given, and an Application Load Balancer shows HAProxy no certificate of a client: leave it out, and use mutual TLS of the load balancer, or ProxyIngress.networkLoadBalancer without certificates',
    );
  }
  if (proxy.acceptProxyProtocol) {
    throw new InputError(
      'acceptProxyProtocol is true, and an Application Load Balancer sends no PROXY protocol: leave it out; the client is in X-Forwarded-For',
    );
  }
  if (conditions.length === 0) {
    throw new InputError(
      'conditions of the ingress is empty: give at least one, such as ListenerCondition.pathPatterns(["*"])',
    );
  }
  if (proxy.shiftsTraffic) {
    warnOfMovedListener(scope, 'priority and conditions');
  }
  const group = (id: string) =>
    new ApplicationTargetGroup(scope, id, {
      vpc: proxy.cluster.vpc,
      port: GROUP_PORT,
      protocol: proxy.listenTls ? ApplicationProtocol.HTTPS : ApplicationProtocol.HTTP,
      targetType: TargetType.IP,
      // ECS waits for it before it stops a task.
      deregistrationDelay: proxy.stopTimeout,
      // Not `/ready`: ECS replaces tasks that fail this check, also while their upstream is down.
      healthCheck: {
        protocol: Protocol.HTTP,
        path: '/live',
        port: `${proxy.healthPort}`,
        healthyHttpCodes: '200',
        interval: Duration.seconds(10),
      },
    });
  const targetGroup = group('Targets');
  const rule = new ApplicationListenerRule(scope, 'Rule', {
    listener,
    priority,
    conditions: [...conditions],
    targetGroups: [targetGroup],
  });
  const alternateTarget = proxy.shiftsTraffic
    ? new AlternateTarget('Alternate', {
        alternateTargetGroup: group('AlternateTargets'),
        productionListener: ListenerRuleConfiguration.applicationListenerRule(rule),
      })
    : undefined;
  const { containerName, listenPort: containerPort } = proxy;
  targetGroup.addTarget(proxy.service.loadBalancerTarget({ containerName, containerPort, alternateTarget }));
  proxy.taskConnections.allowFrom(listener, Port.tcp(proxy.healthPort), 'Health check of the load balancer');
  return { connections: connectionsOf(listener), shiftsTraffic: true };
}

/** The CDK's own error at a default port that is not known does not say where it comes from. */
function connectionsOf({ connections, node }: IApplicationListener): Connections {
  if (connections.defaultPort !== undefined) {
    return connections;
  }
  const { securityGroups } = connections;
  return Object.defineProperty(new Connections({ securityGroups }), 'defaultPort', {
    get() {
      throw new InputError(
        `listener ${node.path} was imported without defaultPort, the port where clients come in: give it to ApplicationListener.fromApplicationListenerAttributes, or allow them with connections.allowFrom and the port`,
      );
    },
  });
}
