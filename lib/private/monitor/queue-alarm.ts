import { Alarm, ComparisonOperator, type IAlarmAction, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Creates the alarm of a queue that is empty as long as all is well, if it has actions. */
export function makeQueueAlarm(
  scope: Construct,
  queue: IQueue,
  alarmDescription: string,
  actions: readonly IAlarmAction[],
): Alarm | undefined {
  if (actions.length === 0) {
    return undefined;
  }
  const alarm = new Alarm(scope, 'DeadLettersAlarm', {
    metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    alarmDescription,
    // SQS reports no data of a queue that nothing uses.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(...actions);
  return alarm;
}
