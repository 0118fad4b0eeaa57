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

/** How the tasks of a service are asked. */
export interface HaproxyServiceOptions {
  /** TCP port of the runtime API in each task, 1 to 65535. */
  readonly runtimeApiPort: number;

  /**
   * Security groups of the tasks: the monitor is let in to the port of the runtime API.
   *
   * @default - those of the service, where it is of this app; an imported one tells none, and a warning says so
   */
  readonly securityGroups?: ISecurityGroup[];
}

/** Where the running HAProxy processes of a proxy are found. */
export class HaproxyTasks {
  /**
   * The running tasks of an ECS service, made by this app or imported. Each task must have a network interface of its
   * own (network mode `awsvpc`).
   */
  public static ofService(service: IBaseService, options: HaproxyServiceOptions): HaproxyTasks {
    const { runtimeApiPort } = options;
    if (!Token.isUnresolved(runtimeApiPort)) {
      checkPort(runtimeApiPort, 'runtimeApiPort');
    }
    // The types say that there is one, which Python does not look at.
    if (service.cluster === undefined) {
      throw new InputError(
        `${service.node.path} does not tell its cluster: import it with BaseService.fromServiceArnWithCluster, or by attributes`,
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
          `no security group of ${service.node.path} is known: give securityGroups, or let the monitor in to port ${runtimeApiPort} yourself`,
        );
      }
      for (const group of groups) {
        letIn(scope, monitor, group, runtimeApiPort);
      }
      return { cluster: service.cluster.clusterArn, service: service.serviceName, runtimeApiPort };
    });
  }

  /**
   * Processes that are not on ECS. Whoever owns them must let the monitor in, and they cannot be repaired.
   *
   * @param endpoints the runtime API of each process, as `HOST:PORT` or `[IPV6]:PORT`
   */
  public static atEndpoints(endpoints: string[]): HaproxyTasks {
    refuseTokens('endpoints', endpoints);
    if (endpoints.length === 0) {
      throw new InputError('no endpoint given: give the runtime API of each process as HOST:PORT');
    }
    for (const endpoint of endpoints.filter((given) => !Token.isUnresolved(given))) {
      checkEndpoint(endpoint, 'endpoint');
    }
    return new HaproxyTasks(() => ({ endpoints }));
  }

  private constructor(
    /**
     * Lets a monitor find the processes and ask them.
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
 * A rule that stands in the stack of the scope: neither the stack of the tasks nor that of the monitor gets a dependency
 * by it. Two proxies of a stack that share a security group share the rule, also where each has imported the group.
 */
function letIn(scope: Construct, monitor: IDriftMonitor, group: ISecurityGroup, port: number): void {
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
