/**
 * Deploys the example app with the CDK's command line to an emulator of AWS: `npm run test:deploy`. The schedule fires
 * the controller, which invokes the probe, which reads real HAProxys in containers of the deployed task definitions;
 * incidents reach a queue and alarms. Then the app is updated and destroyed. At last right and wrong revisions of proxies
 * are deployed under load. All of it runs in its own namespaces for network, mounts and processes, without a network.
 *
 * deploy/emulator.py has what the emulator (ministack) lacks; deploy/rehearsal.ts and deploy/rollback.ts print what they cannot prove.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usableBinaries } from '../testbed/binaries/usable';
import { lambdaNode } from '../testbed/lambda';
import { fetchEngine, fetchShells } from './containers/engine';
import { unpackedOf } from './containers/images';
import { inNamespaces, tryNamespaces } from './containers/namespaces';
import { installEmulator } from './deploy/emulator';
import { step } from './step';

/** The time limit of the rehearsals inside, which take about 12 minutes. */
const LIMIT_SECONDS = 1800;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-deploy-'));
  try {
    // Inside there is no network: everything is fetched here.
    const { binaries, unavailable } = await step('real HAProxy binaries', usableBinaries);
    for (const { what, reason } of unavailable) {
      console.log(`not available: ${what}: ${reason}`);
    }
    if (unpackedOf(binaries).length < 2) {
      throw new Error('images of two branches of HAProxy are needed: see the lines above');
    }
    await step('namespaces', tryNamespaces);
    const trees = await step('a container engine', fetchEngine);
    await step('shells for images, and the Node of the functions', () => Promise.all([fetchShells(), lambdaNode()]));
    const python = join(folder, 'python');
    await step('an emulator of AWS, in its own Python environment', () => installEmulator(python));
    const code = await inNamespaces('scripts/deploy/inside.ts', trees, LIMIT_SECONDS, python);
    process.exitCode = code === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(`FAILED ${(error as Error).message}`);
  process.exitCode = 1;
});
