/** `npm run test:permissions` runs this in separate namespaces: an emulator of AWS that judges by IAM, and the rehearsal. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { lambdaNode } from '../../testbed/lambda';
import { step } from '../step';
import { IamEmulator } from './iam-emulator';
import { PermissionRehearsal } from './permissions';
import { enterVpc, forgetAccounts } from './vpc-network';

const [folder, , python] = process.argv.slice(2) as [string, string, string];

async function main(): Promise<void> {
  process.env.TMPDIR = path.join(folder, 'tmp');
  mkdirSync(process.env.TMPDIR);
  forgetAccounts();
  await step('a network', () => enterVpc(folder, []));
  const { file, unavailable } = await lambdaNode();
  if (unavailable !== undefined) {
    console.log(`not available: the Node of the functions: ${unavailable}`);
  }
  const emulator = await step('the emulator answers', () => IamEmulator.start(python, folder, file));
  Object.assign(process.env, emulator.environment);
  try {
    const rehearsal = await PermissionRehearsal.prepare(folder, emulator);
    for (const [name, work] of rehearsal.steps) {
      await step(name, work);
    }
    rehearsal.close();
  } catch (error) {
    console.error(emulator.log);
    throw error;
  } finally {
    emulator.stop();
  }
}

void main().then(
  () => process.exit(0),
  (error) => {
    console.error(`FAILED ${(error as Error).message}`);
    process.exit(1);
  },
);
