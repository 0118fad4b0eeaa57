/** One line for each incident that opens, changes or closes, to an SNS topic: mail, SMS or a queue subscribe to it. */
import { App, Stack } from 'aws-cdk-lib';
import { EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { DriftMonitor, IncidentSeverity } from 'cdk-haproxy-elb';

export const app = new App();
const stack = new Stack(app, 'ToSns');
// A monitor of any app: its name is enough.
const monitor = DriftMonitor.fromName(stack, 'Monitor', 'haproxy-elb-production');
const topic = new Topic(stack, 'Incidents', { enforceSSL: true });
topic.addSubscription(new EmailSubscription('on-call@example.com'));

const field = (name: string) => EventField.fromPath(`$.detail.${name}`);
monitor.onIncident('Mail', {
  minSeverity: IncidentSeverity.WARNING,
  target: new SnsTopic(topic, {
    message: RuleTargetInput.fromText(
      `${field('severity')} ${field('change')}: ${field('message')} (proxy ${field('proxy')}, since ${field('since')}). ` +
        `To do: ${field('remediation')}. ${field('links.runbook')}`,
    ),
  }),
});
