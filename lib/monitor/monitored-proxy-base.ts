import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRICS } from '../contract/metrics';
import { metricOf } from '../private/monitor/metric';

/**
 * A proxy that a monitor checks, made by this library or not.
 *
 * @internal
 */
export abstract class MonitoredProxyBase extends Construct {
  /** Name of the proxy in metrics, log lines and the registry. */
  public abstract readonly proxyName: string;

  /**
   * Incidents of this proxy that are open, those of severity `info` left out.
   *
   * @default - the maximum over one minute
   */
  public metricOpenIncidents(options?: MetricOptions): Metric {
    return this.metric(METRICS.openIncidents, options);
  }

  /**
   * Critical incidents of this proxy that are open.
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
   * Percent of the current sessions that are on stale addresses.
   *
   * @default - the maximum over one minute
   */
  public metricStaleSessionShare(options?: MetricOptions): Metric {
    return this.metric(METRICS.staleSessionShare, options);
  }

  /**
   * Running tasks that were read.
   *
   * @default - the maximum over one minute
   */
  public metricCheckedTasks(options?: MetricOptions): Metric {
    return this.metric(METRICS.checkedTasks, options);
  }

  /**
   * Running tasks that could not be read.
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
