import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { BaseService } from 'aws-cdk-lib/aws-ecs';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { METRICS } from '../contract/metrics';
import { InputError } from '../haproxy/errors';
import { checkArguments } from '../private/check-arguments';
import { CheckPermissions } from '../private/monitor/check-permissions';
import { addGate, type GateAccess } from '../private/monitor/deployment-gate';
import { incidentPattern, severityOf } from '../private/monitor/incident-pattern';
import { metricOf } from '../private/monitor/metric';
import type { IDriftHub } from './drift-hub-interface';
import type { IDriftMonitor } from './drift-monitor-interface';
import { type ForwardIncidentsOptions, IncidentForwarding } from './incident-forwarding';
import type { OnIncidentOptions } from './incident-rule';
import type { Repair } from './repair';

/**
 * The base of monitors of this app and of imported ones.
 *
 * @internal
 */
export abstract class DriftMonitorBase extends Construct implements IDriftMonitor {
  public abstract readonly monitorName: string;
  public abstract readonly registryPath: string;
  public abstract readonly role: IRole;
  public abstract readonly graceChecks: number;
  public abstract readonly functionArn: string;
  public abstract readonly repair?: Repair;

  /**
   * The function that checks deployments.
   *
   * @internal
   */
  protected abstract readonly _gate?: GateAccess;

  /**
   * Sends each incident that opens, changes or closes to a target. One noisy proxy does not hide the incidents of
   * another one, as in an alarm. The event and its fields are described in `docs/events.md`. EventBridge delivers an
   * event at least once: drop repeats by `eventId`.
   *
   * @param id the id of the rule
   * @param options which incidents, and where their events go
   */
  public onIncident(id: string, options: OnIncidentOptions = {}): Rule {
    checkArguments('DriftMonitor.onIncident', options);
    return new Rule(this.rules(), id, {
      description: `Incidents of ${this.monitorName}, ${severityOf(options)} and above`,
      eventPattern: incidentPattern(id, options, [this.monitorName]),
      targets: options.target && [options.target],
    });
  }

  /**
   * Forwards every incident to a hub, of any account and region of the same partition. The rules, alarms and targets of
   * this monitor stay: it works without the hub.
   *
   * @param id the id of the forwarding
   * @param hub a hub of this app, or imported with `DriftHub.fromBusArn`
   * @param options who hears of events that did not reach the hub
   */
  public forwardIncidents(id: string, hub: IDriftHub, options: ForwardIncidentsOptions = {}): IncidentForwarding {
    checkArguments('DriftMonitor.forwardIncidents', hub, options);
    return new IncidentForwarding(this.rules(), id, { ...options, monitorName: this.monitorName, hub });
  }

  /** The scope of the rules, because their ids are not ours. */
  private rules(): Construct {
    return (this.node.tryFindChild('OnIncident') as Construct | undefined) ?? new Construct(this, 'OnIncident');
  }

  /**
   * Checks each deployment of a service when its tasks run and before they take traffic. A revision that pins its
   * addresses, cannot resolve names or runs another branch fails, and ECS rolls it back. The first deployment of a service
   * passes, because the registry does not have it yet.
   *
   * CloudFormation updates the registry after the deployment. The gate therefore takes a new branch and removed routes from
   * the tasks themselves. It cannot read new tasks that switch mutual TLS of the runtime API on or off: deploy such a
   * change without the gate.
   *
   * A service that no proxy registers with this monitor passes too, which is a warning when the app is synthesized.
   *
   * @param service a service whose proxy is registered with this monitor, with a deployment strategy that has the stage
   *   `POST_SCALE_UP` (AWS documents it for blue/green, linear and canary)
   * @throws when a monitor of this app has no gate; CloudFormation fails when an imported one has none
   */
  public gateDeployments(service: BaseService): void {
    if (this._gate === undefined) {
      throw new InputError(`${this.node.path} has no gate: give gate: true to the DriftMonitor`);
    }
    CheckPermissions.of(service, this).checkRevisions(service);
    addGate(service, this, this._gate);
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
   * Repairs that the monitor started.
   *
   * @default - the maximum over one minute
   */
  public metricRepairs(options?: MetricOptions): Metric {
    return this.metric(METRICS.repairs, options);
  }

  /**
   * Seconds from a change to the opening of its incident, for the incidents that a run opens.
   *
   * @default - the maximum over one minute
   */
  public metricDetectionSeconds(options?: MetricOptions): Metric {
    return this.metric(METRICS.detectionSeconds, options);
  }

  /**
   * Age of the oldest open incident, seconds, without those of severity `info`; 0 if there is none.
   *
   * @default - the maximum over one minute
   */
  public metricOldestIncidentSeconds(options?: MetricOptions): Metric {
    return this.metric(METRICS.oldestIncidentSeconds, options);
  }

  /**
   * Findings that open no incident because of a suppression.
   *
   * @default - the maximum over one minute
   */
  public metricSuppressedIncidents(options?: MetricOptions): Metric {
    return this.metric(METRICS.suppressedIncidents, options);
  }

  /**
   * Events of incidents that no run could deliver yet.
   *
   * @default - the maximum over one minute
   */
  public metricUndeliveredEvents(options?: MetricOptions): Metric {
    return this.metric(METRICS.undeliveredEvents, options);
  }

  private metric(metricName: string, options?: MetricOptions): Metric {
    return metricOf({ monitorName: this.monitorName }, metricName, options);
  }
}
