import type { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Connections } from 'aws-cdk-lib/aws-ec2';
import type { BaseService, ICluster } from 'aws-cdk-lib/aws-ecs';
import type { NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { HaproxyMode } from '../haproxy/model/options';

/** Properties of an ingress that decide the configuration of HAProxy and how long a task takes to stop. */
export interface ProxyIngressTraits {
  /**
   * Default of the proxy's `drainTime`: for how long clients may still send new connections to a task that stops.
   *
   * @default Duration.seconds(30), as for a name with a TTL of 10 s
   */
  readonly drainTime?: Duration;

  /**
   * How long clients may keep an answer of DNS that has the address of a task. ECS does not wait for this time before
   * it stops a task, so a time above `drainTime` gives a warning.
   *
   * @default - clients do not resolve names of tasks
   */
  readonly dnsTtl?: Duration;

  /**
   * Connections begin with a PROXY protocol header. HAProxy then refuses connections without it.
   *
   * @default false
   */
  readonly proxyProtocol?: boolean;

  /**
   * TLS of clients ends in the ingress, which sends clear text to `listenPort`: requests get `X-Forwarded-Proto: https`,
   * and a `redirectPort` needs no `listenTls`.
   *
   * @default false
   */
  readonly terminatesTls?: boolean;

  /**
   * The tasks get connections and health checks over IPv6: HAProxy listens for both there too. The subnets of the tasks
   * need IPv6. They need IPv4 as well: HAProxy reaches the upstream over IPv4, and the drift monitor reaches HAProxy so.
   *
   * @default false
   */
  readonly ipv6?: boolean;

  /**
   * The port that clients connect to: the redirect to HTTPS leads to it.
   *
   * @default - the proxy's `listenPort`
   */
  readonly port?: number;
}

/** The proxy, as its ingress sees it. */
export interface ProxyIngressBindOptions {
  /** The cluster, with its VPC. */
  readonly cluster: ICluster;

  /** The service, which registers its tasks: `service.loadBalancerTarget`, `service.enableCloudMap`. */
  readonly service: BaseService;

  /** The security groups of the tasks. Nothing is allowed in them yet. */
  readonly taskConnections: Connections;

  /** The container that listens, for `service.loadBalancerTarget`. */
  readonly containerName: string;

  /** Name of the port mapping of `listenPort`, for VPC Lattice and Service Connect. */
  readonly portName: string;

  /** The port of the tasks. */
  readonly listenPort: number;

  /**
   * The port of the tasks that redirects to HTTPS. An ingress that cannot reach it should refuse it.
   *
   * @default - no redirect
   */
  readonly redirectPort?: number;

  /**
   * The port for health checks of the tasks over HTTP, without TLS. `GET /live` answers 200 as long as HAProxy runs,
   * `GET /ready` as long as its default upstream has a usable address and the task does not stop. ECS replaces tasks
   * that fail the health check of a load balancer: with `/ready` also while the upstream is down.
   */
  readonly healthPort: number;

  /** Whether HAProxy terminates TLS at `listenPort`. */
  readonly listenTls: boolean;

  /**
   * Whether HAProxy verifies certificates of clients at `listenPort`. An ingress that terminates TLS should refuse it: it
   * has no certificate of the client to show.
   */
  readonly clientCertificates: boolean;

  /** Whether HAProxy reads requests at `listenPort`. */
  readonly mode: HaproxyMode;

  /** Whether an upstream has `protocol` HTTP/2. Clients of gRPC then need HTTP/2 through the ingress too. */
  readonly http2: boolean;

  /** Whether connections must begin with a PROXY protocol header. */
  readonly acceptProxyProtocol: boolean;

  /**
   * The fewest tasks that run.
   *
   * @default - known only at deployment
   */
  readonly fewestTasks?: number;

  /** Whether the deployment is a blue/green, linear or canary one, in which ECS moves traffic between two target groups. */
  readonly shiftsTraffic: boolean;

  /** Time between the stop signal and the forced end of a task. */
  readonly stopTimeout: Duration;
}

/** The result of an ingress. */
export interface ProxyIngressConfig {
  /**
   * Where clients come in: the security groups that clients must be allowed in, and the port.
   *
   * @default - the security groups of the tasks, at `listenPort`
   */
  readonly connections?: Connections;

  /**
   * The name that clients connect to.
   *
   * @default - none
   */
  readonly dnsName?: string;

  /**
   * The Network Load Balancer, if the ingress creates one.
   *
   * @default - none
   */
  readonly networkLoadBalancer?: NetworkLoadBalancer;

  /**
   * Whether ECS can move traffic between two target groups, for a linear or canary deployment.
   *
   * @default false
   */
  readonly shiftsTraffic?: boolean;

  /**
   * Connections of all tasks together, for `connectionsPerTask` of `scaling`.
   *
   * @default - the ingress does not count them
   */
  readonly connectionCount?: IMetric;

  /**
   * Tasks that get connections, for `connectionsPerTask` of `scaling`.
   *
   * @default - the ingress does not count them
   */
  readonly taskCount?: IMetric;
}
