import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { ContainerImage, ContainerInsights, ICluster } from 'aws-cdk-lib/aws-ecs';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { HaproxyMode } from '../haproxy/model/config-model';
import type { HaproxyHeaderRules, HaproxyLog } from '../haproxy/model/listener';
import type { HaproxyVersion } from '../haproxy/version/version';
import type { IDriftMonitor } from '../monitor/drift-monitor-interface';
import type { ProxyCapacity } from './capacity';
import type { ProxyDeployment } from './deployment';
import type { ElbUpstream } from './elb-upstream';
import type { ProxyIngress } from './ingress';
import type { ProxyLimits, ProxyMutualTls, ProxyResolution, ProxyRoute, ProxyTls } from './options';
import type { ProxyScaling } from './scaling';

/** Properties of a `HaproxyElbProxy`. */
export interface HaproxyElbProxyProps {
  /** The load balancer behind the proxy: for all that no route takes. */
  readonly upstream: ElbUpstream;

  /**
   * Other load balancers, and what goes to them. The first that fits is taken.
   *
   * @default - none
   */
  readonly routes?: ProxyRoute[];

  /**
   * The VPC in which the proxy runs. Give this or `cluster`.
   *
   * @default - the cluster's
   */
  readonly vpc?: IVpc;

  /**
   * The ECS cluster in which the proxy runs. Give this or `vpc`.
   *
   * @default - a new cluster in `vpc`
   */
  readonly cluster?: ICluster;

  /**
   * The subnets of the tasks. They need a way to CloudWatch Logs and to the registry of the official image (public.ecr.aws,
   * for some old branches Docker Hub): a NAT gateway. VPC endpoints are enough with an `image` of a private registry.
   *
   * @default - the private subnets with egress
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Security groups of the tasks.
   *
   * @default - a new one that lets everything out and only the drift checker in
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * What the tasks run on, and how big they are.
   *
   * @default ProxyCapacity.fargate(), the smallest size: a quarter of a CPU and 512 MiB
   */
  readonly capacity?: ProxyCapacity;

  /**
   * The HAProxy version: decides the image and how the configuration is written.
   *
   * @default HaproxyVersion.V3_2, a branch with long-term support until 2030
   */
  readonly version?: HaproxyVersion;

  /**
   * Digest of the official image, `sha256:…`: the image is then exactly this one, also after the tag has moved.
   *
   * @default - the newest image of the version's tag when a task starts
   */
  readonly imageDigest?: string;

  /**
   * Another image than the official one, such as a copy in a registry of your own. It must be of `version`, have
   * `haproxy` on its PATH, `/bin/sh`, and `bash` or `wget`.
   *
   * @default - the official image of the version
   */
  readonly image?: ContainerImage;

  /**
   * How traffic is treated.
   *
   * @default HaproxyMode.HTTP
   */
  readonly mode?: HaproxyMode;

  /**
   * Where traffic comes in, 1024 to 65535: the container does not run as root and holds no capability.
   *
   * @default 8080
   */
  readonly listenPort?: number;

  /**
   * TLS towards clients.
   *
   * @default - none
   */
  readonly listenTls?: ProxyTls;

  /**
   * Port of a second listener without TLS that redirects to HTTPS, 1024 to 65535. Needs `listenTls` and HTTP mode.
   *
   * @default - none
   */
  readonly redirectPort?: number;

  /**
   * Whoever connects sends a PROXY protocol header first; a connection without such a header is refused.
   *
   * @default - what the ingress does
   */
  readonly acceptProxyProtocol?: boolean;

  /**
   * Add the client's address as X-Forwarded-For, HTTP only.
   *
   * @default true
   */
  readonly forwardedFor?: boolean;

  /**
   * Changes to the headers of requests, HTTP only.
   *
   * @default - none
   */
  readonly requestHeaders?: HaproxyHeaderRules;

  /**
   * Changes to the headers of responses, HTTP only.
   *
   * @default - none
   */
  readonly responseHeaders?: HaproxyHeaderRules;

  /**
   * Networks (CIDR) or addresses that HAProxy serves; it rejects all others. This comes on top of security groups.
   *
   * @default - everybody that the network lets through
   */
  readonly allowFrom?: string[];

  /**
   * Networks (CIDR) or addresses that HAProxy rejects, also when `allowFrom` has them.
   *
   * @default - none
   */
  readonly denyFrom?: string[];

  /**
   * Bounds of connections, times and sizes.
   *
   * @default - those of `ProxyLimits`
   */
  readonly limits?: ProxyLimits;

  /**
   * How the load balancers' names are resolved.
   *
   * @default - the VPC's resolver, every 10 s
   */
  readonly resolution?: ProxyResolution;

  /**
   * Answer `GET /metrics` for Prometheus on port 8404 (HAProxy 2.0 and later).
   *
   * @default false
   */
  readonly metrics?: boolean;

  /**
   * How log lines look, and where they go besides `logGroup`.
   *
   * @default - HAProxy's own format
   */
  readonly log?: HaproxyLog;

  /**
   * Lines to add at the end of sections of the configuration, by the section's opening line, such as `frontend traffic`.
   * They are written as they are: `cdk-haproxy-elb lint` of the construct's `configuration` tells what is wrong with them.
   *
   * @default - none
   */
  readonly rawLines?: { readonly [section: string]: string[] };

  /**
   * Let the checker reach the runtime API with a certificate only, and speak TLS.
   *
   * @default - clear text; the security group lets the checker in and nobody else
   */
  readonly runtimeApiTls?: ProxyMutualTls;

  /**
   * How clients reach the tasks.
   *
   * @default ProxyIngress.privateDns()
   */
  readonly ingress?: ProxyIngress;

  /**
   * How many tasks run.
   *
   * @default 2, so that one can fail
   */
  readonly desiredCount?: number;

  /**
   * How the number of tasks follows the load.
   *
   * @default - it does not: `desiredCount` tasks run
   */
  readonly scaling?: ProxyScaling;

  /**
   * How a new version replaces the old one.
   *
   * @default ProxyDeployment.rolling()
   */
  readonly deployment?: ProxyDeployment;

  /**
   * Time between ECS's stop signal and the end by force, 6 s to 1 hour, on Fargate at most 2 minutes. Running connections
   * are ended 5 s before (HAProxy 1.8 and later).
   *
   * @default Duration.seconds(30), ECS's own
   */
  readonly stopTimeout?: Duration;

  /**
   * Allow `aws ecs execute-command`. It needs a root file system that can be written, and permissions of the task.
   *
   * @default false
   */
  readonly enableExecuteCommand?: boolean;

  /**
   * CloudWatch Container Insights of the cluster that is made. Its metrics are paid for.
   *
   * @default - the account's setting
   */
  readonly containerInsights?: ContainerInsights;

  /**
   * Where HAProxy's log goes.
   *
   * @default - a new log group
   */
  readonly logGroup?: ILogGroup;

  /**
   * How long the new log group keeps lines.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;

  /**
   * What becomes of the new log group when the stack is removed.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * What compares the proxy's addresses with the load balancers'.
   *
   * @default - a new `DriftMonitor` for this proxy alone
   */
  readonly monitor?: IDriftMonitor;

  /**
   * Name of the proxy in metrics, log lines and the registry: letters, digits, `.`, `-` and `_`, at most 64.
   *
   * @default - made from the construct's path
   */
  readonly proxyName?: string;
}
