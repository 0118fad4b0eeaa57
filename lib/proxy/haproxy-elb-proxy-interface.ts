import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConnectable, ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import type { IDriftMonitor } from '../monitor/drift-monitor-interface';

/** A proxy, of this app or imported. */
export interface IHaproxyElbProxy extends IConstruct, IConnectable {
  /** Name of the proxy in metrics, log lines and the registry. */
  readonly proxyName: string;
  /** The monitor that checks this proxy. */
  readonly monitor: IDriftMonitor;
  /**
   * The name that clients connect to.
   *
   * @default - the ingress has none, or the import does not give it
   */
  readonly dnsName?: string;

  /** Open incidents of this proxy, without those of severity `info`. */
  metricOpenIncidents(options?: MetricOptions): Metric;
  /** Open critical incidents of this proxy. */
  metricCriticalIncidents(options?: MetricOptions): Metric;
  /** Addresses that tasks hold and the load balancer no longer has. Needs `detailedMetrics` of the monitor. */
  metricStaleAddresses(options?: MetricOptions): Metric;
  /** Addresses that the load balancer has. Needs `detailedMetrics` of the monitor. */
  metricLiveAddresses(options?: MetricOptions): Metric;
  /** Share of the current sessions that are on stale addresses, percent. Needs `detailedMetrics` of the monitor. */
  metricStaleSessionShare(options?: MetricOptions): Metric;
  /** Running tasks that the monitor read. Needs `detailedMetrics` of the monitor. */
  metricCheckedTasks(options?: MetricOptions): Metric;
  /** Running tasks that the monitor could not read. */
  metricUncheckedTasks(options?: MetricOptions): Metric;
}

/** What this app knows of a proxy of another app. */
export interface HaproxyElbProxyAttributes {
  /** `proxyName` of the proxy. */
  readonly proxyName: string;

  /** `monitorName` of its monitor. */
  readonly monitorName: string;

  /**
   * `dnsName` of the proxy.
   *
   * @default - none
   */
  readonly dnsName?: string;

  /**
   * Security groups of the proxy's `connections`. Give `port` with them.
   *
   * @default - none: the use of `connections` is an error
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * The port that clients connect to, 1 to 65535: the default port of `connections`.
   *
   * @default - none: the use of `connections` is an error
   */
  readonly port?: number;
}
