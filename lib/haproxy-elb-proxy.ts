import { Annotations, Duration, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  Connections,
  type IConnectable,
  type IVpc,
  Port,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import {
  Capability,
  Cluster,
  type ContainerDefinition,
  ContainerImage,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LinuxParameters,
  LogDrivers,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { DriftMonitor } from './drift-monitor';
import type { ElbUpstream } from './elb-upstream';
import { checkResolution, UPSTREAM_BACKEND } from './haproxy/model/check';
import type { HaproxyConfigModel, HaproxyMode, HaproxyResolution } from './haproxy/model/config-model';
import { DEFAULTS } from './haproxy/model/defaults';
import { HaproxyConfig } from './haproxy/render/config';
import { HaproxyVersion } from './haproxy/version';
import { REGISTRY_FOLDER, type RegistryRecord } from './private/contract';

/** ECS limits a task definition to 65,536 bytes; what is not the configuration needs less than 4 KiB of it. */
const MAX_CONFIG_BYTES = 61_440;
/** SSM's limit for a standard parameter. */
const MAX_RECORD_BYTES = 4096;
/** Seconds that an ELB's DNS records live (AWS, "DNS failover" in the guide of Application Load Balancers). */
const ELB_TTL_SECONDS = 60;
/** User and group `haproxy` of the official images from 2.4. Given as a number it also fits the older ones. */
const HAPROXY_UID = '99:99';

/**
 * The configuration comes from the environment and reaches HAProxy through a pipe: no file is written, so the root file
 * system can stay read-only. HAProxy replaces the shell and gets ECS's stop signal itself.
 */
const START = ['exec haproxy -db -f /dev/fd/3 3<<END', '$HAPROXY_CONFIG', 'END'].join('\n');

/** Properties of a `HaproxyElbProxy`. */
export interface HaproxyElbProxyProps {
  /** The load balancer behind the proxy. */
  readonly upstream: ElbUpstream;

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
   * The subnets of the tasks.
   *
   * @default - the private subnets with egress
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * The HAProxy version: decides the image and how the configuration is written.
   *
   * @default HaproxyVersion.V3_2, a branch with long-term support until 2030
   */
  readonly version?: HaproxyVersion;

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
   * Name servers as `IP:PORT`.
   *
   * @default - 169.254.169.253:53, the resolver that every VPC has
   */
  readonly nameservers?: string[];

  /**
   * How often the load balancer's name is resolved.
   *
   * @default Duration.seconds(10), a sixth of the 60 s that an ELB's records live
   */
  readonly holdValid?: Duration;

  /**
   * How long an address is kept that is no longer in the answer (HAProxy 1.8 and later).
   *
   * @default Duration.seconds(30), because an answer shows only 8 of an ELB's addresses
   */
  readonly holdObsolete?: Duration;

  /**
   * How many addresses of the load balancer each task can hold, 1 to 100 (HAProxy 1.8 and later).
   *
   * @default 16, twice the 8 addresses of one answer
   */
  readonly slots?: number;

  /**
   * How many tasks run.
   *
   * @default 2, so that one can fail
   */
  readonly desiredCount?: number;

  /**
   * What compares the proxy's addresses with the load balancer's.
   *
   * @default - a new `DriftMonitor` for this proxy alone
   */
  readonly monitor?: DriftMonitor;

  /**
   * Name of the proxy in metrics, log lines and the registry: letters, digits, `.`, `-` and `_`, at most 64.
   *
   * @default - made from the construct's path
   */
  readonly proxyName?: string;
}

/** HAProxy on Fargate in front of an Elastic Load Balancer, not reachable from anywhere until a connection is allowed. */
export class HaproxyElbProxy extends Construct implements IConnectable {
  /** The service that runs the tasks. */
  public readonly service: FargateService;
  /** The task definition; the configuration is in the environment of its container. */
  public readonly taskDefinition: FargateTaskDefinition;
  /** The container that runs HAProxy. */
  public readonly container: ContainerDefinition;
  /** The cluster, given or made. */
  public readonly cluster: ICluster;
  /** HAProxy's log. Kept for a month, removed with the stack. */
  public readonly logGroup: LogGroup;
  /** What checks this proxy. */
  public readonly monitor: DriftMonitor;
  /** The network side of the tasks. The default port is the listener's. */
  public readonly connections: Connections;
  /** The text of the configuration. Tokens in it are filled in at deployment. */
  public readonly configuration: string;
  /** Name of the proxy in metrics, log lines and the registry. */
  public readonly proxyName: string;

  public constructor(scope: Construct, id: string, props: HaproxyElbProxyProps) {
    super(scope, id);
    const version = props.version ?? HaproxyVersion.V3_2;
    for (const warning of version.warnings) {
      Annotations.of(this).addWarningV2(warning.id, warning.message);
    }
    const listenPort = this.checkListenPort(props.listenPort ?? DEFAULTS.listenPort);
    this.proxyName = this.checkName(
      props.proxyName ?? Names.uniqueResourceName(this, { maxLength: 64, separator: '-' }),
    );
    this.configuration = this.render(version, props, listenPort);
    this.cluster = this.clusterOf(props);
    this.monitor = props.monitor ?? new DriftMonitor(this, 'Monitor', { vpc: this.cluster.vpc });

    this.logGroup = new LogGroup(this, 'LogGroup', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.taskDefinition = new FargateTaskDefinition(this, 'TaskDefinition', { cpu: 256, memoryLimitMiB: 512 });
    const linuxParameters = new LinuxParameters(this, 'LinuxParameters');
    linuxParameters.dropCapabilities(Capability.ALL);
    this.container = this.taskDefinition.addContainer('haproxy', {
      image: ContainerImage.fromRegistry(version.image),
      entryPoint: ['/bin/sh', '-c'],
      command: [START],
      environment: { HAPROXY_CONFIG: this.configuration },
      portMappings: [listenPort, DEFAULTS.healthPort, DEFAULTS.runtimeApiPort].map((containerPort) => ({
        containerPort,
      })),
      readonlyRootFilesystem: true,
      user: HAPROXY_UID,
      linuxParameters,
      stopTimeout: Duration.seconds(30),
      logging: LogDrivers.awsLogs({ streamPrefix: 'haproxy', logGroup: this.logGroup }),
    });

    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: this.cluster.vpc,
      description: 'HAProxy: traffic from whom the stack allows, its runtime API from the drift checker',
    });
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(listenPort) });
    this.service = new FargateService(this, 'Service', {
      cluster: this.cluster,
      taskDefinition: this.taskDefinition,
      desiredCount: props.desiredCount ?? 2,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      assignPublicIp: false,
      vpcSubnets: props.vpcSubnets,
      securityGroups: [securityGroup],
    });
    this.node.defaultChild = this.service;

    for (const group of props.upstream.connectable?.connections.securityGroups ?? []) {
      // A remote rule: it stands in this stack also where the load balancer is of another, which must not depend on us.
      group.addIngressRule(securityGroup, Port.tcp(props.upstream.port), 'HAProxy', true);
    }
    this.register(version, props);
  }

  private checkListenPort(port: number): number {
    if (!(port >= 1024 && port <= 65535)) {
      throw new Error(
        `listenPort '${port}' is not usable: give a port from 1024 to 65535, because HAProxy does not run as root`,
      );
    }
    return port;
  }

  private checkName(name: string): string {
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) {
      throw new Error(`proxyName '${name}' is not usable: give 1 to 64 letters, digits, '.', '-' or '_'`);
    }
    return name;
  }

  private clusterOf({ cluster, vpc }: HaproxyElbProxyProps): ICluster {
    if ((cluster === undefined) === (vpc === undefined)) {
      throw new Error(
        `${cluster === undefined ? 'neither vpc nor cluster' : 'both vpc and cluster'} given for ${this.node.path}: give one of them`,
      );
    }
    return cluster ?? new Cluster(this, 'Cluster', { vpc });
  }

  private render(version: HaproxyVersion, props: HaproxyElbProxyProps, listenPort: number): string {
    const model: HaproxyConfigModel = {
      upstream: {
        dnsName: props.upstream.dnsName,
        port: props.upstream.port,
        tls: props.upstream.tls ? {} : undefined,
        slots: props.slots,
      },
      mode: props.mode,
      listen: { port: listenPort },
      health: { port: DEFAULTS.healthPort },
      runtimeApi: { port: DEFAULTS.runtimeApiPort },
      resolution: resolutionOf(props),
    };
    const text = HaproxyConfig.render(version, model);
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_CONFIG_BYTES) {
      throw new Error(
        `the configuration has ${bytes} bytes, at most ${MAX_CONFIG_BYTES} fit into a task definition: give fewer name servers`,
      );
    }
    return text;
  }

  /** Tells the monitor what to check, and lets it. */
  private register(version: HaproxyVersion, props: HaproxyElbProxyProps): void {
    const { upstream, nameservers } = props;
    const { holdValidMillis, holdObsoleteMillis } = checkResolution(version, resolutionOf(props));
    const record: RegistryRecord = {
      proxy: this.proxyName,
      haproxyVersion: version.toString(),
      upstreams: [
        {
          backend: UPSTREAM_BACKEND,
          dnsName: upstream.dnsName,
          port: upstream.port,
          loadBalancerArn: upstream.loadBalancerArn,
        },
      ],
      nameservers,
      tasks: {
        cluster: this.cluster.clusterArn,
        service: this.service.serviceName,
        runtimeApiPort: DEFAULTS.runtimeApiPort,
      },
      resolutionSeconds: holdValidMillis / 1000,
      dnsWindowSeconds: ELB_TTL_SECONDS + (holdValidMillis + holdObsoleteMillis) / 1000,
      graceSeconds: this.monitor.grace.toSeconds(),
    };
    const bytes = Buffer.byteLength(JSON.stringify(record));
    if (bytes > MAX_RECORD_BYTES) {
      throw new Error(
        `the registry record has ${bytes} bytes, at most ${MAX_RECORD_BYTES} fit into an SSM parameter: give fewer name servers`,
      );
    }
    new StringParameter(this, 'Registration', {
      description: 'Read by the drift checker: what to check',
      parameterName: `${this.monitor.registryPath}/${REGISTRY_FOLDER}/${this.proxyName}`,
      stringValue: Stack.of(this).toJsonString(record),
    });
    this.monitor._admit(this, this.proxyName, this.cluster);
    this.connections.allowFrom(this.monitor, Port.tcp(DEFAULTS.runtimeApiPort), 'Drift checker');
  }
}

function resolutionOf({ nameservers, holdValid, holdObsolete }: HaproxyElbProxyProps): HaproxyResolution {
  return {
    nameservers,
    holdValidMillis: holdValid?.toMilliseconds(),
    holdObsoleteMillis: holdObsolete?.toMilliseconds(),
  };
}
