import { Annotations, Duration, Names, Stack, Token } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Connections, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  type BaseService,
  type CfnTaskDefinition,
  Cluster,
  type ContainerDefinition,
  ContainerImage,
  type ICluster,
  LogDrivers,
  PropagatedTagSource,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import type { NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { InputError } from '../haproxy/errors';
import { checkResolution } from '../haproxy/model/check';
import { UPSTREAM_BACKEND } from '../haproxy/model/check-upstream';
import type { HaproxyConfigModel } from '../haproxy/model/config-model';
import { valuesOf } from '../haproxy/model/option';
import {
  HaproxyProtocol,
  HEALTH_PORT,
  PORTS,
  PROCESS,
  RESOLUTION,
  RUNTIME_API_PORT,
  TRAFFIC,
} from '../haproxy/model/options';
import { HaproxyConfig } from '../haproxy/render/config';
import { DEFAULT_VERSION, type HaproxyVersion } from '../haproxy/version/version';
import { makeProxyAlarm } from '../monitor/alarms';
import { DriftMonitor } from '../monitor/drift-monitor';
import type { IDriftMonitor } from '../monitor/drift-monitor-interface';
import { HaproxyTasks } from '../monitor/haproxy-tasks';
import { MonitoredProxyBase } from '../monitor/monitored-proxy-base';
import { acknowledge } from '../private/acknowledge';
import { checkArguments } from '../private/check-arguments';
import { ACKNOWLEDGED } from '../private/findings';
import { makeLogGroup } from '../private/log-group';
import type { Probe } from '../private/monitor/probe';
import { ELB_TTL_MILLIS, register } from '../private/monitor/registration';
import { SERVICE } from '../private/options';
import { warnOfOtherVpc } from '../private/other-vpc';
import { capacityProvidersOf } from '../private/proxy/capacity-providers';
import { configModelOf, maxConnectionsOf, openFilesOf, sharesOf } from '../private/proxy/configuration';
import { ImportedHaproxyElbProxy } from '../private/proxy/imported-proxy';
import { redeployOn } from '../private/proxy/patching';
import { nameSections } from '../private/proxy/reviewable';
import { leastTasksOf, scale } from '../private/proxy/scaling';
import { type SecretFile, secretFilesOf } from '../private/proxy/secret-files';
import { allowSessionLog, denySessionLogs } from '../private/proxy/session-log';
import { stopTimesOf } from '../private/proxy/stop-times';
import { addContainer, PORT_NAME } from '../private/proxy/task';
import { checkProxy, MAX_CONFIG_BYTES, maxConfigBytes, warningsOf } from '../private/proxy/validation';
import { zonesOf } from '../private/proxy/zones';
import { ProxyCapacity } from './capacity';
import { ProxyDeployment } from './deployment';
import type { ElbUpstreamOptions } from './elb-upstream';
import type { HaproxyElbProxyAttributes, IHaproxyElbProxy } from './haproxy-elb-proxy-interface';
import type { HaproxyElbProxyProps } from './haproxy-elb-proxy-props';
import { ProxyIngress } from './ingress';
import type { BoundUpstream } from './upstream';

/** A load balancer of the proxy, with its attributes in the stack. */
interface StackUpstream {
  /** Name of the route or the share. Left out for the default upstream. */
  readonly name?: string;
  readonly options: ElbUpstreamOptions;
  readonly bound: BoundUpstream;
}

/**
 * Deploys HAProxy on ECS in front of Elastic Load Balancers, and a monitor that compares their addresses.
 *
 * No client can reach the tasks until you allow it with `connections` or `taskConnections`.
 */
export class HaproxyElbProxy extends MonitoredProxyBase implements IHaproxyElbProxy {
  /**
   * A proxy of another app of the same account and region: its name, its metrics, and its connections if they are given.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param attributes what this app knows of the proxy
   */
  public static fromHaproxyElbProxyAttributes(
    scope: Construct,
    id: string,
    attributes: HaproxyElbProxyAttributes,
  ): IHaproxyElbProxy {
    checkArguments('HaproxyElbProxy.fromHaproxyElbProxyAttributes', attributes);
    return new ImportedHaproxyElbProxy(scope, id, attributes);
  }

  /** The service that runs the tasks. */
  public readonly service: BaseService;
  /** The task definition; the configuration is in the environment of its container. */
  public readonly taskDefinition: TaskDefinition;
  /** The container that runs HAProxy. */
  public readonly container: ContainerDefinition;
  /** The cluster: the given one, or a new one. */
  public readonly cluster: ICluster;
  /** HAProxy's log: the given log group, or a new one; undefined where `logDriver` sends it elsewhere. */
  public readonly logGroup?: ILogGroup;
  /** The monitor that checks this proxy. */
  public readonly monitor: IDriftMonitor;
  /**
   * The function of the monitor that reads the processes and DNS in their VPC. Proxies of one stack may share it; its
   * `connections` have its security groups.
   */
  public readonly probe: IFunction;
  /** The alarm for the critical incidents of this proxy alone, if `monitor` and actions are given. */
  public readonly alarm?: Alarm;
  /**
   * Where clients connect: the security groups of the Network Load Balancer if the ingress creates one, else those of
   * the tasks. The default port is the one that clients connect to.
   */
  public readonly connections: Connections;
  /** The security groups of the tasks. The default port is `listenPort`. */
  public readonly taskConnections: Connections;
  /** The name that clients connect to, if the ingress has one: of the tasks, or of the Network Load Balancer. */
  public readonly dnsName?: string;
  /** The Network Load Balancer, if the ingress creates one. */
  public readonly networkLoadBalancer?: NetworkLoadBalancer;
  /** The text of the configuration. CloudFormation fills its tokens in at deployment. */
  public readonly configuration: string;
  /** Name of the proxy in metrics, log lines and the registry. */
  public readonly proxyName: string;

  public constructor(scope: Construct, id: string, props: HaproxyElbProxyProps) {
    super(scope, id);
    checkArguments('HaproxyElbProxy', props);
    denySessionLogs(this);
    acknowledge(this, ACKNOWLEDGED.ownPolicy, ACKNOWLEDGED.ecsPolicy);
    const version = props.version ?? DEFAULT_VERSION;
    const capacity = props.capacity ?? ProxyCapacity.fargate();
    const ingress = props.ingress ?? ProxyIngress.privateDns();
    const deployment = props.deployment ?? ProxyDeployment.rolling();
    const listenPort = props.listenPort ?? PORTS.listenPort.default;
    const acceptProxyProtocol = props.acceptProxyProtocol ?? ingress.traits.proxyProtocol ?? false;
    const desiredCount = props.desiredCount ?? SERVICE.desiredCount.default;
    checkProxy(this, props, capacity, ingress);
    const leastTasks = leastTasksOf(desiredCount, props.scaling);
    for (const tasks of leastTasks.filter((one) => !Token.isUnresolved(one) && one > 0)) {
      deployment._refuseStandstill(tasks);
    }
    const stopTimes = stopTimesOf(
      valuesOf(PROCESS, props),
      ingress.traits.drainTime?.toMilliseconds(),
      Duration.seconds(capacity._maxStopSeconds).toMilliseconds(),
    );
    for (const { id, message } of warningsOf(props, version, capacity, ingress, stopTimes, leastTasks)) {
      Annotations.of(this).addWarningV2(id, message);
    }
    this.proxyName = props.proxyName ?? Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });

    const upstreams = [{ upstream: props.upstream, name: undefined }, ...(props.routes ?? [])].flatMap(
      ({ name, upstream }, i): StackUpstream[] =>
        upstream ? [{ name, options: upstream.options, bound: upstream._bind(this, `Upstream${i}`) }] : [],
    );
    const shareUpstreams = sharesOf(props).map(({ name, upstream }, i) => ({
      name,
      options: upstream.options,
      bound: upstream._bind(this, `Share${i}`),
    }));
    const loadBalancers = [...upstreams, ...shareUpstreams].filter(
      (one): one is StackUpstream => 'dnsName' in one.bound,
    );
    const maxConnections = maxConnectionsOf(props, [...upstreams, ...shareUpstreams], capacity.memoryMiB);
    const model = configModelOf(props, {
      upstreams,
      shareUpstreams,
      listenPort,
      clientPort: ingress.traits.port ?? listenPort,
      maxConnections,
      stopTimes,
      acceptProxyProtocol,
      additionalCertificates: props.listenTls?.additionalSecrets?.length ?? 0,
      revocationList: props.listenTls?.clientCertificates?.revocationListSecret !== undefined,
      tlsInFront: ingress.traits.terminatesTls,
      ipv6: ingress.traits.ipv6,
    });
    const files = secretFilesOf(props);
    const zones = zonesOf(
      props.vpc ?? props.cluster!.vpc,
      loadBalancers.map(({ options }) => options.locality),
      Stack.of(this).region,
    );
    this.configuration = render(version, model, files, zones);

    this.cluster = props.cluster ?? this.makeCluster(props);
    const { alarmActions, okActions, encryptionKey } = props;
    this.monitor = props.monitor ?? new DriftMonitor(this, 'Monitor', { alarmActions, okActions, encryptionKey });
    this.alarm =
      props.monitor && makeProxyAlarm(this, this.metricCriticalIncidents(), { alarm: alarmActions, ok: okActions });
    this.logGroup = props.logDriver === undefined ? (props.logGroup ?? makeLogGroup(this, props)) : undefined;
    this.taskDefinition = capacity._taskDefinition(this, props);
    acknowledge(this.taskDefinition, ACKNOWLEDGED.configuration);
    nameSections(this.taskDefinition.node.defaultChild as CfnTaskDefinition, this.configuration);
    const redirectPorts = props.redirectPort === undefined ? [] : [props.redirectPort];
    this.container = addContainer(this, this.taskDefinition, {
      image: props.image ?? ContainerImage.fromRegistry(imageOf(version, props.imageDigest)),
      configuration: this.configuration,
      files,
      ports: [listenPort, ...redirectPorts, HEALTH_PORT, RUNTIME_API_PORT],
      healthPort: HEALTH_PORT,
      requireReady: deployment._requireReady,
      stopTimes,
      endsItself: version._capabilities.hardStopAfter,
      zones,
      openFiles: openFilesOf(maxConnections, [...upstreams, ...shareUpstreams]),
      enableExecuteCommand: props.enableExecuteCommand ?? false,
      logDriver: props.logDriver ?? LogDrivers.awsLogs({ streamPrefix: 'haproxy', logGroup: this.logGroup }),
    });

    const securityGroups = props.securityGroups ?? [
      new SecurityGroup(this, 'SecurityGroup', {
        vpc: this.cluster.vpc,
        // EC2 cannot change it: another text replaces the group, and every rule that names it.
        description: 'HAProxy: traffic from whom the stack allows, its runtime API from the drift checker',
      }),
    ];
    this.taskConnections = new Connections({ securityGroups, defaultPort: Port.tcp(listenPort) });
    this.service = capacity._service(
      this,
      {
        ...deployment._serviceOptions,
        cluster: this.cluster,
        desiredCount,
        enableExecuteCommand: props.enableExecuteCommand,
        vpcSubnets: props.vpcSubnets,
        securityGroups,
        // The bill shows each task with the tags of the stack, and with the names of the service and the cluster.
        propagateTags: PropagatedTagSource.SERVICE,
        enableECSManagedTags: true,
      },
      this.taskDefinition,
    );
    if (props.enableExecuteCommand) {
      allowSessionLog(this.cluster, this.taskDefinition, this.logGroup);
    }
    this.service.node.addDependency(capacityProvidersOf(this.cluster));
    // The first tasks pull their image and read their secrets through the routes of their subnets.
    const { internetConnectivityEstablished } = this.cluster.vpc.selectSubnets(props.vpcSubnets);
    this.service.node.addDependency(internetConnectivityEstablished);
    this.node.defaultChild = this.service;

    const ingressConfig = ingress.bind(this, {
      cluster: this.cluster,
      service: this.service,
      taskConnections: this.taskConnections,
      containerName: this.container.containerName,
      portName: PORT_NAME,
      listenPort,
      redirectPort: props.redirectPort,
      healthPort: HEALTH_PORT,
      listenTls: props.listenTls !== undefined,
      clientCertificates: props.listenTls?.clientCertificates !== undefined,
      mode: props.mode ?? TRAFFIC.mode.default,
      http2: [...upstreams, ...shareUpstreams].some(({ options }) => options.protocol === HaproxyProtocol.HTTP2),
      acceptProxyProtocol,
      fewestTasks: leastTasks.some(Token.isUnresolved) ? undefined : Math.min(...leastTasks),
      shiftsTraffic: deployment._shiftsTraffic,
      stopTimeout: Duration.millis(stopTimes.stopTimeoutMillis),
    });
    if (deployment._needsLoadBalancer && !ingressConfig.shiftsTraffic) {
      throw new InputError(
        'a linear or canary deployment shifts traffic in a load balancer: give ProxyIngress.networkLoadBalancer(), or a rolling or blue/green deployment',
      );
    }
    this.dnsName = ingressConfig.dnsName;
    this.networkLoadBalancer = ingressConfig.networkLoadBalancer;
    this.connections = ingressConfig.connections ?? this.taskConnections;
    if (props.scaling !== undefined) {
      scale(this.service, props.scaling, desiredCount, ingressConfig, deployment._shiftsTraffic);
    }
    if (props.patching !== undefined) {
      redeployOn(this, this.service, files, props.patching);
    }
    this.allowToUpstreams(loadBalancers);
    this.probe = this.register(version, props, loadBalancers).handler;
  }

  private makeCluster({ vpc, containerInsights }: HaproxyElbProxyProps): Cluster {
    return new Cluster(this, 'Cluster', {
      vpc,
      containerInsightsV2: containerInsights,
      enableFargateCapacityProviders: true,
    });
  }

  /**
   * Allows the proxy in the security groups of the load balancers. Each rule is in this stack, also if the
   * load balancer is in another stack, because that stack must not depend on this one.
   */
  private allowToUpstreams(upstreams: readonly StackUpstream[]): void {
    for (const { options, bound } of upstreams) {
      warnOfOtherVpc(
        this,
        bound.securityGroups,
        this.cluster.vpc,
        'an upstream',
        'EC2 refuses the rule that allows the proxy, unless the VPCs are peered: peer them, or give the upstream securityGroups: [] and allow the traffic yourself',
      );
      for (const group of bound.securityGroups) {
        for (const own of this.taskConnections.securityGroups) {
          group.addIngressRule(own, Port.tcp(options.port), 'HAProxy', true);
        }
      }
    }
  }

  /** Registers the proxy with its monitor, and returns the probe. */
  private register(version: HaproxyVersion, props: HaproxyElbProxyProps, upstreams: readonly StackUpstream[]): Probe {
    const resolution = valuesOf(RESOLUTION, props.resolution);
    const { holdValidMillis, holdObsoleteMillis, holdOutageMillis } = checkResolution(version, resolution);
    return register(this, this.monitor, {
      proxyName: this.proxyName,
      haproxyVersion: version.toString(),
      upstreams: upstreams.map(({ name, options, bound }) => ({
        backend: name === undefined ? UPSTREAM_BACKEND : `${UPSTREAM_BACKEND}-${name}`,
        dnsName: bound.dnsName,
        port: options.port,
        loadBalancerArn: bound.loadBalancerArn,
        identity: options.identity?._kind,
      })),
      nameservers: props.resolution?.nameservers,
      tasks: HaproxyTasks.ofService(this.service, {
        runtimeApiPort: RUNTIME_API_PORT,
        securityGroups: this.taskConnections.securityGroups,
        vpc: this.cluster.vpc,
        probe: props.probe,
      }),
      viewPort: version._capabilities.ownView ? HEALTH_PORT : undefined,
      runtimeApiTls: props.runtimeApiTls?.checkerSecret ?? props.runtimeApiTls?.secret,
      suppressions: props.suppressions,
      resolutionMillis: holdValidMillis,
      dnsWindowMillis: ELB_TTL_MILLIS + holdValidMillis + holdObsoleteMillis,
      holdMillis: holdOutageMillis,
    });
  }
}

function render(
  version: HaproxyVersion,
  model: HaproxyConfigModel,
  files: readonly SecretFile[],
  zones: string | undefined,
): string {
  const text = HaproxyConfig.render(version, model);
  // In the JSON of a task definition, where a quote and the end of a line need two bytes.
  const bytes = Buffer.byteLength(JSON.stringify(text));
  const most = maxConfigBytes(files, zones);
  if (bytes > most) {
    const secrets = most < MAX_CONFIG_BYTES ? ', fewer secrets' : '';
    throw new InputError(
      `the configuration has ${bytes} bytes, and a task definition holds at most ${most} of it: give fewer routes, rules or name servers${secrets}, or shorter pages`,
    );
  }
  return text;
}

function imageOf(version: HaproxyVersion, digest: string | undefined): string {
  return digest === undefined ? version.image : `${version.image}@${digest}`;
}
