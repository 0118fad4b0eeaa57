/**
 * The CDK app: reads `haproxy-elb.yaml` (or the file named by `-c spec=FILE`) and makes a stack of each
 * environment of the file, with its proxies and their monitor, and one of its hub.
 */
import { App } from 'aws-cdk-lib';
import { InputError } from '../lib/haproxy/errors';
import { visible } from './commands/visible';
import { readSpec, SPEC_FILE } from './spec';
import { HubStack } from './spec/hub-stack';
import { ProxiesStack } from './spec/stack';

const app = new App();
try {
  const spec = readSpec(String(app.node.tryGetContext('spec') ?? SPEC_FILE));
  const stacks = Object.keys(spec.environments).map((environment) => new ProxiesStack(app, spec, environment));
  if (spec.hub !== undefined && !spec.hub.elsewhere) {
    new HubStack(app, spec.stackName, spec.hub, stacks);
  }
} catch (error) {
  // The first line of a fault that is not of the file: a stack trace says nothing to its author.
  const message = error instanceof InputError ? error.message : String((error as Error).message).split('\n')[0]!;
  console.error(visible(message));
  process.exit(2);
}
