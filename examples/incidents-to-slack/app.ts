/** Incidents in a Slack channel, through Amazon Q Developer in chat applications. Authorize the workspace in its console once. */
import { App, Stack } from 'aws-cdk-lib';
import { LoggingLevel, SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { DriftMonitor, IncidentSeverity } from 'cdk-haproxy-elb';

export const app = new App();
const stack = new Stack(app, 'ToSlack');
const monitor = DriftMonitor.fromName(stack, 'Monitor', 'haproxy-elb-production');
const topic = new Topic(stack, 'Incidents', { enforceSSL: true });
new SlackChannelConfiguration(stack, 'Channel', {
  slackChannelConfigurationName: 'haproxy-incidents',
  slackWorkspaceId: 'T0123456789',
  slackChannelId: 'C0123456789',
  notificationTopics: [topic],
  loggingLevel: LoggingLevel.ERROR,
});

const field = (name: string) => EventField.fromPath(`$.detail.${name}`);
monitor.onIncident('Slack', {
  minSeverity: IncidentSeverity.WARNING,
  target: new SnsTopic(topic, {
    // The form of a custom notification of Amazon Q. Events of one incident are a thread.
    message: RuleTargetInput.fromObject({
      version: '1.0',
      source: 'custom',
      id: field('eventId'),
      content: {
        textType: 'client-markdown',
        title: `${field('severity')} ${field('change')}: ${field('proxy')}`,
        description: field('message'),
        nextSteps: [field('remediation'), field('links.runbook')],
      },
      metadata: { threadId: field('incidentId'), summary: field('kind') },
    }),
  }),
});
