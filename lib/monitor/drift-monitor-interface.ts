import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { BaseService } from 'aws-cdk-lib/aws-ecs';
import type { Rule } from 'aws-cdk-lib/aws-events';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { IDriftHub } from './drift-hub-interface';
import type { ForwardIncidentsOptions, IncidentForwarding } from './incident-forwarding';
import type { OnIncidentOptions } from './incident-rule';
import type { Repair } from './repair';

/** A drift monitor, of this app or imported. */
export interface IDriftMonitor extends IConstruct {
  /** Name of the monitor: dimension of its metrics, and the one value that another app needs. */
  readonly monitorName: string;
  /** Path of the SSM parameters of the monitor: what to check. */
  readonly registryPath: string;
  /** The role of the controller. Each proxy adds the permissions to check it. */
  readonly role: IRole;
  /** Checks in a row that must have a finding before it becomes an incident. */
  readonly graceChecks: number;
  /** ARN of the function of the controller. Invoke it with `{ "census": true }` for a census of this monitor. */
  readonly functionArn: string;
  /**
   * What the monitor does about a proxy with a critical incident.
   *
   * @default - nothing
   */
  readonly repair?: Repair;

  /** Sends each incident that opens, changes or closes to a target. */
  onIncident(id: string, options?: OnIncidentOptions): Rule;
  /** Forwards every incident to a hub, of any account and region. */
  forwardIncidents(id: string, hub: IDriftHub, options?: ForwardIncidentsOptions): IncidentForwarding;
  /** Checks each deployment of a service before its tasks take traffic. */
  gateDeployments(service: BaseService): void;

  /** Open incidents of all proxies, without those of severity `info`. */
  metricOpenIncidents(options?: MetricOptions): Metric;
  /** Open critical incidents of all proxies. */
  metricCriticalIncidents(options?: MetricOptions): Metric;
  /** 1 for each finished run. */
  metricHeartbeat(options?: MetricOptions): Metric;
  /** Proxies that a run checked. */
  metricCheckedProxies(options?: MetricOptions): Metric;
  /** Proxies that a run could not check, in whole or in part, or for which it had no time. */
  metricUncheckedProxies(options?: MetricOptions): Metric;
  /** Parameters of the registry that are not valid records. */
  metricMalformedRecords(options?: MetricOptions): Metric;
  /** Repairs that the monitor started. */
  metricRepairs(options?: MetricOptions): Metric;
  /** Seconds from a change to the opening of its incident. */
  metricDetectionSeconds(options?: MetricOptions): Metric;
  /** Age of the oldest open incident, seconds, without those of severity `info`. */
  metricOldestIncidentSeconds(options?: MetricOptions): Metric;
  /** Findings that open no incident because of a suppression. */
  metricSuppressedIncidents(options?: MetricOptions): Metric;
  /** Events of incidents that are not delivered yet. */
  metricUndeliveredEvents(options?: MetricOptions): Metric;
}

/** Settings of a `DriftMonitor` of another app that this app decides. */
export interface ImportedMonitorOptions {
  /**
   * Allow the monitor to redeploy the services of this app. It does so if it has a `repair` itself.
   *
   * @default - no permission
   */
  readonly repair?: Repair;
}
