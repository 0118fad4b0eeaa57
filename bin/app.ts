/**
 * The CDK app: reads `haproxy-elb.yaml` (or the file named by `-c spec=FILE`) and makes one stack with every proxy of
 * the file and their monitor.
 */
import { App } from 'aws-cdk-lib';
import { InputError } from '../lib/haproxy/errors';
import { readSpec, SPEC_FILE } from './spec';
import { ProxiesStack } from './stack';

const app = new App();
try {
  new ProxiesStack(app, readSpec(String(app.node.tryGetContext('spec') ?? SPEC_FILE)));
} catch (error) {
  if (!(error instanceof InputError)) {
    throw error;
  }
  console.error(error.message);
  process.exit(2);
}
