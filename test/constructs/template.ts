import type { Template } from 'aws-cdk-lib/assertions';
import { fillIn, resourcesOf } from '../e2e/template';

/** The hash of a logical id, and the one in the id of a probe, which stands for its VPC. */
const HASH = /[0-9A-F]{8}(?=\.|$)/;
const PROBE = /DriftProbe[0-9a-f]{8}/;

/**
 * A value of a template with its references written as `{LogicalId.Attribute}`, without the hash of the logical id and
 * without `AWS::`: `arn:{Partition}:ssm:…`.
 */
export function textOf(value: unknown): string {
  return fillIn(
    withoutImports(value),
    (reference) => `{${reference.replace('AWS::', '').replace(HASH, '').replace(PROBE, 'DriftProbe')}}`,
  );
}

/** What comes from another stack is a reference as well: `{STACK:EXPORT}`. */
function withoutImports(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"Fn::ImportValue":', '"Ref":'));
}

/** One permission: `Allow ACTION on RESOURCE`, with its condition where it has one. */
export function permissionsOf(template: Template, role: RegExp): string[] {
  const policies = resourcesOf(template, 'AWS::IAM::Policy').filter(({ properties }) =>
    properties.Roles.some((attached: unknown) => role.test(textOf(attached))),
  );
  return statementsOf(policies.map(({ properties }) => properties));
}

/** The permissions of policy documents, such as the inline ones of a role. */
export function statementsOf(policies: { PolicyDocument: { Statement: Record<string, never>[] } }[]): string[] {
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement.flatMap(permissions));
}

function permissions({ Effect, Action, Resource, Condition }: Record<string, never>): string[] {
  const condition = Condition === undefined ? '' : ` if ${conditionOf(Condition)}`;
  return [Action].flat().flatMap((action) => {
    const resources = [Resource].flat().map(textOf);
    return resources.map((resource) => `${Effect} ${action} on ${resource}${condition}`);
  });
}

function conditionOf(condition: Record<string, Record<string, unknown>>): string {
  return Object.entries(condition)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => `${key} ${operator} ${[values].flat().map(textOf).join(' or ')}`),
    )
    .join(', ');
}

/** The environment of the one container, as it will be deployed. */
export function configurationOf(template: Template): string {
  const [definition] = resourcesOf(template, 'AWS::ECS::TaskDefinition');
  return textOf(definition!.properties.ContainerDefinitions[0].Environment[0].Value);
}

/** The registry's records, as they will be deployed. */
// biome-ignore lint/suspicious/noExplicitAny: JSON has no type.
export function recordsOf(template: Template): any[] {
  const records = resourcesOf(template, 'AWS::SSM::Parameter').filter(({ id }) => id.includes('Registration'));
  return records.map(({ properties }) => JSON.parse(textOf(properties.Value)));
}
