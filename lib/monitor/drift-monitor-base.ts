import type { Duration } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Connections } from 'aws-cdk-lib/aws-ec2';
import type { BaseService } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { METRICS } from '../contract/metrics';
import { InputError } from '../haproxy/errors';
import { CheckPermissions } from '../private/monitor/check-permissions';
import { addGate, type GateAccess } from '../private/monitor/deployment-gate';
import { metricOf } from '../private/monitor/metric';
import type { IDriftMonitor } from './drift-monitor-interface';
import type { Repair } from './repair';

/**
 * The base of monitors of this app and of imported ones.
 *
 * @internal
 */
export abstract class DriftMonitorBase extends Construct implements IDriftMonitor {
  public abstract readonly registryPath: string;
  public abstract readonly role: IRole;
  public abstract readonly grace: Duration;
  public abstract readonly repair?: Repair;
  public abstract readonly connections: Connections;

  /**
   * Name of the monitor: the dimension of its metrics.
   *
   * @internal
   */
  protected abstract readonly _monitorName: string;

  /**
   * The function that checks deployments.
   *
   * @internal
   */
  protected abstract readonly _gate?: GateAccess;

  /**
   * Checks each deployment of a service when its tasks run and before they take traffic. A revision that pins its
   * addresses, cannot resolve names or runs another branch fails, and ECS rolls it back. The first deployment of a service
   * passes, because the registry does not have it yet.
   *
   * CloudFormation updates the registry after the deployment. The gate therefore takes a new branch and removed routes from
   * the tasks themselves. It cannot read new tasks that switch mutual TLS of the runtime API on or off: deploy such a
   * change without the gate.
   *
   * @param service a service whose proxy is registered with this monitor, with a deployment strategy that has the stage
   *   `POST_SCALE_UP` (AWS documents it for blue/green, linear and canary)
   * @throws when the monitor has no gate
   */
  public gateDeployments(service: BaseService): void {
    if (this._gate === undefined) {
      throw new InputError(
        `${this.node.path} has no gate: give gate: true to the DriftMonitor, and gateFunctionArn and gateRoleArn to fromAttributes`,
      );
    }
    CheckPermissions.of(service, this).checkRevisions(service);
    addGate(service, this._gate);
  }

  /**
   * Open incidents of all proxies of this monitor, without those of severity `info`.
   *
   * @default - the maximum over one minute
   */
  public metricOpenIncidents(options?: MetricOptions): Metric {
    return this.metric(METRICS.openIncidents, options);
  }

  /**
   * Open critical incidents of all proxies of this monitor.
   *
   * @default - the maximum over one minute
   */
  public metricCriticalIncidents(options?: MetricOptions): Metric {
    return this.metric(METRICS.criticalIncidents, options);
  }

  /**
   * 1 for each finished run.
   *
   * @default - the maximum over one minute
   */
  public metricHeartbeat(options?: MetricOptions): Metric {
    return this.metric(METRICS.heartbeat, options);
  }

  /**
   * Proxies that a run checked.
   *
   * @default - the maximum over one minute
   */
  public metricCheckedProxies(options?: MetricOptions): Metric {
    return this.metric(METRICS.checkedProxies, options);
  }

  /**
   * Proxies that a run could not check, in whole or in part, or for which it had no time.
   *
   * @default - the maximum over one minute
   */
  public metricUncheckedProxies(options?: MetricOptions): Metric {
    return this.metric(METRICS.uncheckedProxies, options);
  }

  /**
   * Parameters of the registry that are not valid records.
   *
   * @default - the maximum over one minute
   */
  public metricMalformedRecords(options?: MetricOptions): Metric {
    return this.metric(METRICS.malformedRecords, options);
  }

  /**
   * Repairs that the checker started.
   *
   * @default - the maximum over one minute
   */
  public metricRepairs(options?: MetricOptions): Metric {
    return this.metric(METRICS.repairs, options);
  }

  private metric(metricName: string, options?: MetricOptions): Metric {
    return metricOf(METRICS.monitorDimension, this._monitorName, metricName, options);
  }
}
