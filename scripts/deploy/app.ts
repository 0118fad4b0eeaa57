/** The app of a spec file with, in each stack, a queue that gets each incident. */
import { App } from 'aws-cdk-lib';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { readSpec } from '../../bin/spec';
import { ProxiesStack } from '../../bin/spec/stack';

const app = new App();
const spec = readSpec(app.node.getContext('spec'));
for (const environment of Object.keys(spec.environments)) {
  const stack = new ProxiesStack(app, spec, environment);
  stack.monitor.onIncident('Queue', { target: new SqsQueue(new Queue(stack, 'Incidents')) });
}
