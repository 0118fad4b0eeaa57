import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';

/**
 * Finished runs of each period: 0 where something started and nothing finished, and after runs that have stopped; no
 * value before the first run. (`REPEAT` fills with the last value before, `SUM` leaves out what is missing: CloudWatch,
 * "Using math expressions".) An alarm needs a spare period: the one before the missing runs, from which the expression
 * knows that there were runs.
 */
export function finishedRuns(finished: IMetric, started: IMetric, period: Duration, label: string): IMetric {
  const runs = new MathExpression({
    expression: 'SUM([finished, 0 * started])',
    usingMetrics: { finished, started },
    period,
  });
  return new MathExpression({
    expression: 'FILL(runs, REPEAT) * FILL(runs, 0)',
    usingMetrics: { runs },
    label,
    period,
  });
}
