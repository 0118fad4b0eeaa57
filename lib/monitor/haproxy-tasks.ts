import { Annotations, Token } from 'aws-cdk-lib';
import type { IAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import type { IConnectable, ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { BaseService, ContainerDefinition, ExternalService, type IBaseService, NetworkMode } from 'aws-cdk-lib/aws-ecs';
import type { IService } from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import type { TaskSource } from '../contract/registry-record';
import { checkEndpoint, checkHostName, checkPort } from '../haproxy/address';
import { InputError } from '../haproxy/errors';
import { checkArguments } from '../private/check-arguments';
import { refuseTokens } from '../private/checks';
import { CheckPermissions } from '../private/monitor/check-permissions';
import { Probe } from '../private/monitor/probe';
import { noteRegistered } from '../private/monitor/registered-services';
import type { IDriftMonitor } from './drift-monitor-interface';
import type { ProbeOptions } from './probe-options';

/**
 * Ports of an instance that Docker gives to containers without a `hostPort`.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
 */
const DYNAMIC_PORTS = [32_768, 65_535] as const;

/** How the monitor reaches the tasks of a service. */
export interface HaproxyServiceOptions {
  /**
   * TCP port of the runtime API in each task, 1 to 65535. In network mode `bridge` the port in the container: the monitor
   * finds the port of the instance.
   */
  readonly runtimeApiPort: number;

  /**
   * Security groups of the tasks or, in network mode `bridge` or `host`, of the instances. They then allow the probe at
   * the port of the runtime API.
   *
   * @default - those of the service or, for instances, of its cluster (`addCapacity`). An imported service and the instances
   * of a capacity provider have none, which causes a warning
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * The VPC of the tasks, for the probe. Machines outside of AWS must be reachable from it.
   *
   * @default - that of the cluster
   */
  readonly vpc?: IVpc;

  /**
   * Network mode of the tasks. In `bridge` and `host` the monitor also reads the addresses of the instances.
   *
   * @default - that of the task definition; `NetworkMode.AWS_VPC` for an imported service
   */
  readonly networkMode?: NetworkMode;

  /**
   * Whether the tasks run on machines outside of AWS (launch type `EXTERNAL`). Systems Manager knows their addresses.
   *
   * @default - whether the service is an `ExternalService` of this app
   */
  readonly external?: boolean;

  /**
   * Subnets, security groups and log of the probe.
   *
   * @default - those of `ProbeOptions`
   */
  readonly probe?: ProbeOptions;
}

/** How the monitor reaches processes whose addresses it looks up. */
export interface HaproxyInstancesOptions {
  /** TCP port of the runtime API of each process, 1 to 65535. */
  readonly runtimeApiPort: number;

  /** The VPC of the probe: the one of the processes, or one from which they can be reached. */
  readonly vpc: IVpc;

  /**
   * Security groups of the processes. They then allow the probe at the port of the runtime API.
   *
   * @default - those of the Auto Scaling group if it is of this app; else none, which causes a warning
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * Subnets, security groups and log of the probe.
   *
   * @default - those of `ProbeOptions`
   */
  readonly probe?: ProbeOptions;
}

/** How the monitor reaches processes at fixed endpoints. */
export interface HaproxyEndpointsOptions {
  /** The VPC of the probe: the one of the processes, or one from which they can be reached. */
  readonly vpc: IVpc;

  /**
   * Subnets, security groups and log of the probe.
   *
   * @default - those of `ProbeOptions`
   */
  readonly probe?: ProbeOptions;
}

/** Where the processes of a proxy are, and the probe that reads them. */
interface BoundTasks {
  readonly source: TaskSource;
  readonly probe: Probe;
}

/** Ports of the processes that the probe is allowed at. */
type PortRange = readonly [first: number, last: number];

/** Where the running HAProxy processes of a proxy are. */
export class HaproxyTasks {
  /**
   * The running tasks of an ECS service, of this app or imported, in any network mode. A task in mode `bridge` or `host`
   * has the address of its instance.
   */
  public static ofService(service: IBaseService, options: HaproxyServiceOptions): HaproxyTasks {
    checkArguments('HaproxyTasks.ofService', service, options);
    const { runtimeApiPort } = options;
    checkRuntimeApiPort(options);
    // The types require a cluster, and Python does not check types.
    if (service.cluster === undefined) {
      throw new InputError(
        `the cluster of ${service.node.path} is not known: import the service with BaseService.fromServiceArnWithCluster, or by attributes`,
      );
    }
    const definition = service instanceof BaseService ? service.taskDefinition : undefined;
    const networkMode = options.networkMode ?? definition?.networkMode ?? NetworkMode.AWS_VPC;
    const ownInterfaces = networkMode === NetworkMode.AWS_VPC;
    const external = options.external ?? service instanceof ExternalService;
    const ports = networkMode === NetworkMode.BRIDGE ? bridgePorts(service, runtimeApiPort) : portRange(runtimeApiPort);
    return new HaproxyTasks((scope, monitor, viewPort) => {
      noteRegistered(monitor, service);
      const permissions = CheckPermissions.of(scope, monitor);
      permissions.findTasks(service.cluster.clusterArn);
      if (!ownInterfaces) {
        permissions.findContainerInstances(service.cluster.clusterArn, external);
      }
      if (monitor.repair?._mode === 'redeploy') {
        permissions.redeploy(service.serviceArn);
      }
      const probe = Probe.of(scope, monitor, options.vpc ?? vpcOf(service), options.probe);
      const ofHosts = ownInterfaces ? securityGroupsOf(service) : securityGroupsOf(service.cluster);
      const groups = options.securityGroups ?? ofHosts;
      allow(scope, probe, groups, ports, service.node.path);
      for (const group of viewPort === undefined ? [] : groups) {
        probe.allowToTasks(group, viewPort!);
      }
      return {
        source: { cluster: service.cluster.clusterArn, service: service.serviceName, runtimeApiPort },
        probe,
      };
    });
  }

  /**
   * HAProxy on the instances of an Auto Scaling group that are in service and healthy, one process on each. The monitor
   * cannot repair them.
   */
  public static ofAutoScalingGroup(group: IAutoScalingGroup, options: HaproxyInstancesOptions): HaproxyTasks {
    checkArguments('HaproxyTasks.ofAutoScalingGroup', group, options);
    const { runtimeApiPort } = options;
    return HaproxyTasks._lookedUp(options, group.node.path, securityGroupsOf(group), (scope, monitor) => {
      CheckPermissions.of(scope, monitor).findGroups();
      return { autoScalingGroup: group.autoScalingGroupName, runtimeApiPort };
    });
  }

  /**
   * HAProxy on the running EC2 instances of this account and region that have all of these tags, one process on each. The
   * monitor cannot repair them.
   *
   * @param tags values by key, one or more; compared exactly
   */
  public static ofInstances(tags: { [key: string]: string }, options: HaproxyInstancesOptions): HaproxyTasks {
    checkArguments('HaproxyTasks.ofInstances', tags, options);
    const { runtimeApiPort } = options;
    if (Object.keys(tags).length === 0) {
      throw new InputError('tags of the instances are empty: give one or more, because every instance has no tag');
    }
    return HaproxyTasks._lookedUp(options, 'the instances', [], (scope, monitor) => {
      CheckPermissions.of(scope, monitor).findInstances();
      return { instanceTags: tags, runtimeApiPort };
    });
  }

  /**
   * The healthy instances of a Cloud Map service, at most 1,000; all of them where none is healthy. Each has the attribute
   * `AWS_INSTANCE_IPV4` or `AWS_INSTANCE_IPV6`, as ECS registers it. The monitor cannot repair them.
   */
  public static ofCloudMapService(service: IService, options: HaproxyInstancesOptions): HaproxyTasks {
    checkArguments('HaproxyTasks.ofCloudMapService', service, options);
    const { runtimeApiPort } = options;
    return HaproxyTasks._lookedUp(options, service.node.path, [], (scope, monitor) => {
      const [cloudMapNamespace, cloudMapService] = [service.namespace.namespaceName, service.serviceName];
      CheckPermissions.of(scope, monitor).discover(cloudMapNamespace, cloudMapService);
      return { cloudMapNamespace, cloudMapService, runtimeApiPort };
    });
  }

  /**
   * A DNS name whose every address is a HAProxy. The probe looks it up in its VPC. Of a name with IPv4 and IPv6 addresses
   * the IPv4 ones count. A resolver may answer with a part of many addresses, as Cloud Map does (8): use
   * `ofCloudMapService` there. The monitor cannot repair the processes.
   */
  public static atName(name: string, options: HaproxyInstancesOptions): HaproxyTasks {
    checkArguments('HaproxyTasks.atName', name, options);
    const { runtimeApiPort } = options;
    if (!Token.isUnresolved(name)) {
      checkHostName(name, 'name of the processes');
    }
    return HaproxyTasks._lookedUp(options, name, [], () => ({ name, runtimeApiPort }));
  }

  /**
   * Processes at fixed endpoints. Allow the `probe` of the `MonitoredHaproxy` at these endpoints yourself; the monitor
   * cannot repair the processes.
   *
   * @param endpoints the runtime API of each process, as `HOST:PORT` or `[IPV6]:PORT`
   * @param options from where the processes are read
   */
  public static atEndpoints(endpoints: string[], options: HaproxyEndpointsOptions): HaproxyTasks {
    checkArguments('HaproxyTasks.atEndpoints', endpoints, options);
    refuseTokens('endpoints', endpoints);
    if (endpoints.length === 0) {
      throw new InputError('endpoints is empty: give the runtime API of each process as HOST:PORT');
    }
    for (const endpoint of endpoints.filter((given) => !Token.isUnresolved(given))) {
      checkEndpoint(endpoint, 'endpoint');
    }
    return new HaproxyTasks((scope, monitor) => {
      const probe = Probe.of(scope, monitor, options.vpc, options.probe);
      for (const endpoint of endpoints) {
        probe.allowToEndpoint(endpoint);
      }
      return { source: { endpoints }, probe };
    });
  }

  private constructor(
    /**
     * Allows a monitor to find the processes and to read them.
     *
     * @internal
     */
    public readonly _bind: (scope: Construct, monitor: IDriftMonitor, viewPort: number | undefined) => BoundTasks,
  ) {}

  /**
   * Processes whose addresses the controller looks up.
   *
   * @internal
   */
  public static _lookedUp(
    options: HaproxyInstancesOptions,
    what: string,
    ownGroups: ISecurityGroup[],
    sourceOf: (scope: Construct, monitor: IDriftMonitor) => TaskSource,
  ): HaproxyTasks {
    checkRuntimeApiPort(options);
    return new HaproxyTasks((scope, monitor) => {
      const source = sourceOf(scope, monitor);
      const probe = Probe.of(scope, monitor, options.vpc, options.probe);
      const groups = options.securityGroups ?? ownGroups;
      allow(scope, probe, groups, portRange(options.runtimeApiPort), what);
      return { source, probe };
    });
  }
}

function checkRuntimeApiPort({ runtimeApiPort }: { readonly runtimeApiPort: number }): void {
  if (!Token.isUnresolved(runtimeApiPort)) {
    checkPort(runtimeApiPort, 'runtimeApiPort');
  }
}

const portRange = (port: number): PortRange => [port, port];

/** Allows the probe to reach processes: by their security groups, or by none where none is known. */
function allow(
  scope: Construct,
  probe: Probe,
  groups: readonly ISecurityGroup[],
  [first, last]: PortRange,
  what: string,
): void {
  if (groups.length === 0) {
    const ports = first === last ? `port ${first}` : `ports ${first} to ${last}`;
    Annotations.of(scope).addWarningV2(
      'cdk-haproxy-elb:runtime-api-not-opened',
      `no security group of ${what} is known: give securityGroups, or allow the probe at ${ports} yourself`,
    );
    probe.allowToAnyTask(first, last);
  }
  for (const group of groups) {
    probe.allowToTasks(group, first, last);
  }
}

/** The ports of an instance that lead to a port of its containers; those of an imported service are not known. */
function bridgePorts(service: IBaseService, runtimeApiPort: number): PortRange {
  if (!(service instanceof BaseService)) {
    return DYNAMIC_PORTS;
  }
  const containers = service.taskDefinition.node.findAll().filter((one) => one instanceof ContainerDefinition);
  const mappings = containers.flatMap(({ portMappings }) => portMappings);
  const mapping = mappings.find(({ containerPort, protocol = 'tcp' }) => {
    return containerPort === runtimeApiPort && protocol === 'tcp';
  });
  if (mapping === undefined && !Token.isUnresolved(runtimeApiPort)) {
    throw new InputError(
      `no container of ${service.taskDefinition.node.path} maps runtimeApiPort ${runtimeApiPort}: add a port mapping, because network mode bridge opens no other port`,
    );
  }
  return mapping?.hostPort ? portRange(mapping.hostPort) : DYNAMIC_PORTS;
}

/** What is imported has none; a cluster that is imported by its ARN throws. */
function securityGroupsOf(target: object): ISecurityGroup[] {
  try {
    return (target as Partial<IConnectable>).connections?.securityGroups ?? [];
  } catch {
    return [];
  }
}

/** The VPC of the cluster of a service. A cluster that is imported by its ARN alone has none, and throws. */
function vpcOf(service: IBaseService): IVpc {
  try {
    return service.cluster.vpc;
  } catch {
    throw new InputError(
      `the VPC of ${service.node.path} is not known, because its cluster is imported without one: give vpc to HaproxyTasks.ofService`,
    );
  }
}
