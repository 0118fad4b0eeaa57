import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { Peer, Port, PrefixList } from 'aws-cdk-lib/aws-ec2';
import type { CfnService } from 'aws-cdk-lib/aws-ecs';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnTargetGroup, type ITargetGroupRef } from 'aws-cdk-lib/aws-vpclattice';
import type { Construct } from 'constructs';
import { InputError } from '../../../haproxy/errors';
import type { ProxyIngressBindOptions, ProxyIngressConfig } from '../../../proxy/ingress-bind';
import { acknowledge } from '../../acknowledge';
import { ACKNOWLEDGED } from '../../findings';

/** Registers the tasks in a target group of VPC Lattice. */
export function bindLattice(
  scope: Construct,
  proxy: ProxyIngressBindOptions,
  targetGroup: ITargetGroupRef,
): ProxyIngressConfig {
  const what = 'ProxyIngress.latticeTargetGroup';
  if (proxy.shiftsTraffic) {
    throw new InputError(
      `${scope.node.path}: ${what} has one target group, and a blue/green, linear or canary deployment needs two and their listener: use ProxyIngress.networkLoadBalancer, or a rolling deployment`,
    );
  }
  if (proxy.redirectPort !== undefined) {
    throw new InputError(
      `redirectPort has no listener behind ${what}, which takes listenPort alone: leave it out, and give the VPC Lattice service no listener for HTTP`,
    );
  }
  if (proxy.acceptProxyProtocol) {
    throw new InputError('acceptProxyProtocol is true, and VPC Lattice sends no PROXY protocol: leave it out');
  }
  if (targetGroup instanceof CfnTargetGroup) {
    checkGroup(targetGroup, proxy);
  }
  allowLattice(scope, proxy, hasIpv6(targetGroup));
  const role = new Role(scope, 'LatticeRole', {
    description: 'For ECS, to register the tasks of HAProxy in VPC Lattice',
    assumedBy: new ServicePrincipal('ecs.amazonaws.com', {
      // AWS does not document that ECS sends it.
      conditions: { StringEqualsIfExists: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AmazonECSInfrastructureRolePolicyForVpcLattice')],
  });
  acknowledge(role, ACKNOWLEDGED.latticePolicy);
  const { targetGroupArn } = targetGroup.targetGroupRef;
  const service = proxy.service.node.findChild('Service') as CfnService;
  service.vpcLatticeConfigurations = [{ portName: proxy.portName, roleArn: role.roleArn, targetGroupArn }];
  // ECS uses the role as soon as the service exists.
  proxy.service.node.addDependency(role);
  return {};
}

/** Whether a target group of this app has IPv6 targets. */
export function hasIpv6(targetGroup: ITargetGroupRef): boolean {
  return targetGroup instanceof CfnTargetGroup && configOf(targetGroup)?.ipAddressType === 'IPV6';
}

function configOf({ config }: CfnTargetGroup): CfnTargetGroup.TargetGroupConfigProperty | undefined {
  return Token.isUnresolved(config) ? undefined : (config as CfnTargetGroup.TargetGroupConfigProperty | undefined);
}

/** Refuses a target group of this app to which the tasks do not fit. */
function checkGroup(
  group: CfnTargetGroup,
  { listenTls, clientCertificates, healthPort }: ProxyIngressBindOptions,
): void {
  if (group.type !== 'IP') {
    throw new InputError(
      `the VPC Lattice target group of the ingress has type '${group.type}', and ECS registers addresses: give type 'IP'`,
    );
  }
  const config = configOf(group);
  const expected = listenTls ? 'HTTPS' : 'HTTP';
  // With TCP, Lattice reads nothing: TLS passes through.
  if (config?.protocol !== undefined && config.protocol !== expected && config.protocol !== 'TCP') {
    throw new InputError(
      `the VPC Lattice target group of the ingress has protocol '${config.protocol}', and HAProxy speaks ${expected}: give protocol '${expected}', or ${listenTls ? 'leave listenTls out' : 'give listenTls'}`,
    );
  }
  if (clientCertificates && config?.protocol !== undefined && config.protocol !== 'TCP') {
    throw new InputError(
      'clientCertificates is given, and VPC Lattice with HTTPS shows HAProxy no certificate of a client: give the target group and its listener protocol TCP and TLS_PASSTHROUGH, or leave clientCertificates out',
    );
  }
  const check = config?.healthCheck as CfnTargetGroup.HealthCheckConfigProperty | undefined;
  if (check?.enabled === false || Token.isUnresolved(check)) {
    return;
  }
  if (check?.port !== healthPort || check.path !== '/live' || check.protocol !== 'HTTP') {
    Annotations.of(group).addWarningV2(
      'cdk-haproxy-elb:health-check',
      `the health check of the target group does not ask HAProxy itself, so ECS replaces tasks while their upstream is down: give protocol HTTP, port ${healthPort} and path /live`,
    );
  }
}

/** Traffic and health checks come from the addresses of Lattice, and not from those of clients. */
function allowLattice(
  scope: Construct,
  { taskConnections, listenPort, healthPort }: ProxyIngressBindOptions,
  ipv6: boolean,
): void {
  const { account, region } = Stack.of(scope);
  if (Token.isUnresolved(account) || Token.isUnresolved(region)) {
    Annotations.of(scope).addWarningV2(
      'cdk-haproxy-elb:lattice-not-opened',
      `the stack has no account and region, so the prefix list of VPC Lattice cannot be looked up and the tasks do not allow it: give env to the stack, or allow the list at ports ${listenPort} and ${healthPort} in taskConnections`,
    );
    return;
  }
  const { prefixListId } = PrefixList.fromLookup(scope, 'LatticePrefixList', {
    prefixListName: `com.amazonaws.${region}.${ipv6 ? 'ipv6.' : ''}vpc-lattice`,
  });
  for (const port of [listenPort, healthPort]) {
    taskConnections.allowFrom(Peer.prefixList(prefixListId), Port.tcp(port), 'VPC Lattice');
  }
}
