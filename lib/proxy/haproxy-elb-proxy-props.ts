import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { ContainerImage, ContainerInsights, ICluster, LogDriver } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { HaproxyHeaderRules } from '../haproxy/model/config-model';
import type { HaproxyMode } from '../haproxy/model/options';
import type { HaproxyVersion } from '../haproxy/version/version';
import type { IDriftMonitor } from '../monitor/drift-monitor-interface';
import type { ProbeOptions } from '../monitor/probe-options';
import type { IncidentSuppression } from '../monitor/suppression';
import type { ProxyCapacity } from './capacity';
import type { ProxyDeployment } from './deployment';
import type { ElbUpstream } from './elb-upstream';
import type { ProxyIngress } from './ingress';
import type {
  HaproxyLog,
  ProxyLimits,
  ProxyMutualTls,
  ProxyPatching,
  ProxyRateLimit,
  ProxyResolution,
  ProxyResponse,
  ProxyRoute,
  ProxyShare,
  ProxyShareStickiness,
  ProxyTls,
} from './options';
import type { ProxyScaling } from './scaling';

/** Properties of a `HaproxyElbProxy`. */
export interface HaproxyElbProxyProps {
  /** The load balancer behind the proxy, for all traffic that no route takes. */
  readonly upstream: ElbUpstream;

  /**
   * Other load balancers, or responses of HAProxy itself, and the requests or connections for them. HAProxy takes the first
   * route that fits.
   *
   * @default - none: all traffic goes to `upstream`
   */
  readonly routes?: ProxyRoute[];

  /**
   * Parts of the traffic of `upstream` for other upstreams, in percent: a cut-over step by step.
   *
   * @default - none: all of it goes to `upstream`
   */
  readonly shares?: ProxyShare[];

  /**
   * How a client keeps its upstream, in all shares.
   *
   * @default - it does not: each request is decided on its own, in TCP mode each connection
   */
  readonly shareStickiness?: ProxyShareStickiness;

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
   * The subnets of the tasks. The tasks must reach CloudWatch Logs and the registry of the official image
   * (public.ecr.aws, for some old branches Docker Hub) through a NAT gateway. With an `image` of a private registry VPC
   * endpoints are enough.
   *
   * @default - the private subnets with egress
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Security groups of the tasks.
   *
   * @default - a new one that allows all outbound traffic, and inbound traffic of the drift probe alone
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * What the tasks run on, and their size.
   *
   * @default ProxyCapacity.fargate(), the smallest size: a quarter of a CPU and 512 MiB
   */
  readonly capacity?: ProxyCapacity;

  /**
   * The role that the tasks have. HAProxy itself calls no AWS API; a container that you add may. It must trust
   * `ecs-tasks.amazonaws.com`.
   *
   * @default - a new role without permissions
   */
  readonly taskRole?: IRole;

  /**
   * The role with which ECS starts the tasks: it writes the log and reads the secrets. It must trust
   * `ecs-tasks.amazonaws.com`. The construct adds the permissions, also to an imported role of this account. To a role that
   * the app must not change (`mutable: false`) it adds none; a warning then names those that the role must have.
   *
   * @default - a new role with the permissions that these tasks need
   */
  readonly executionRole?: IRole;

  /**
   * The HAProxy version. It decides the image and the text of the configuration.
   *
   * @default HaproxyVersion.V3_2, a branch with long-term support until 2030
   */
  readonly version?: HaproxyVersion;

  /**
   * Digest of the official image, `sha256:…`: tasks run exactly this image, also after the tag has moved.
   *
   * @default - the image that the version's tag had when the last deployment began: ECS keeps it for every task until the
   * next deployment, so that fixes come with a deployment alone, see `patching`
   */
  readonly imageDigest?: string;

  /**
   * Another image than the official one, such as a copy in your own registry. It must be of `version` and have
   * `haproxy` on its PATH, `/bin/sh`, and `bash` or `wget`. Its stop signal (STOPSIGNAL) must be SIGTERM, which an image
   * without the line has, or SIGUSR1, which the official images have: with another one ECS cuts every connection.
   *
   * @default - the official image of the version
   */
  readonly image?: ContainerImage;

  /**
   * Whether HAProxy reads requests, or passes connections through without reading them.
   *
   * @default HaproxyMode.HTTP
   */
  readonly mode?: HaproxyMode;

  /**
   * Port on which clients connect, 1024 to 65535: the container does not run as root and has no capability.
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
   * Port of a second listener without TLS, which redirects to HTTPS, 1024 to 65535. Needs HTTP mode, and `listenTls` or an
   * ingress with certificates.
   *
   * @default - none
   */
  readonly redirectPort?: number;

  /**
   * Expect a PROXY protocol header at the start of each connection. HAProxy refuses connections without it.
   *
   * @default - true where the ingress sends the header, else false
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
   * Networks (CIDR) or addresses of clients that HAProxy serves; it rejects all others. Security groups apply as well.
   *
   * @default - all clients that the security groups allow
   */
  readonly allowFrom?: string[];

  /**
   * Networks (CIDR) or addresses of clients that HAProxy rejects, also when `allowFrom` has them.
   *
   * @default - none
   */
  readonly denyFrom?: string[];

  /**
   * How much one client may do in a period. At most three limits, which is what HAProxy can count.
   *
   * @default - no limit
   */
  readonly rateLimits?: ProxyRateLimit[];

  /**
   * Networks (CIDR) or addresses of clients that no rate limit applies to.
   *
   * @default - none
   */
  readonly rateLimitExempt?: string[];

  /**
   * Bodies for errors of HAProxy itself (2.2 and later), HTTP only, one for each of the statuses 400, 401, 403, 404, 405, 407,
   * 408, 410, 413, 421, 425, 429, 500, 502, 503 and 504. Errors that a load balancer answers pass unchanged. From 2.4 on
   * HAProxy answers what it cannot read as a request with its own pages (400, 408).
   *
   * @default - HAProxy's own pages
   */
  readonly errorPages?: ProxyResponse[];

  /**
   * Limits of connections, times and sizes.
   *
   * @default - those of `ProxyLimits`
   */
  readonly limits?: ProxyLimits;

  /**
   * How HAProxy resolves the load balancers' names.
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
   * How log lines look, and whether they go to a syslog server.
   *
   * @default - HAProxy's own format, to `logGroup`
   */
  readonly log?: HaproxyLog;

  /**
   * Lines to add at the end of sections of the configuration, by the section's opening line, such as `frontend
   * traffic`. They are not checked: run `cdk-haproxy-elb lint` on the construct's `configuration`.
   *
   * @default - none
   */
  readonly rawLines?: { readonly [section: string]: string[] };

  /**
   * Mutual TLS for the runtime API: the probe must show a certificate.
   *
   * @default - no TLS; the security group allows the probe alone
   */
  readonly runtimeApiTls?: ProxyMutualTls;

  /**
   * How clients reach the tasks.
   *
   * @default ProxyIngress.privateDns()
   */
  readonly ingress?: ProxyIngress;

  /**
   * Number of tasks.
   *
   * @default 2, so that one can fail
   */
  readonly desiredCount?: number;

  /**
   * How the number of tasks follows the load.
   *
   * @default - no scaling: `desiredCount` tasks run
   */
  readonly scaling?: ProxyScaling;

  /**
   * How ECS replaces the tasks.
   *
   * @default ProxyDeployment.rolling()
   */
  readonly deployment?: ProxyDeployment;

  /**
   * When the tasks are replaced without a change of the app: they then run the newest image of the version's tag, unless
   * `imageDigest` is given, and use the newest values of secrets.
   *
   * @default - never: a fix of HAProxy and a new certificate wait for the next deployment
   */
  readonly patching?: ProxyPatching;

  /**
   * How long a task that stops still accepts connections, whole seconds, at most 30 minutes. ECS stops a task while its
   * clients still find it. In this time the task serves, answers 503 on `/ready`, and tells clients that keep their
   * connections to close them (HTTP/1; HTTP/2 clients learn it at the end). 0 ends the task at once.
   *
   * @default - as long as clients of the ingress still find the task: with a name in Cloud Map its TTL and 20 s, with a
   * Network Load Balancer 2 minutes, with an Application Load Balancer 20 s, else 30 s; at most `stopTimeout` of the
   * capacity without 20 s, which is 100 s on Fargate
   */
  readonly drainTime?: Duration;

  /**
   * Time between ECS's stop signal and the forced end of a task, whole seconds, 6 s to 1 hour, on Fargate at most 2
   * minutes, and at least 6 s more than `drainTime`. What still runs 5 s before the end is cut.
   *
   * @default - `drainTime` and 30 s, at most what the capacity allows
   */
  readonly stopTimeout?: Duration;

  /**
   * Allow `aws ecs execute-command`. This makes the root file system writable and gives the task permissions.
   *
   * @default false
   */
  readonly enableExecuteCommand?: boolean;

  /**
   * CloudWatch Container Insights of the new cluster. AWS charges for its metrics.
   *
   * @default - the account's setting
   */
  readonly containerInsights?: ContainerInsights;

  /**
   * Where ECS sends what HAProxy writes to its standard output, such as `LogDrivers.firelens` with
   * `taskDefinition.addFirelensLogRouter`. Give this or the log group.
   *
   * @default - CloudWatch Logs, to `logGroup`
   */
  readonly logDriver?: LogDriver;

  /**
   * Log group for HAProxy's log.
   *
   * @default - a new log group, unless `logDriver` is given
   */
  readonly logGroup?: ILogGroup;

  /**
   * How long the new log group keeps log lines.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;

  /**
   * What happens to the new log group when the stack is deleted.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * KMS key that encrypts the new log group, and the new monitor with its log. A key of this app allows CloudWatch Logs to
   * use it; allow it in the policy of an imported key yourself. The log of the probe is that of `probe`.
   *
   * @default - keys of AWS
   */
  readonly encryptionKey?: IKey;

  /**
   * The monitor that compares the addresses of the proxy with those of the load balancers.
   *
   * @default - a new `DriftMonitor` for this proxy alone
   */
  readonly monitor?: IDriftMonitor;

  /**
   * Subnets, security groups and log of the monitor's probe in the VPC of the tasks.
   *
   * @default - those of `ProbeOptions`
   */
  readonly probe?: ProbeOptions;

  /**
   * Actions when an alarm starts: of each alarm of the new monitor, or with a given `monitor` of an alarm for the
   * critical incidents of this proxy alone.
   *
   * @default - none; a given `monitor` has its own alarms
   */
  readonly alarmActions?: IAlarmAction[];

  /**
   * Actions when an alarm ends.
   *
   * @default - none
   */
  readonly okActions?: IAlarmAction[];

  /**
   * Verdicts that open no incident for a time, such as a maintenance window.
   *
   * @default - none
   */
  readonly suppressions?: IncidentSuppression[];

  /**
   * Name of the proxy in metrics, log lines and the registry: letters, digits, `.`, `-` and `_`, at most 64.
   *
   * @default - made from the construct's path
   */
  readonly proxyName?: string;
}
