import { Match, Template } from 'aws-cdk-lib/assertions';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DriftMonitor, IncidentChange, IncidentSeverity, type OnIncidentOptions } from '../../lib';
import { EVENT_SOURCE, INCIDENT_EVENTS } from '../../lib/contract/incident-event';
import { resourcesOf } from '../e2e/template';
import { stackWithVpc } from './stacks';

function ruleOf(options?: OnIncidentOptions) {
  const { stack } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', { monitorName: 'shared' });
  monitor.onIncident('Rule', options);
  return resourcesOf(Template.fromStack(stack), 'AWS::Events::Rule')[0]!.properties;
}

test.each<[string, OnIncidentOptions | undefined, object]>([
  ['by default warnings and critical ones', undefined, { severityLevel: [{ numeric: ['>=', 2] }] }],
  [
    'those of the lowest severity and above',
    { minSeverity: IncidentSeverity.INFO },
    { severityLevel: [{ numeric: ['>=', 1] }] },
  ],
  [
    'of some proxies and changes',
    { minSeverity: IncidentSeverity.CRITICAL, proxyNames: ['orders'], changes: [IncidentChange.OPENED] },
    { severityLevel: [{ numeric: ['>=', 3] }], change: ['opened'], proxy: ['orders'] },
  ],
])('the events of incidents of this monitor: %s', (_, options, detail) => {
  expect(ruleOf(options)).toMatchObject({
    State: 'ENABLED',
    EventPattern: { source: [EVENT_SOURCE], detail: { monitor: ['shared'], ...detail } },
  });
});

test('a change has the name that the events have', () => {
  expect(Object.values(IncidentChange)).toEqual(Object.keys(INCIDENT_EVENTS));
});

test('they go to the target, on which the rule may write', () => {
  const { stack } = stackWithVpc();
  const queue = new Queue(stack, 'Queue');
  const monitor = new DriftMonitor(stack, 'Monitor');
  monitor.onIncident('Alarm', { target: new SqsQueue(queue) });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Events::Rule', {
    Targets: [Match.objectLike({ Arn: stack.resolve(queue.queueArn) })],
  });
  template.resourceCountIs('AWS::SQS::QueuePolicy', 1);
});

test.each<[OnIncidentOptions, string]>([
  [{ proxyNames: [] }, "proxyNames of 'Rule' is empty: name at least one, or leave it out for all"],
  [{ changes: [] }, "changes of 'Rule' is empty: name at least one, or leave it out for all"],
])('a rule that would take no event (%#)', (options, message) => {
  expect(() => ruleOf(options)).toThrow(new Error(message));
});
