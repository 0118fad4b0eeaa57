import type { Connections } from 'aws-cdk-lib/aws-ec2';
import type { BaseService, ICluster } from 'aws-cdk-lib/aws-ecs';
import type { NetworkLoadBalancer, NetworkTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';

/** The properties of a proxy that its ingress needs. */
export interface IngressBindOptions {
  readonly cluster: ICluster;
  readonly service: BaseService;
  readonly connections: Connections;
  readonly containerName: string;
  readonly listenPort: number;
  readonly redirectPort?: number;
  /** Whether HAProxy speaks TLS at `listenPort`. */
  readonly tls: boolean;
  /** The fewest tasks that run. A token counts as many. */
  readonly fewestTasks: number;
  readonly shiftsTraffic: boolean;
  /** Time between the stop signal and the forced end of a task, ms. */
  readonly stopTimeoutMillis: number;
}

/** The result of an ingress. */
export interface IngressConfig {
  /** The name that clients connect to. */
  readonly dnsName?: string;
  readonly balancer?: IngressLoadBalancer;
}

/** The load balancer of an ingress. */
export interface IngressLoadBalancer {
  readonly loadBalancer: NetworkLoadBalancer;
  readonly connections: Connections;
  /** The target group in which ECS registers the tasks. */
  readonly targetGroup: NetworkTargetGroup;
}
