import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS } from '../../contract/metrics';

/** Whose metric it is: of a monitor, or of one of its proxies. */
interface MetricOwner {
  readonly monitorName: string;
  /** @default - all proxies of the monitor together */
  readonly proxyName?: string;
}

/** A metric of a monitor or of one of its proxies: the largest value of a minute, unless the options set other values. */
export function metricOf({ monitorName, proxyName }: MetricOwner, metricName: string, options?: MetricOptions): Metric {
  return new Metric({
    namespace: METRICS.namespace,
    metricName,
    dimensionsMap: {
      [METRICS.monitorDimension]: monitorName,
      ...(proxyName !== undefined && { [METRICS.proxyDimension]: proxyName }),
    },
    statistic: Stats.MAXIMUM,
    period: Duration.minutes(1),
    ...options,
  });
}
