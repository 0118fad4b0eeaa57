import { Annotations, Stack } from 'aws-cdk-lib';
import { Port } from 'aws-cdk-lib/aws-ec2';
import {
  type CfnTargetGroup,
  type HealthCheck,
  type IApplicationTargetGroup,
  type INetworkTargetGroup,
  type ITargetGroup,
  Protocol,
  type TargetGroupBase,
  TargetGroupIpAddressType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { InputError } from '../../../haproxy/errors';
import type { ProxyIngressBindOptions, ProxyIngressConfig } from '../../../proxy/ingress-bind';

/** Whether a target group, also an imported one, is of an Application Load Balancer: only those have this method. */
export function isOfApplication(targetGroup: ITargetGroup): boolean {
  return 'registerConnectable' in targetGroup;
}

/** Whether a target group has IPv6 targets. An imported one does not show it. */
export function hasIpv6Targets({ node }: ITargetGroup): boolean {
  return (node.defaultChild as Partial<CfnTargetGroup> | undefined)?.ipAddressType === TargetGroupIpAddressType.IPV6;
}

/** Registers the tasks in an existing target group. */
export function bindTargetGroup(
  scope: Construct,
  proxy: ProxyIngressBindOptions,
  targetGroup: ITargetGroup,
): ProxyIngressConfig {
  const { service, containerName, listenPort, redirectPort, shiftsTraffic, listenTls, clientCertificates } = proxy;
  if (shiftsTraffic) {
    throw new InputError(
      `${scope.node.path}: ProxyIngress.targetGroup has one target group, and a blue/green, linear or canary deployment needs two and their listener: use ProxyIngress.networkLoadBalancer, or a rolling deployment`,
    );
  }
  if (redirectPort !== undefined) {
    throw new InputError(
      'redirectPort has no listener behind ProxyIngress.targetGroup, which takes listenPort alone: redirect in the load balancer, or use ProxyIngress.networkLoadBalancer',
    );
  }
  const { protocol } = (targetGroup.node.defaultChild ?? {}) as Partial<CfnTargetGroup>;
  refuseMisfit(protocol, listenTls);
  if (clientCertificates && (isOfApplication(targetGroup) || protocol === 'TLS')) {
    throw new InputError(
      `clientCertificates is given, and the load balancer of ${protocol === 'TLS' ? 'a TLS' : 'this'} target group terminates TLS itself, so that HAProxy gets no certificate of a client: give a TCP target group of a Network Load Balancer with a TCP listener, or leave clientCertificates out`,
    );
  }
  if (isOfApplication(targetGroup) && proxy.acceptProxyProtocol) {
    throw new InputError(
      'acceptProxyProtocol is true, and an Application Load Balancer sends no PROXY protocol: leave it out; the client is in X-Forwarded-For',
    );
  }
  // The attributes of the target group may be set later.
  scope.node.addValidation({ validate: () => proxyProtocolErrors(targetGroup, proxy.acceptProxyProtocol) });
  // Both kinds of target groups accept this target.
  (targetGroup as INetworkTargetGroup).addTarget(
    service.loadBalancerTarget({ containerName, containerPort: listenPort }),
  );
  const { healthCheck } = targetGroup as Partial<TargetGroupBase>;
  if (healthCheck !== undefined) {
    useHealthCheck(targetGroup, healthCheck, proxy);
  }
  return {};
}

/** What is wrong if a target group of this app and the proxy do not agree on the PROXY protocol. */
function proxyProtocolErrors(targetGroup: ITargetGroup, accepts: boolean): string[] {
  const group = targetGroup.node.defaultChild as CfnTargetGroup | undefined;
  if (group === undefined) {
    return [];
  }
  const attributes: CfnTargetGroup.TargetGroupAttributeProperty[] | undefined = Stack.of(group).resolve(
    group.targetGroupAttributes,
  );
  const sends = (attributes ?? []).some(({ key, value }) => key === 'proxy_protocol_v2.enabled' && value === 'true');
  if (sends === accepts) {
    return [];
  }
  return [
    sends
      ? 'the target group of the ingress sends the PROXY protocol, and HAProxy does not expect it: give acceptProxyProtocol: true, or a target group without proxyProtocolV2'
      : 'acceptProxyProtocol is true, and the target group of the ingress sends no PROXY protocol: leave it out, or give proxyProtocolV2: true to the target group',
  ];
}

/** The health check of a target group of this app. */
function useHealthCheck(
  targetGroup: ITargetGroup,
  { protocol, port, path }: HealthCheck,
  { service, healthPort }: ProxyIngressBindOptions,
): void {
  const isApplication = isOfApplication(targetGroup);
  const asksHaproxy = port === `${healthPort}` && path === '/live';
  const isHttp = protocol === Protocol.HTTP || protocol === Protocol.HTTPS || (protocol === undefined && isApplication);
  if (isHttp && !asksHaproxy) {
    Annotations.of(targetGroup).addWarningV2(
      'cdk-haproxy-elb:health-check',
      `the health check of the target group does not ask HAProxy itself, so ECS replaces tasks while their upstream is down: give protocol HTTP, port ${healthPort} and path /live`,
    );
  }
  if (isApplication && port === `${healthPort}`) {
    (targetGroup as IApplicationTargetGroup).registerConnectable(service, Port.tcp(healthPort));
  }
}

/** Refuses a target group of this app to which the tasks do not fit. */
function refuseMisfit(protocol: string | undefined, listenTls: boolean): void {
  if (protocol === 'HTTPS' && !listenTls) {
    throw new InputError(
      'the target group of the ingress speaks HTTPS, and the proxy has no listenTls: give listenTls, or an HTTP target group',
    );
  }
  if (protocol === 'HTTP' && listenTls) {
    throw new InputError(
      'the target group of the ingress speaks HTTP, and the proxy has listenTls: leave listenTls out, or give an HTTPS target group',
    );
  }
  if (protocol === 'UDP') {
    throw new InputError('the target group of the ingress speaks UDP, and HAProxy TCP: give a TCP target group');
  }
  if (protocol === 'TLS' && !listenTls) {
    throw new InputError(
      'the target group of the ingress speaks TLS, and the proxy has no listenTls: give listenTls, or a TCP target group',
    );
  }
}
