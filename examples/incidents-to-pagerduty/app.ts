/** Critical incidents page through PagerDuty's Events API, and resolve by themselves. No function of your own is needed. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import {
  ApiDestination,
  Authorization,
  Connection,
  EventField,
  HttpMethod,
  HttpParameter,
  RuleTargetInput,
} from 'aws-cdk-lib/aws-events';
import { ApiDestination as ApiDestinationTarget } from 'aws-cdk-lib/aws-events-targets';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { DriftMonitor, IncidentChange, IncidentSeverity } from 'cdk-haproxy-elb';

export const app = new App();
const stack = new Stack(app, 'ToPagerDuty');
const monitor = DriftMonitor.fromName(stack, 'Monitor', 'haproxy-elb-production');

// The integration key of a PagerDuty service (Events API v2).
const key = Secret.fromSecretNameV2(stack, 'Key', 'pagerduty/integration-key').secretValue;
const destination = new ApiDestination(stack, 'PagerDuty', {
  connection: new Connection(stack, 'Connection', {
    // PagerDuty takes the key in the body. EventBridge requires a header as well.
    authorization: Authorization.apiKey('X-Routing-Key', key),
    bodyParameters: { routing_key: HttpParameter.fromSecret(key) },
  }),
  endpoint: 'https://events.pagerduty.com/v2/enqueue',
  httpMethod: HttpMethod.POST,
});
const undelivered = new Queue(stack, 'Undelivered', {
  enforceSSL: true,
  encryption: QueueEncryption.SQS_MANAGED,
  retentionPeriod: Duration.days(14),
});

const field = (name: string) => EventField.fromPath(`$.detail.${name}`);
const send = (action: 'trigger' | 'resolve') =>
  new ApiDestinationTarget(destination, {
    deadLetterQueue: undelivered,
    event: RuleTargetInput.fromObject({
      event_action: action,
      // The same for all events of an incident.
      dedup_key: field('incidentId'),
      payload: {
        summary: field('message'),
        source: field('proxy'),
        severity: field('severity'),
        component: field('kind'),
        timestamp: field('at'),
        custom_details: { remediation: field('remediation'), tasks: field('tasks'), since: field('since') },
      },
      links: [{ href: field('links.runbook'), text: 'What to do' }],
    }),
  });
monitor.onIncident('Page', {
  minSeverity: IncidentSeverity.CRITICAL,
  changes: [IncidentChange.OPENED, IncidentChange.CHANGED],
  target: send('trigger'),
});
monitor.onIncident('Resolve', {
  minSeverity: IncidentSeverity.CRITICAL,
  changes: [IncidentChange.CLOSED],
  target: send('resolve'),
});
