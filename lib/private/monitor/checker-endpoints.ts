import { Annotations, Aspects } from 'aws-cdk-lib';
import {
  CfnVPCEndpoint,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  Port,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct, IConstruct } from 'constructs';

/** The services that the checker calls, with the ids of their endpoints. */
const SERVICES: Record<string, InterfaceVpcEndpointAwsService> = {
  Ssm: InterfaceVpcEndpointAwsService.SSM,
  Ecs: InterfaceVpcEndpointAwsService.ECS,
  ElasticLoadBalancing: InterfaceVpcEndpointAwsService.ELASTIC_LOAD_BALANCING,
  Ec2: InterfaceVpcEndpointAwsService.EC2,
};

/** Endpoints that allow only checkers. */
const closed = new WeakSet<IConstruct>();

/** Creates the endpoints that the VPC does not have yet. They allow only checkers, until the app allows others. */
export function createEndpoints(
  scope: Construct,
  vpc: IVpc,
  subnets: readonly ISubnet[],
  checker: ISecurityGroup,
): InterfaceVpcEndpoint[] {
  // An endpoint takes one subnet of each zone.
  const byZone = new Map(subnets.map((subnet) => [subnet.availabilityZone, subnet]));
  const made = missing(scope, vpc).map((id) => {
    const endpoint = new InterfaceVpcEndpoint(scope, `${id}Endpoint`, {
      vpc,
      service: SERVICES[id]!,
      subnets: { subnets: [...byZone.values()] },
      open: false,
    });
    closed.add(endpoint);
    allowChecker(endpoint, checker);
    return endpoint;
  });
  if (made.length > 0 && vpc.publicSubnets.length + vpc.privateSubnets.length > 0) {
    Annotations.of(scope).addWarningV2(
      'cdk-haproxy-elb:closed-endpoints',
      `the names of the services resolve to the endpoints of ${scope.node.path} in the whole VPC, and the endpoints allow only the checker: allow other callers with its endpoints, or leave createEndpoints out`,
    );
  }
  return made;
}

/** Allows a checker at the endpoints of other monitors, whose names hold in the whole VPC. */
export function allowAtEndpoints(scope: Construct, vpc: IVpc, checker: ISecurityGroup): void {
  for (const { node } of endpointsOf(scope, vpc).filter((one) => closed.has(one.node.scope!))) {
    allowChecker(node.scope as InterfaceVpcEndpoint, checker);
  }
}

/** A remote rule: it is in the checker's stack, on which the stack of the endpoint must not depend. */
function allowChecker({ connections }: InterfaceVpcEndpoint, checker: ISecurityGroup): void {
  for (const group of connections.securityGroups) {
    group.addIngressRule(checker, Port.tcp(443), 'Drift checker', true);
  }
}

/** Warns, when the app is complete, of subnets that have neither egress nor the endpoints that the checker needs. */
export function warnOfMissingEndpoints(scope: Construct, vpc: IVpc, subnets: readonly ISubnet[]): void {
  const isolated = new Set(vpc.isolatedSubnets);
  if (!subnets.some((subnet) => isolated.has(subnet))) {
    return;
  }
  Aspects.of(scope).add({
    visit: (node) => {
      const services = node === scope ? missing(scope, vpc) : [];
      if (services.length > 0) {
        const names = services.map((id) => SERVICES[id]!.shortName).join(', ');
        Annotations.of(scope).addWarningV2(
          'cdk-haproxy-elb:missing-endpoints',
          `the subnets of ${scope.node.path} have no egress, and the VPC has no endpoint for ${names}, so the checker cannot call them: add the endpoints or set createEndpoints`,
        );
      }
    },
  });
}

/** The services for which the app has no interface endpoint in the VPC. */
function missing(scope: Construct, vpc: IVpc): string[] {
  const present = endpointsOf(scope, vpc).map(({ serviceName }) => serviceName ?? '');
  return Object.keys(SERVICES).filter((id) => {
    // `ecs-agent` is another service than `ecs`.
    const end = new RegExp(`\\.${SERVICES[id]!.shortName}(?![\\w-])`);
    return !present.some((name) => end.test(name));
  });
}

/** The endpoints that the app has in the VPC. */
function endpointsOf(scope: Construct, vpc: IVpc): CfnVPCEndpoint[] {
  const all = scope.node.root.node.findAll().filter((node) => CfnVPCEndpoint.isCfnVPCEndpoint(node));
  return all.filter(({ vpcId }) => vpcId === vpc.vpcId);
}
