import { Duration, Stack } from 'aws-cdk-lib';
import type { Alarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnConfigRule, CustomRule, type IRule, MaximumExecutionFrequency } from 'aws-cdk-lib/aws-config';
import { type IRole, Policy, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ConfigRuleEnvironment } from '../contract/compliance';
import { acknowledge, acknowledgeWildcards } from '../private/acknowledge';
import { checkArguments } from '../private/check-arguments';
import { ACKNOWLEDGED, WILDCARDS } from '../private/findings';
import { complianceFunction, complianceQueue } from '../private/monitor/compliance-function';
import { makeQueueAlarm } from '../private/monitor/queue-alarm';
import type { DriftMonitor } from './drift-monitor';

/** Properties of a `DriftConfigRule`. */
export interface DriftConfigRuleProps {
  /** The monitor whose proxies are evaluated. */
  readonly monitor: DriftMonitor;

  /**
   * How often AWS Config starts an evaluation.
   *
   * @default MaximumExecutionFrequency.TWENTY_FOUR_HOURS, because AWS charges for each result of an evaluation
   */
  readonly maximumExecutionFrequency?: MaximumExecutionFrequency;

  /**
   * Actions of an alarm for an evaluation that failed three times: AWS Config goes on showing the results before it.
   *
   * @default - no such alarm
   */
  readonly alarmActions?: IAlarmAction[];
}

/**
 * A custom rule of AWS Config that evaluates the proxies of a monitor: whether HAProxy holds the addresses that its load
 * balancers have. The account needs a configuration recorder.
 *
 * The rule evaluates ECS services, Auto Scaling groups and EC2 instances. Processes behind a Cloud Map service, a name or
 * endpoints count for the account (`AWS::::Account`). A resource is
 *
 * - compliant, if all of it was compared and no incident above `info` is open
 * - noncompliant, with the incident as its annotation
 * - without a result, where something was not seen or no proxy is registered any more: AWS Config answers
 *   `INSUFFICIENT_DATA`
 */
export class DriftConfigRule extends Construct {
  /** The rule. */
  public readonly rule: IRule;
  /** The function that evaluates. */
  public readonly handler: IFunction;
  /** The role of the function. */
  public readonly role: IRole;
  /** Evaluations that failed three times. */
  public readonly deadLetterQueue: IQueue;
  /** The alarm for evaluations that failed three times, if it has actions. */
  public readonly alarm?: Alarm;

  public constructor(scope: Construct, id: string, props: DriftConfigRuleProps) {
    super(scope, id);
    checkArguments('DriftConfigRule', props);
    const { monitor, maximumExecutionFrequency, alarmActions = [] } = props;
    acknowledge(this, ACKNOWLEDGED.ownPolicy, ACKNOWLEDGED.noVpc, ACKNOWLEDGED.oneCaller, ACKNOWLEDGED.ruleDeadLetters);
    this.deadLetterQueue = complianceQueue(this, 'DeadLetters');
    const { handler, role, policy } = complianceFunction(this, 'index.configRule', {
      monitor,
      description: 'Evaluates the proxies of a drift monitor for AWS Config',
      environment: { CONTROLLER: monitor.handler.functionArn } satisfies ConfigRuleEnvironment as Record<
        string,
        string
      >,
      deadLetterQueue: this.deadLetterQueue,
      // A census has 500 proxies a page, and a page takes up to 55 seconds.
      timeout: Duration.minutes(15),
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [monitor.handler.functionArn] }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetterQueue.queueArn] }),
        // IAM has no resource for these.
        new PolicyStatement({ actions: ['config:PutEvaluations', 'config:ListDiscoveredResources'], resources: ['*'] }),
      ],
    });
    acknowledgeWildcards(policy, WILDCARDS['the function that evaluates for AWS Config']);
    this.handler = handler;
    this.role = role;
    handler.addPermission('Config', {
      principal: new ServicePrincipal('config.amazonaws.com'),
      sourceAccount: Stack.of(this).account,
    });
    // The rule of the CDK gives the function a policy of AWS with much that it does not need.
    const rule = new CfnConfigRule(this, 'Rule', {
      description: `HAProxy holds the addresses that its load balancers have: the proxies of ${monitor.monitorName}`,
      maximumExecutionFrequency: maximumExecutionFrequency ?? MaximumExecutionFrequency.TWENTY_FOUR_HOURS,
      source: {
        owner: 'CUSTOM_LAMBDA',
        sourceIdentifier: handler.functionArn,
        sourceDetails: [
          {
            eventSource: 'aws.config',
            messageType: 'ScheduledNotification',
            maximumExecutionFrequency: maximumExecutionFrequency ?? MaximumExecutionFrequency.TWENTY_FOUR_HOURS,
          },
        ],
      },
    });
    // AWS Config looks at once whether it may call the function.
    rule.node.addDependency(handler);
    this.rule = CustomRule.fromConfigRuleName(this, 'Named', rule.ref);
    // A policy of its own, because the rule needs the function. Config may start an evaluation before: Lambda repeats it.
    new Policy(this, 'RulePolicy', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['config:GetComplianceDetailsByConfigRule'], resources: [rule.attrArn] }),
      ],
    });
    this.alarm = makeQueueAlarm(this, this.deadLetterQueue, 'AWS Config has old results of HAProxy', alarmActions);
  }
}
