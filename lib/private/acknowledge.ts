import { Stack, Validations } from 'aws-cdk-lib';
import type { Policy } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { AcknowledgedFinding, WildcardReasons } from './findings';

/** Acknowledges findings about a construct and all below it, so that cdk-nag shows their reasons and no findings. */
export function acknowledge(scope: IConstruct, ...findings: readonly AcknowledgedFinding[]): void {
  const rules = findings.flatMap(({ nag, reason }) => nag.map((rule) => [rule, reason]));
  write(scope, Object.fromEntries(rules));
}

/**
 * Acknowledges the wildcards of a policy, each with its reason, so that cdk-nag shows the reasons and no findings. A
 * wildcard without a reason stays a finding.
 *
 * This runs when the app is complete, because the id of a finding contains resolved references.
 */
export function acknowledgeWildcards(policy: Policy, reasons: WildcardReasons): void {
  policy.node.addValidation({
    validate: () => {
      const { Statement } = Stack.of(policy).resolve(policy.document);
      const resources = Statement.flatMap(({ Resource }: { Resource: unknown }) => Resource).map(flatten);
      const acknowledged = resources.flatMap((resource: string) => {
        const part = Object.keys(reasons).find((one) => (one === '*' ? resource === one : resource.includes(one)));
        return part === undefined ? [] : [[`AwsSolutions-IAM5[Resource::${resource}]`, reasons[part]]];
      });
      write(policy, Object.fromEntries(acknowledged));
      return [];
    },
  });
}

/** The metadata of the CDK's `Validations.acknowledge`, which refuses ids with more than one `::`. */
function write(scope: IConstruct, rules: Record<string, string>): void {
  scope.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, rules);
}

/** A value of a template as cdk-nag writes it into the id of a finding: references in angle brackets. */
function flatten(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const [[fn, argument] = []] = Object.entries(value as Record<string, unknown>);
  switch (fn) {
    case 'Ref':
      return `<${argument}>`;
    case 'Fn::GetAtt':
      return `<${(argument as string[]).join('.')}>`;
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map(flatten).join(separator);
    }
    case 'Fn::ImportValue':
      return flatten(argument);
    default:
      return JSON.stringify(value);
  }
}
