import type { Template } from 'aws-cdk-lib/assertions';

/** The values that CloudFormation fills in, by `LogicalId` (Ref) and `LogicalId.Attribute` (GetAtt). */
type Deployed = (reference: string) => string;

/** Fills in the references of a template's value, as CloudFormation does. An unknown reference is an error. */
export function fillIn(value: unknown, deployed: Deployed): string {
  if (typeof value === 'string') {
    return value;
  }
  const [[fn, argument] = []] = Object.entries(value as Record<string, unknown>);
  switch (fn) {
    case 'Ref':
      return deployed(argument as string);
    case 'Fn::GetAtt':
      return deployed((argument as string[]).join('.'));
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map((part) => fillIn(part, deployed)).join(separator);
    }
    default:
      throw new Error(`the template has ${fn}, which this test does not fill in`);
  }
}

/** The value of a template that has no references. */
export function withoutReferences(value: unknown): string {
  return fillIn(value, (reference) => {
    throw new Error(`the template refers to ${reference} where this test has nothing`);
  });
}

/** A resource of a template, as far as the test reads it. */
export interface Resource {
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template has no types.
  readonly properties: any;
}

/** The resources of a type, in the order of the template. */
export function resourcesOf(template: Template, type: string): Resource[] {
  return Object.entries(template.findResources(type)).map(([id, resource]) => ({
    id,
    properties: resource.Properties,
  }));
}
