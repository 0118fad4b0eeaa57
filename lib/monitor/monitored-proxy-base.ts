import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRICS } from '../contract/metrics';
import { metricOf } from '../private/monitor/metric';
import type { IDriftMonitor } from './drift-monitor-interface';

/**
 * A proxy that a monitor checks, deployed by this library or not.
 *
 * @internal
 */
export abstract class MonitoredProxyBase extends Construct {
  /** Name of the proxy in metrics, log lines and the registry. */
  public abstract readonly proxyName: string;
  /** The monitor that checks this proxy. */
  public abstract readonly monitor: IDriftMonitor;

  /**
   * Open incidents of this proxy, without those of severity `info`.
   *
   * @default - the maximum over one minute
   */
  public metricOpenIncidents(options?: MetricOptions): Metric {
    return this.metric(METRICS.openIncidents, options);
  }

  /**
   * Open critical incidents of this proxy.
   *
   * @default - the maximum over one minute
   */
  public metricCriticalIncidents(options?: MetricOptions): Metric {
    return this.metric(METRICS.criticalIncidents, options);
  }

  /**
   * Addresses that tasks hold and the load balancer no longer has. Needs `detailedMetrics` of the monitor.
   *
   * @default - the maximum over one minute
   */
  public metricStaleAddresses(options?: MetricOptions): Metric {
    return this.metric(METRICS.staleAddresses, options);
  }

  /**
   * Addresses that the load balancer has. Needs `detailedMetrics` of the monitor.
   *
   * @default - the maximum over one minute
   */
  public metricLiveAddresses(options?: MetricOptions): Metric {
    return this.metric(METRICS.liveAddresses, options);
  }

  /**
   * Share of the current sessions that are on stale addresses, percent. Needs `detailedMetrics` of the monitor.
   *
   * @default - the maximum over one minute
   */
  public metricStaleSessionShare(options?: MetricOptions): Metric {
    return this.metric(METRICS.staleSessionShare, options);
  }

  /**
   * Running tasks that the monitor read. Needs `detailedMetrics` of the monitor.
   *
   * @default - the maximum over one minute
   */
  public metricCheckedTasks(options?: MetricOptions): Metric {
    return this.metric(METRICS.checkedTasks, options);
  }

  /**
   * Running tasks that the monitor could not read.
   *
   * @default - the maximum over one minute
   */
  public metricUncheckedTasks(options?: MetricOptions): Metric {
    return this.metric(METRICS.uncheckedTasks, options);
  }

  private metric(metricName: string, options?: MetricOptions): Metric {
    return metricOf({ monitorName: this.monitor.monitorName, proxyName: this.proxyName }, metricName, options);
  }
}
