/** `npm run test:permissions` runs this in separate namespaces: an emulator of AWS that judges by IAM, and the rehearsal. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { step, steps } from '../step';
import { IamEmulator } from './iam-emulator';
import { PermissionRehearsal } from './permissions';
import { enterVpc, forgetAccounts } from './vpc-network';
import { functionNode, withEmulator } from './with-emulator';

const [folder, , python] = process.argv.slice(2) as [string, string, string];

async function main(): Promise<void> {
  process.env.TMPDIR = path.join(folder, 'tmp');
  mkdirSync(process.env.TMPDIR);
  forgetAccounts();
  await step('a network', () => enterVpc(folder, []));
  const node = await functionNode();
  await withEmulator(
    () => IamEmulator.start(python, folder, node),
    async (emulator) => {
      const rehearsal = await PermissionRehearsal.prepare(folder, emulator);
      await steps(rehearsal.steps);
      rehearsal.close();
    },
  );
}

void main().then(
  () => process.exit(0),
  (error) => {
    console.error(`FAILED ${(error as Error).message}`);
    process.exit(1);
  },
);
