import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS } from '../../contract/metrics';

type Dimension = typeof METRICS.proxyDimension | typeof METRICS.monitorDimension;

/** A metric of one proxy or one monitor: the largest value of a minute, unless the options set other values. */
export function metricOf(dimension: Dimension, value: string, metricName: string, options?: MetricOptions): Metric {
  return new Metric({
    namespace: METRICS.namespace,
    metricName,
    dimensionsMap: { [dimension]: value },
    statistic: Stats.MAXIMUM,
    period: Duration.minutes(1),
    ...options,
  });
}
