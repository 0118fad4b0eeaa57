import { randomUUID } from 'node:crypto';
import { ACCOUNT, REGION } from './arn';
import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';
import { checkByModel } from './service-models';

/** A result of a rule for a resource. */
interface Result {
  readonly type: string;
  readonly id: string;
  readonly compliance: 'COMPLIANT' | 'NON_COMPLIANT';
  readonly annotation?: string;
}

/** The most results of a page. */
const MAX_PAGE = 100;

/** AWS Config: custom rules with a periodic trigger, which a caller plays, and their results. */
export class ConfigService {
  /** Rules by the tokens of their evaluations. */
  readonly #rules = new Map<string, string>();
  readonly #results = new Map<string, Map<string, Result>>();
  /** Auto Scaling groups that the account records: ids by name. */
  public readonly groups = new Map<string, string>();
  /** Ids of resources whose evaluations are not taken. */
  public readonly refused = new Set<string>();
  /** How many evaluations each call had. */
  public readonly batches: number[] = [];

  /** What a periodic trigger sends to the function of a rule. */
  public trigger(ruleName: string, messageType = 'ScheduledNotification') {
    const resultToken = randomUUID();
    this.#rules.set(resultToken, ruleName);
    const notificationCreationTime = new Date().toISOString();
    return {
      version: '1.0',
      invokingEvent: JSON.stringify({
        awsAccountId: ACCOUNT,
        notificationCreationTime,
        messageType,
        recordVersion: '1.0',
      }),
      ruleParameters: '{}',
      resultToken,
      eventLeftScope: false,
      configRuleArn: `arn:aws:config:${REGION}:${ACCOUNT}:config-rule/${ruleName}`,
      configRuleName: ruleName,
      configRuleId: ruleName,
      accountId: ACCOUNT,
    };
  }

  /** The results of a rule, by type and id. */
  public results(ruleName: string): Result[] {
    return [...(this.#results.get(ruleName) ?? new Map<string, Result>()).values()];
  }

  /** What Config answers about a resource. */
  public complianceOf(ruleName: string, resourceId: string): Result['compliance'] | 'INSUFFICIENT_DATA' {
    return this.results(ruleName).find(({ id }) => id === resourceId)?.compliance ?? 'INSUFFICIENT_DATA';
  }

  public readonly handlers = {
    'config:PutEvaluations': (input) => {
      checkByModel('config:PutEvaluations', input, 'ValidationException');
      const rule = this.#rules.get(input.ResultToken ?? '');
      if (rule === undefined) {
        throw new AwsError('InvalidResultTokenException', 'The specified ResultToken is not valid.');
      }
      const { Evaluations = [] } = input;
      this.batches.push(Evaluations.length);
      if (Evaluations.some(({ ComplianceType }) => ComplianceType === 'INSUFFICIENT_DATA')) {
        throw new AwsError('InvalidParameterValueException', 'INSUFFICIENT_DATA is not valid for a custom rule.');
      }
      const results = this.#results.get(rule) ?? new Map<string, Result>();
      this.#results.set(rule, results);
      const failed = Evaluations.filter(({ ComplianceResourceId }) => this.refused.has(ComplianceResourceId!));
      for (const one of Evaluations.filter((given) => !failed.includes(given))) {
        const { ComplianceResourceType: type, ComplianceResourceId: id, ComplianceType, Annotation } = one;
        const key = `${type} ${id}`;
        if (ComplianceType === 'NOT_APPLICABLE') {
          results.delete(key);
        } else {
          const compliance = ComplianceType as Result['compliance'];
          results.set(key, { type: type!, id: id!, compliance, annotation: Annotation });
        }
      }
      return { FailedEvaluations: failed };
    },
    'config:GetComplianceDetailsByConfigRule': (input) => {
      checkByModel('config:GetComplianceDetailsByConfigRule', input, 'ValidationException');
      const { ConfigRuleName = '', ComplianceTypes = [], Limit, NextToken } = input;
      const all = this.results(ConfigRuleName).filter(({ compliance }) => ComplianceTypes.includes(compliance));
      const from = Number(NextToken ?? 0);
      const to = from + (Limit || MAX_PAGE);
      return {
        EvaluationResults: all.slice(from, to).map(({ type, id, compliance, annotation }) => ({
          EvaluationResultIdentifier: {
            EvaluationResultQualifier: { ConfigRuleName, ResourceType: type, ResourceId: id },
          },
          ComplianceType: compliance,
          Annotation: annotation,
        })),
        NextToken: to < all.length ? String(to) : undefined,
      };
    },
    'config:ListDiscoveredResources': (input) => {
      checkByModel('config:ListDiscoveredResources', input, 'ValidationException');
      const { resourceType, resourceName = '' } = input;
      const resourceId = this.groups.get(resourceName);
      return { resourceIdentifiers: resourceId === undefined ? [] : [{ resourceType, resourceId, resourceName }] };
    },
  } satisfies AwsHandlers;
}
