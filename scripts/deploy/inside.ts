/** `npm run test:deploy` runs this in separate namespaces: an engine, images, an emulator of AWS, and the rehearsal. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../testbed/binaries/run';
import { usableBinaries } from '../../testbed/binaries/usable';
import { fetchShells, NoEngine, startEngine, tryContainer } from '../containers/engine';
import { makeImage, unpackedOf } from '../containers/images';
import { step, steps } from '../step';
import { Emulator } from './emulator';
import { NODES, Rehearsal } from './rehearsal';
import { Rollback } from './rollback';
import { enterVpc, forgetAccounts } from './vpc-network';
import { functionNode, withEmulator } from './with-emulator';

const [folder, cgroup, python] = process.argv.slice(2) as [string, string, string];
/** The network of the VPC's tasks. */
const NETWORK = 'vpc';
/** The official image, as the constructs name it. */
const IMAGE = 'public.ecr.aws/docker/library/haproxy';

/** Images of the two newest branches, the newest one first. */
async function images(): Promise<string[]> {
  const unpacked = unpackedOf((await usableBinaries()).binaries).slice(-2);
  const shells = await fetchShells();
  for (const { branch, command } of unpacked) {
    await makeImage(`${IMAGE}:${branch}`, command, folder, shells);
  }
  await tryContainer(`${IMAGE}:${unpacked[0]!.branch}`, ['haproxy', '-v']);
  await run('docker', ['network', 'create', '--subnet', '10.9.128.0/17', NETWORK]);
  return unpacked.map(({ branch }) => branch).reverse();
}

async function main(): Promise<void> {
  process.env.TMPDIR = path.join(folder, 'tmp');
  mkdirSync(process.env.TMPDIR);
  forgetAccounts();
  await step('a network', () => enterVpc(folder, NODES));
  await step('an engine that answers', () => startEngine(folder, cgroup));
  const branches = await step('images of HAProxy', images);
  const node = await functionNode();
  await withEmulator(
    () => Emulator.start(python, folder, NETWORK, node),
    async () => {
      const rehearsal = await Rehearsal.prepare(folder, branches);
      await steps(rehearsal.steps);
      rehearsal.close();
      const rollback = await Rollback.prepare(folder, IMAGE, branches[0]!, NODES[0]);
      await steps(rollback.steps);
      rollback.close();
    },
  );
}

void main().then(
  () => process.exit(0),
  (error) => {
    if (error instanceof NoEngine) {
      console.log(`not available: a container engine for the rehearsal: ${error.message}`);
      process.exit(0);
    }
    console.error(`FAILED ${(error as Error).message}`);
    process.exit(1);
  },
);
