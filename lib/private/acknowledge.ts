import { Stack, Validations } from 'aws-cdk-lib';
import type { Policy } from 'aws-cdk-lib/aws-iam';

/** Why a resource with a wildcard is in a policy, by a part of it; `*` is the whole resource. */
export type WildcardReasons = Readonly<Record<string, string>>;

/**
 * Acknowledges the wildcards of a policy, each with its reason, so that whoever reviews the app with cdk-nag finds the
 * reasons and no findings. A wildcard without a reason stays a finding.
 *
 * It is done when the app is complete: the id of a finding has in it what the references have become by then. `acknowledge`
 * of the CDK refuses such ids, because there is more than one `::` in them; the metadata is what it would write.
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
      policy.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, Object.fromEntries(acknowledged));
      return [];
    },
  });
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
