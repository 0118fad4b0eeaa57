import type { Duration } from 'aws-cdk-lib';
import type { Connections } from 'aws-cdk-lib/aws-ec2';
import type { BaseService, ICluster } from 'aws-cdk-lib/aws-ecs';
import type { NetworkLoadBalancer, NetworkTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';

/** What an ingress needs to know of its proxy. */
export interface IngressBindOptions {
  readonly cluster: ICluster;
  readonly service: BaseService;
  readonly connections: Connections;
  readonly containerName: string;
  readonly listenPort: number;
  readonly redirectPort?: number;
  readonly isBlueGreen: boolean;
  readonly stopTimeout: Duration;
}

/** What an ingress has made. */
export interface IngressConfig {
  /** The name that clients connect to. */
  readonly dnsName?: string;
  readonly balancer?: IngressLoadBalancer;
}

/** A load balancer that was made for a proxy. */
export interface IngressLoadBalancer {
  readonly loadBalancer: NetworkLoadBalancer;
  readonly connections: Connections;
  /** The group that ECS registers tasks with. */
  readonly targetGroup: NetworkTargetGroup;
}
