import { Token } from 'aws-cdk-lib';
import { CfnScalingPolicy, type ScalableTarget } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { BaseService, CfnService } from 'aws-cdk-lib/aws-ecs';
import { InputError } from '../../haproxy/errors';
import type { ProxyIngressConfig } from '../../proxy/ingress-bind';
import type { ProxyScaling, ScheduledTasks } from '../../proxy/scaling';
import { checkCount } from '../checks';
import { MAX_TASKS, SCALING } from '../options';

/** The numbers of tasks below which scaling does not go; without scaling, the number of tasks. Each may be a token. */
export function leastTasksOf(desiredCount: number, scaling: ProxyScaling | undefined): number[] {
  return scaling === undefined
    ? [desiredCount]
    : [scaling.minTasks ?? desiredCount, ...(scaling.schedules ?? []).map(({ minTasks }) => minTasks)];
}

/** Lets the number of tasks follow the load. */
export function scale(
  service: BaseService,
  scaling: ProxyScaling,
  desiredCount: number,
  ingress: ProxyIngressConfig,
  shiftsTraffic: boolean,
): void {
  const { maxTasks, minTasks = desiredCount, connectionsPerTask, schedules = [] } = scaling;
  checkCount('maxTasks', maxTasks, { min: 1, max: MAX_TASKS });
  checkCount('cpuPercent', scaling.cpuPercent, SCALING.cpuPercent);
  checkCount('connectionsPerTask', connectionsPerTask, SCALING.connectionsPerTask);
  for (const bounds of [{ minTasks, maxTasks }, ...schedules]) {
    checkBounds(bounds);
  }
  const count = service.autoScaleTaskCount({ minCapacity: minTasks, maxCapacity: maxTasks });
  // Without another target scaling follows the CPU: TLS and HTTP need CPU before they need memory.
  const cpuPercent = scaling.cpuPercent ?? (connectionsPerTask === undefined ? SCALING.cpuPercent.default : undefined);
  if (cpuPercent !== undefined) {
    count.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: cpuPercent });
  }
  if (connectionsPerTask !== undefined) {
    if (shiftsTraffic) {
      throw new InputError(
        'connectionsPerTask cannot be combined with a blue/green, linear or canary deployment, which moves the tasks to a target group where they are not counted: give cpuPercent, or a rolling deployment',
      );
    }
    trackConnections(count.node.findChild('Target') as ScalableTarget, connectionsPerTask, ingress);
  }
  for (const [i, { schedule, minTasks: minCapacity, maxTasks: maxCapacity }] of schedules.entries()) {
    count.scaleOnSchedule(`Schedule${i}`, { schedule, minCapacity, maxCapacity });
  }
  // A deployment must not reset the number of tasks. A new service begins with one task and scales at once.
  (service.node.findChild('Service') as CfnService).addPropertyDeletionOverride('DesiredCount');
}

function checkBounds({ minTasks, maxTasks }: Pick<ScheduledTasks, 'minTasks' | 'maxTasks'>): void {
  checkCount('minTasks', minTasks, SCALING.minTasks);
  checkCount('maxTasks', maxTasks, SCALING.minTasks);
  if (![minTasks, maxTasks].some(Token.isUnresolved) && minTasks > maxTasks) {
    throw new InputError(
      `minTasks '${minTasks}' is more than maxTasks '${maxTasks}': give minTasks at most the value of maxTasks`,
    );
  }
}

/** No metric has the connections of one task, and the high-level construct accepts no expression over metrics. */
function trackConnections(
  target: ScalableTarget,
  targetValue: number,
  { connectionCount, taskCount }: ProxyIngressConfig,
): void {
  if (connectionCount === undefined || taskCount === undefined) {
    throw new InputError(
      'connectionsPerTask needs a load balancer that counts connections: give ProxyIngress.networkLoadBalancer(), or cpuPercent',
    );
  }
  new CfnScalingPolicy(target, 'Connections', {
    policyName: `${target.node.addr}-connections`,
    policyType: 'TargetTrackingScaling',
    scalingTargetId: target.scalableTargetId,
    targetTrackingScalingPolicyConfiguration: {
      targetValue,
      customizedMetricSpecification: {
        metrics: [
          query('connections', connectionCount),
          query('tasks', taskCount),
          { id: 'each', expression: 'connections / tasks', label: 'Connections of a task', returnData: true },
        ],
      },
    },
  });
}

function query(id: string, metric: IMetric): CfnScalingPolicy.TargetTrackingMetricDataQueryProperty {
  const { namespace, metricName, dimensions, statistic: stat } = metric.toMetricConfig().metricStat!;
  return {
    id,
    returnData: false,
    metricStat: {
      stat,
      metric: { namespace, metricName, dimensions: dimensions?.map(({ name, value }) => ({ name, value })) },
    },
  };
}
