import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import { ACCOUNT, REGION } from './arn';
import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';
import { checkByModel } from './service-models';

const MAX_FINDING_BYTES = 240 * 1024;
const MAX_BYTES = 6 * 1024 * 1024;

/**
 * Longest texts, which the model does not have:
 * https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html
 */
const LONGEST = { Id: 512, ProductArn: 2048, GeneratorId: 512, Title: 256, Description: 1024 } as const;
const MAX_LIST = { Types: 50, Resources: 32 } as const;
const TYPE =
  /^(Software and Configuration Checks|TTPs|Effects|Unusual Behaviors|Sensitive Data Identifications)(\/[^/]+){0,2}$/;
const RESOURCE_TYPES: readonly (string | undefined)[] = ['AwsEcsService', 'AwsEc2Instance', 'Other'];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** Security Hub: findings of the default product of the account. */
export class SecurityHub {
  /** By id. */
  public readonly findings = new Map<string, AwsSecurityFinding>();
  /** Why findings are not taken, by id. */
  public readonly refused = new Map<string, string>();
  public enabled = true;

  public readonly handlers = {
    'securityhub:BatchImportFindings': (input) => {
      if (!this.enabled) {
        throw new AwsError('InvalidAccessException', `Account ${ACCOUNT} is not subscribed to AWS Security Hub`, 401);
      }
      checkByModel('securityhub:BatchImportFindings', input, 'InvalidInputException');
      const { Findings = [] } = input;
      if (Buffer.byteLength(JSON.stringify(Findings)) > MAX_BYTES) {
        throw new AwsError('InvalidInputException', 'The request is larger than 6 MB');
      }
      const FailedFindings: { Id: string; ErrorCode: string; ErrorMessage: string }[] = [];
      for (const finding of Findings) {
        const Id = finding.Id!;
        const fault = faultOf(finding);
        const reason = this.refused.get(Id);
        if (fault !== undefined) {
          FailedFindings.push({ Id, ErrorCode: 'InvalidInput', ErrorMessage: fault });
        } else if (reason !== undefined) {
          FailedFindings.push({ Id, ErrorCode: 'InternalError', ErrorMessage: reason });
        } else {
          this.#take(finding);
        }
      }
      const FailedCount = FailedFindings.length;
      return { FailedCount, SuccessCount: Findings.length - FailedCount, FailedFindings };
    },
  } satisfies AwsHandlers;

  /** https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html */
  #take(finding: AwsSecurityFinding): void {
    const before = this.findings.get(finding.Id!);
    if (before === undefined) {
      this.findings.set(finding.Id!, finding);
    } else if (Date.parse(finding.UpdatedAt!) > Date.parse(before.UpdatedAt!)) {
      const { Severity, Types } = { ...before, ...finding.FindingProviderFields };
      this.findings.set(finding.Id!, { ...before, ...finding, Severity, Types });
    }
  }
}

function faultOf(finding: AwsSecurityFinding): string | undefined {
  const { AwsAccountId, ProductArn, Types = [], Resources = [], ProductFields = {}, CreatedAt, UpdatedAt } = finding;
  const long = Object.entries(LONGEST).find(([name, most]) => finding[name as keyof typeof LONGEST]!.length > most);
  const many = Object.entries(MAX_LIST).find(([name, most]) => finding[name as keyof typeof MAX_LIST]!.length > most);
  const times = [CreatedAt, UpdatedAt, finding.FirstObservedAt, finding.LastObservedAt];
  const faults: readonly (readonly [boolean, string])[] = [
    [long !== undefined, `${long?.[0]} is too long`],
    [many !== undefined, `${many?.[0]} has too many members`],
    [finding.SchemaVersion !== '2018-10-08', 'SchemaVersion'],
    [AwsAccountId !== ACCOUNT, 'AwsAccountId is another account'],
    [ProductArn !== `arn:aws:securityhub:${REGION}:${ACCOUNT}:product/${ACCOUNT}/default`, 'ProductArn'],
    [!Types.every((type) => TYPE.test(type)), 'Types'],
    [!Resources.every(({ Type }) => RESOURCE_TYPES.includes(Type)), 'Resources.Type'],
    [!Resources.every(({ Id = '' }) => Id.length <= 512), 'Resources.Id'],
    [Object.entries(ProductFields).length > 50, 'ProductFields'],
    [Object.entries(ProductFields).some(([key, value]) => key.length > 128 || value.length > 2048), 'ProductFields'],
    [(finding.Remediation?.Recommendation?.Text ?? '').length > 512, 'Remediation.Recommendation.Text'],
    [!times.every((time) => time === undefined || TIME.test(time)), 'a time'],
    [Buffer.byteLength(JSON.stringify(finding)) > MAX_FINDING_BYTES, 'larger than 240 KB'],
  ];
  return faults.find(([wrong]) => wrong)?.[1];
}
