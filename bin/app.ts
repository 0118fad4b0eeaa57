/**
 * The CDK app: reads `haproxy-elb.yaml` (or the file named by `-c spec=FILE`) and makes a stack of each
 * environment of the file, with its proxies and their monitor.
 */
import { App } from 'aws-cdk-lib';
import { InputError } from '../lib/haproxy/errors';
import { visible } from './commands/visible';
import { readSpec, SPEC_FILE } from './spec';
import { ProxiesStack } from './spec/stack';

const app = new App();
try {
  const spec = readSpec(String(app.node.tryGetContext('spec') ?? SPEC_FILE));
  for (const environment of Object.keys(spec.environments)) {
    new ProxiesStack(app, spec, environment);
  }
} catch (error) {
  // The first line of a fault that is not of the file: a stack trace says nothing to its author.
  const message = error instanceof InputError ? error.message : String((error as Error).message).split('\n')[0]!;
  console.error(visible(message));
  process.exit(2);
}
