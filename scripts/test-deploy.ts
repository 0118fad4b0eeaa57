/**
 * Deploys the example app with the CDK's command line to an emulator of AWS, checks the result, runs the deployed
 * function against real HAProxy processes, updates the app and destroys it: `npm run test:deploy`. All on loopback.
 *
 * Limits of the emulator (moto), and their replacements:
 *
 * - it makes no alarm, schedule, query or bucket policy from a template: the script is the schedule, nothing replaces the
 *   others; the run lists the types;
 * - it makes no name in Cloud Map from a template, and refuses references to one: the proxies are deployed without;
 * - services start no tasks: the script runs them, and a HAProxy process for each;
 * - services and task definitions from a template lose their network; tasks fail to start, have an unused address, belong
 *   to no service and end by themselves: deploy/emulator.py;
 * - it does not find the URL of a template at its own address: the command line gets a variable, and writes AWS's URL;
 * - it does not find a change set of an existing stack, and loses the values of parameters: the update is made without
 *   either (`--method direct --no-previous-parameters`);
 * - an update replaces clusters, breaks containers and leaves services at the old revision: deploy/emulator.py;
 * - services stay when their stack is deleted: this is not checked;
 * - it does not check signatures and permissions: there is no replacement.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usableBinaries } from '../testbed/binaries/usable';
import { Emulator } from './deploy/emulator';
import { Rehearsal } from './deploy/rehearsal';

const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-deploy-'));
const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];

/** Ends everything that was started, the last first. */
async function close(): Promise<void> {
  for (let end = closing.pop(); end !== undefined; end = closing.pop()) {
    await end();
  }
}

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const since = Date.now();
  const result = await work();
  console.log(`ok     ${name} (${((Date.now() - since) / 1000).toFixed(1)} s)`);
  return result;
}

async function main(): Promise<void> {
  const { binaries, unavailable } = await step('real HAProxy binaries', () => usableBinaries());
  for (const { what, reason } of unavailable) {
    console.log(`not available: ${what}: ${reason}`);
  }
  const emulator = await step('an emulator of AWS, in its own Python environment', () =>
    Emulator.start(join(folder, 'python')),
  );
  closing.push(() => {
    if (process.exitCode !== undefined) {
      console.error(emulator.lastError);
    }
    emulator.stop();
  });
  // From here on neither this script nor the CDK may find the AWS accounts of this machine.
  for (const name of Object.keys(process.env).filter((key) => key.startsWith('AWS_'))) {
    delete process.env[name];
  }
  Object.assign(process.env, emulator.environment);

  const rehearsal = await Rehearsal.prepare(emulator, folder, binaries);
  closing.push(() => rehearsal.close());
  await step('cdk bootstrap', () => rehearsal.bootstrap());
  await step('cdk deploy: services, configurations, records', () => rehearsal.deploy());
  await step('the deployed function reports that no task runs', () => rehearsal.runFunction());
  await step('tasks of the deployed definitions answer, and the incidents are resolved', () => rehearsal.runTasks());
  await step('an address that is not the load balancer’s is an incident until HAProxy drops it', () =>
    rehearsal.drift(),
  );
  await step('cdk deploy of another version: a new revision, and an incident for a process of the old one', () =>
    rehearsal.update(),
  );
  await step('cdk destroy leaves no stack and no record', () => rehearsal.destroy());
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => close().finally(() => process.exit(1)));
}
main()
  .catch((error) => {
    console.error(`FAILED ${(error as Error).message}`);
    process.exitCode = 1;
  })
  .finally(close);
