import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { CfnSecurityGroupIngress, type IConnectable, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IBaseService } from 'aws-cdk-lib/aws-ecs';
import type { Construct, IConstruct } from 'constructs';
import type { TaskSource } from '../contract/registry-record';
import { checkEndpoint, checkPort } from '../haproxy/address';
import { InputError } from '../haproxy/errors';
import { refuseTokens } from '../private/checks';
import { CheckPermissions } from '../private/monitor/check-permissions';
import type { IDriftMonitor } from './drift-monitor-interface';

/** How the checker reaches the tasks of a service. */
export interface HaproxyServiceOptions {
  /** TCP port of the runtime API in each task, 1 to 65535. */
  readonly runtimeApiPort: number;

  /**
   * Security groups of the tasks. They then allow the monitor at the port of the runtime API.
   *
   * @default - those of the service if it is of this app; an imported service has none, which causes a warning
   */
  readonly securityGroups?: ISecurityGroup[];
}

/** Where the running HAProxy processes of a proxy are. */
export class HaproxyTasks {
  /**
   * The running tasks of an ECS service, of this app or imported. Each task must have its own network interface
   * (network mode `awsvpc`).
   */
  public static ofService(service: IBaseService, options: HaproxyServiceOptions): HaproxyTasks {
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
    return new HaproxyTasks((scope, monitor) => {
      const permissions = CheckPermissions.of(scope, monitor);
      permissions.findTasks(service.cluster.clusterArn);
      if (monitor.repair?._mode === 'redeploy') {
        permissions.redeploy(service.serviceArn);
      }
      const groups = options.securityGroups ?? securityGroupsOf(service);
      if (groups.length === 0) {
        Annotations.of(scope).addWarningV2(
          'cdk-haproxy-elb:runtime-api-not-opened',
          `no security group of ${service.node.path} is known: give securityGroups, or allow the monitor at port ${runtimeApiPort} yourself`,
        );
      }
      for (const group of groups) {
        allowMonitor(scope, monitor, group, runtimeApiPort);
      }
      return { cluster: service.cluster.clusterArn, service: service.serviceName, runtimeApiPort };
    });
  }

  /**
   * Processes that are not on ECS. Allow the monitor at these endpoints yourself; the monitor cannot repair the
   * processes.
   *
   * @param endpoints the runtime API of each process, as `HOST:PORT` or `[IPV6]:PORT`
   */
  public static atEndpoints(endpoints: string[]): HaproxyTasks {
    refuseTokens('endpoints', endpoints);
    if (endpoints.length === 0) {
      throw new InputError('endpoints is empty: give the runtime API of each process as HOST:PORT');
    }
    for (const endpoint of endpoints.filter((given) => !Token.isUnresolved(given))) {
      checkEndpoint(endpoint, 'endpoint');
    }
    return new HaproxyTasks(() => ({ endpoints }));
  }

  private constructor(
    /**
     * Allows a monitor to find the processes and to read their runtime APIs.
     *
     * @internal
     */
    public readonly _bind: (scope: Construct, monitor: IDriftMonitor) => TaskSource,
  ) {}
}

function securityGroupsOf(service: IBaseService): ISecurityGroup[] {
  return 'connections' in service ? (service as IBaseService & IConnectable).connections.securityGroups : [];
}

/**
 * Allows the monitor in a security group, by a rule in the stack of the scope: so neither the stack of the tasks nor
 * that of the monitor depends on the other. Proxies of a stack with the same security group share the rule, also where
 * each has imported the group.
 */
function allowMonitor(scope: Construct, monitor: IDriftMonitor, group: ISecurityGroup, port: number): void {
  const stack = Stack.of(scope);
  for (const source of monitor.connections.securityGroups) {
    const id = `DriftCheck${source.node.addr}${group.node.addr}${Token.isUnresolved(port) ? '' : port}`;
    const rule = {
      groupId: group.securityGroupId,
      sourceSecurityGroupId: source.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
    };
    const isRule = (one: IConstruct) =>
      CfnSecurityGroupIngress.isCfnSecurityGroupIngress(one) &&
      one.groupId === rule.groupId &&
      one.sourceSecurityGroupId === rule.sourceSecurityGroupId &&
      one.fromPort === port;
    if (stack.node.tryFindChild(id) === undefined && !stack.node.children.some(isRule)) {
      new CfnSecurityGroupIngress(stack, id, { ...rule, description: 'Drift checker: runtime API of HAProxy' });
    }
  }
}
