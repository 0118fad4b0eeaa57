/** Critical incidents start a response plan of AWS Systems Manager Incident Manager, in accounts that use it. */
import { App, Stack } from 'aws-cdk-lib';
import type { IRuleTarget } from 'aws-cdk-lib/aws-events';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { DriftMonitor, IncidentChange, IncidentSeverity } from 'cdk-haproxy-elb';

export const app = new App();
const stack = new Stack(app, 'ToIncidentManager');
const monitor = DriftMonitor.fromName(stack, 'Monitor', 'haproxy-elb-production');

// Incident Manager joins events with the same deduplication string of the plan, so that one outage is one incident.
const responsePlan = 'arn:aws:ssm-incidents::111111111111:response-plan/haproxy';
const role = new Role(stack, 'StartIncident', {
  assumedBy: new ServicePrincipal('events.amazonaws.com'),
  inlinePolicies: {
    Start: new PolicyDocument({
      statements: [new PolicyStatement({ actions: ['ssm-incidents:StartIncident'], resources: [responsePlan] })],
    }),
  },
});
const target: IRuleTarget = { bind: () => ({ arn: responsePlan, role }) };

monitor.onIncident('StartIncident', {
  minSeverity: IncidentSeverity.CRITICAL,
  changes: [IncidentChange.OPENED, IncidentChange.CHANGED],
  target,
});
