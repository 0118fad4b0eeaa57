/**
 * Deploys the example app with the CDK's command line to an emulator of AWS that judges every call by IAM: the second part
 * of `npm run test:deploy`. The functions run with their own roles. Each action of the synthesized policies is taken away
 * in turn, and only its call fails. All of it runs in its own namespaces for network, mounts and processes.
 *
 * deploy/iam-emulator.py has what the emulator (localemu) lacks; deploy/permission-table.ts has what a run needs, and what
 * it cannot prove.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lambdaNode } from '../testbed/lambda';
import { fetchEngine } from './containers/engine';
import { inNamespaces, tryNamespaces } from './containers/namespaces';
import { installIamEmulator } from './deploy/iam-emulator';
import { NoPython } from './python';
import { step } from './step';

/** The time limit of the rehearsal inside, which takes about 7 minutes. */
const LIMIT_SECONDS = 1500;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-permissions-'));
  try {
    await step('namespaces', tryNamespaces);
    // Inside there is no network: everything is fetched here. The namespaces are those of the engine, which is not started.
    const trees = await step('a container engine, and the Node of the functions', async () => {
      await lambdaNode();
      return fetchEngine();
    });
    const python = join(folder, 'python');
    await step('an emulator of IAM, in its own Python environment', () => installIamEmulator(python));
    const code = await inNamespaces('scripts/deploy/permissions-inside.ts', trees, LIMIT_SECONDS, python);
    process.exitCode = code === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof NoPython)) {
      throw error;
    }
    console.log(`not available: the rehearsal of permissions: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(`FAILED ${(error as Error).message}`);
  process.exitCode = 1;
});
