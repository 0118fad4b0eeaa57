import { createHash } from 'node:crypto';
import { type CfnResource, Lazy, Token } from 'aws-cdk-lib';

/**
 * A text as the join of its lines, in CloudFormation. The value is the same, and `cdk diff` shows the lines that change.
 * It shows a string as a whole.
 */
export function joinedLines(text: string): string {
  return Token.asString({ 'Fn::Join': ['\n', text.split('\n')] });
}

/**
 * Writes a digest of each section of a configuration into the metadata of a resource, so that `cdk diff` names the
 * sections that change: the lines around a change may have no name. Metadata changes nothing that is deployed.
 */
export function nameSections(resource: CfnResource, configuration: string): void {
  // After the comment of the file; two sections are separated by an empty line.
  const sections = configuration.trimEnd().split('\n\n').slice(1);
  for (const section of sections) {
    const [head] = section.split('\n', 1);
    resource.addMetadata(
      `haproxy: ${head}`,
      Lazy.uncachedString({
        // With references by logical id: the numbers of tokens change from run to run.
        produce: ({ resolve }) => digestOf(JSON.stringify(resolve(section))),
      }),
    );
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
