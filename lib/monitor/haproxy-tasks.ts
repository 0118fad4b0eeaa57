import { Annotations, Token } from 'aws-cdk-lib';
import type { IConnectable, ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IBaseService } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { TaskSource } from '../contract/registry-record';
import { checkEndpoint, checkPort } from '../haproxy/address';
import { InputError } from '../haproxy/errors';
import { checkArguments } from '../private/check-arguments';
import { refuseTokens } from '../private/checks';
import { CheckPermissions } from '../private/monitor/check-permissions';
import { Probe } from '../private/monitor/probe';
import { noteRegistered } from '../private/monitor/registered-services';
import type { IDriftMonitor } from './drift-monitor-interface';
import type { ProbeOptions } from './probe-options';

/** How the monitor reaches the tasks of a service. */
export interface HaproxyServiceOptions {
  /** TCP port of the runtime API in each task, 1 to 65535. */
  readonly runtimeApiPort: number;

  /**
   * Security groups of the tasks. They then allow the probe at the port of the runtime API.
   *
   * @default - those of the service if it is of this app; an imported service has none, which causes a warning
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * The VPC of the tasks, for the probe.
   *
   * @default - that of the cluster
   */
  readonly vpc?: IVpc;

  /**
   * Subnets, security groups and log of the probe.
   *
   * @default - those of `ProbeOptions`
   */
  readonly probe?: ProbeOptions;
}

/** How the monitor reaches processes that are not on ECS. */
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

/** Where the running HAProxy processes of a proxy are. */
export class HaproxyTasks {
  /**
   * The running tasks of an ECS service, of this app or imported. Each task must have its own network interface
   * (network mode `awsvpc`).
   */
  public static ofService(service: IBaseService, options: HaproxyServiceOptions): HaproxyTasks {
    checkArguments('HaproxyTasks.ofService', service, options);
    const { runtimeApiPort } = options;
    if (!Token.isUnresolved(runtimeApiPort)) {
      checkPort(runtimeApiPort, 'runtimeApiPort');
    }
    // The types require a cluster, and Python does not check types.
    if (service.cluster === undefined) {
      throw new InputError(
        `the cluster of ${service.node.path} is not known: import the service with BaseService.fromServiceArnWithCluster, or by attributes`,
      );
    }
    return new HaproxyTasks((scope, monitor, viewPort) => {
      noteRegistered(monitor, service);
      const permissions = CheckPermissions.of(scope, monitor);
      permissions.findTasks(service.cluster.clusterArn);
      if (monitor.repair?._mode === 'redeploy') {
        permissions.redeploy(service.serviceArn);
      }
      const probe = Probe.of(scope, monitor, options.vpc ?? vpcOf(service), options.probe);
      const groups = options.securityGroups ?? securityGroupsOf(service);
      if (groups.length === 0) {
        Annotations.of(scope).addWarningV2(
          'cdk-haproxy-elb:runtime-api-not-opened',
          `no security group of ${service.node.path} is known: give securityGroups, or allow the probe at port ${runtimeApiPort} yourself`,
        );
        probe.allowToAnyTask(runtimeApiPort);
      }
      for (const group of groups) {
        probe.allowToTasks(group, runtimeApiPort);
        if (viewPort !== undefined) {
          probe.allowToTasks(group, viewPort);
        }
      }
      return {
        source: { cluster: service.cluster.clusterArn, service: service.serviceName, runtimeApiPort },
        probe,
      };
    });
  }

  /**
   * Processes that are not on ECS. Allow the `probe` of the `MonitoredHaproxy` at these endpoints
   * yourself; the monitor cannot repair the
   * processes.
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
}

function securityGroupsOf(service: IBaseService): ISecurityGroup[] {
  return 'connections' in service ? (service as IBaseService & IConnectable).connections.securityGroups : [];
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
