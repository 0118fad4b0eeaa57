import { Annotations, Aspects } from 'aws-cdk-lib';
import {
  CfnVPCEndpoint,
  type Connections,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/** The services that the checker calls, with the ids of their endpoints. */
const SERVICES: Record<string, InterfaceVpcEndpointAwsService> = {
  Ssm: InterfaceVpcEndpointAwsService.SSM,
  Ecs: InterfaceVpcEndpointAwsService.ECS,
  ElasticLoadBalancing: InterfaceVpcEndpointAwsService.ELASTIC_LOAD_BALANCING,
  Ec2: InterfaceVpcEndpointAwsService.EC2,
};

/** Makes the endpoints that the VPC does not have yet. Only the checker may use them, until someone else is let in. */
export function createEndpoints(
  scope: Construct,
  vpc: IVpc,
  subnets: readonly ISubnet[],
  checker: Connections,
): InterfaceVpcEndpoint[] {
  // An endpoint takes one subnet of each zone.
  const byZone = new Map(subnets.map((subnet) => [subnet.availabilityZone, subnet]));
  return missing(scope, vpc).map((id) => {
    const endpoint = new InterfaceVpcEndpoint(scope, `${id}Endpoint`, {
      vpc,
      service: SERVICES[id]!,
      subnets: { subnets: [...byZone.values()] },
      open: false,
    });
    endpoint.connections.allowDefaultPortFrom(checker, 'Drift checker');
    return endpoint;
  });
}

/** Warns, when the app is complete, of subnets that have neither a way out nor the endpoints that the checker needs. */
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
          `the subnets of ${scope.node.path} have no way out and the VPC has no endpoint for ${names}: the checker cannot call them; add the endpoints or set createEndpoints`,
        );
      }
    },
  });
}

/** The services for which the app has no interface endpoint in the VPC. */
function missing(scope: Construct, vpc: IVpc): string[] {
  const present = scope.node.root.node
    .findAll()
    .filter((node) => CfnVPCEndpoint.isCfnVPCEndpoint(node) && node.vpcId === vpc.vpcId)
    .map((node) => (node as CfnVPCEndpoint).serviceName ?? '');
  return Object.keys(SERVICES).filter((id) => {
    // A token may follow, but not more of a name: `ecs-agent` is another service.
    const end = new RegExp(`\\.${SERVICES[id]!.shortName}(?![\\w-])`);
    return !present.some((name) => end.test(name));
  });
}
