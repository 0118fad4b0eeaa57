import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRICS } from '../contract/metrics';
import { metricOf } from '../private/monitor/metric';

/**
 * A proxy that a monitor checks, deployed by this library or not.
 *
 * @internal
 */
export abstract class MonitoredProxyBase extends Construct {
  /** Name of the proxy in metrics, log lines and the registry. */
  public abstract readonly proxyName: string;

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
   * Addresses that tasks hold and the load balancer no longer has.
   *
   * @default - the maximum over one minute
   */
  public metricStaleAddresses(options?: MetricOptions): Metric {
    return this.metric(METRICS.staleAddresses, options);
  }

  /**
   * Addresses that the load balancer has.
   *
   * @default - the maximum over one minute
   */
  public metricLiveAddresses(options?: MetricOptions): Metric {
    return this.metric(METRICS.liveAddresses, options);
  }

  /**
   * Share of the current sessions that are on stale addresses, percent.
   *
   * @default - the maximum over one minute
   */
  public metricStaleSessionShare(options?: MetricOptions): Metric {
    return this.metric(METRICS.staleSessionShare, options);
  }

  /**
   * Running tasks that the checker read.
   *
   * @default - the maximum over one minute
   */
  public metricCheckedTasks(options?: MetricOptions): Metric {
    return this.metric(METRICS.checkedTasks, options);
  }

  /**
   * Running tasks that the checker could not read.
   *
   * @default - the maximum over one minute
   */
  public metricUncheckedTasks(options?: MetricOptions): Metric {
    return this.metric(METRICS.uncheckedTasks, options);
  }

  private metric(metricName: string, options?: MetricOptions): Metric {
    return metricOf(METRICS.proxyDimension, this.proxyName, metricName, options);
  }
}
