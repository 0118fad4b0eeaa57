import { CfnClusterCapacityProviderAssociations, type ICluster } from 'aws-cdk-lib/aws-ecs';
import { Dependable, type IConstruct, type IDependable } from 'constructs';

/**
 * The capacity providers of a cluster of the app, for a service to depend on: ECS creates no service without them, and a
 * cluster cannot lose them while a service uses them. The CDK creates the resource at synthesis.
 */
export function capacityProvidersOf(cluster: ICluster): IDependable {
  const providers = {};
  Dependable.implement(providers, {
    get dependencyRoots(): IConstruct[] {
      return cluster.node.children.filter(
        CfnClusterCapacityProviderAssociations.isCfnClusterCapacityProviderAssociations,
      );
    },
  });
  return providers;
}
