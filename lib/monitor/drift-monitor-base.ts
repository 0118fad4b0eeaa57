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
 * What a monitor of this app and an imported one have in common.
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
   * What judges deployments.
   *
   * @internal
   */
  protected abstract readonly _gate?: GateAccess;

  /**
   * Has each deployment of a service judged when its tasks run and before they take traffic: a revision that pins its
   * addresses, cannot resolve or runs another branch fails, and ECS rolls it back. The first deployment of a service
   * passes, because the registry does not know it yet.
   *
   * The registry learns of a change when its deployment is over. A new branch and routes that go are judged by what the
   * tasks themselves say; switch mutual TLS of the runtime API in a deployment without the gate, which could not read the
   * new tasks.
   *
   * @param service a service whose proxy is registered with this monitor, with a deployment strategy that has the stage
   *   `POST_SCALE_UP` (AWS documents it for blue/green, linear and canary)
   * @throws when the monitor has no gate
   */
  public gateDeployments(service: BaseService): void {
    if (this._gate === undefined) {
      throw new InputError(
        `${this.node.path} has no gate: make the DriftMonitor with gate, and name it to fromAttributes`,
      );
    }
    CheckPermissions.of(service, this).judgeRevisions(service);
    addGate(service, this._gate);
  }

  /**
   * Incidents that are open, over all proxies of this monitor, those of severity `info` left out.
   *
   * @default - the maximum over one minute
   */
  public metricOpenIncidents(options?: MetricOptions): Metric {
    return this.metric(METRICS.openIncidents, options);
  }

  /**
   * Critical incidents that are open, over all proxies of this monitor.
   *
   * @default - the maximum over one minute
   */
  public metricCriticalIncidents(options?: MetricOptions): Metric {
    return this.metric(METRICS.criticalIncidents, options);
  }

  /**
   * 1 for each run that was finished.
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
   * Proxies that a run did not reach in its time or could not check, in whole or in part.
   *
   * @default - the maximum over one minute
   */
  public metricUncheckedProxies(options?: MetricOptions): Metric {
    return this.metric(METRICS.uncheckedProxies, options);
  }

  /**
   * Parameters of the registry that are not records.
   *
   * @default - the maximum over one minute
   */
  public metricMalformedRecords(options?: MetricOptions): Metric {
    return this.metric(METRICS.malformedRecords, options);
  }

  /**
   * Repairs that were begun.
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
