/**
 * Takes censuses of many accounts in an emulator of AWS: `npm run test:census`. The hub is deployed with the CDK's command
 * line; 200 monitors of 5 accounts are stand-ins that answer as controllers do, and one is the bundled controller with a
 * real HAProxy. Then a second emulator judges by IAM who may assume the role of an account, and what the role may do.
 * Everything listens on loopback.
 *
 * census/rehearsal.ts prints what the first emulator (ministack) cannot prove; the second one is localemu.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyUsable } from '../testbed/binaries/usable';
import { DnsServer } from '../testbed/dns-server';
import { startIdleProxy } from '../testbed/idle-proxy';
import { ElbDns, elbNameFor } from '../testbed/load-balancer';
import { LocalNodes } from '../testbed/nodes';
import { Cloud } from './census/cloud';
import { CensusRehearsal } from './census/rehearsal';
import { ROOTS, TrustRehearsal } from './census/trust';
import { Emulator, installEmulator } from './deploy/emulator';
import { IamEmulator, installIamEmulator } from './deploy/iam-emulator';
import { forgetAccounts } from './deploy/vpc-network';
import { functionNode, withEmulator } from './deploy/with-emulator';
import { NoPython } from './python';
import { step, steps } from './step';

const BRANCH = '3.2';
const [OLD, NEW] = ['127.0.0.1', '127.0.0.2'] as const;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-census-'));
  const [own, probes, nodes] = [new ElbDns(), new DnsServer(), new LocalNodes()];
  const closing: (() => unknown)[] = [() => own.close(), () => probes.close(), () => nodes.close()];
  try {
    forgetAccounts();
    const binary = await anyUsable(BRANCH);
    const port = await nodes.start('ok', OLD, 0);
    own.point(OLD);
    probes.set(elbNameFor(binary), [NEW]);
    const haproxy = await step('a real HAProxy that does not follow its load balancer', async () =>
      startIdleProxy(binary, await own.listen(), { port, pinnedTo: OLD }),
    );
    closing.unshift(() => haproxy.stop());
    const node = await functionNode();
    const python = join(folder, 'python');
    await step('an emulator of AWS, in its own Python environment', () => installEmulator(python));
    // Waits of state machines take a hundredth of their time.
    process.env.SFN_WAIT_SCALE = '0.01';
    const real = {
      endpoint: haproxy.endpoint,
      nameserver: (await probes.listen()).address,
      dnsName: elbNameFor(binary),
      port: 80,
      branch: binary.branch,
    };
    const assembly = await withEmulator(
      () => Emulator.start(python, folder, 'none', node),
      async ({ environment }) => {
        const rehearsal = new CensusRehearsal(folder, environment.AWS_ENDPOINT_URL!, real);
        await steps(rehearsal.steps);
        return rehearsal.output;
      },
    );
    await trust(folder, assembly, node);
  } finally {
    for (const close of closing) {
      await close();
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The second emulator judges calls by IAM. */
async function trust(folder: string, assembly: string, node: string): Promise<void> {
  const python = join(folder, 'python-of-iam');
  try {
    await step('an emulator of IAM, in its own Python environment', () => installIamEmulator(python));
  } catch (error) {
    if (!(error instanceof NoPython)) {
      throw error;
    }
    console.log(`not available: who may assume the role of an account, and what it may do: ${error.message}`);
    return;
  }
  // Those of the first emulator.
  forgetAccounts();
  await withEmulator(
    () => IamEmulator.start(python, folder, node, ROOTS),
    async (emulator) => {
      const rehearsal = new TrustRehearsal(new Cloud(emulator.environment.AWS_ENDPOINT_URL!), assembly);
      await step('the stacks of an account', () => rehearsal.prepare());
      await emulator.judge();
      const lines = await step('who may assume the role of an account, and what it may do', () => rehearsal.check());
      console.log(lines.map((line) => `  ${line}`).join('\n'));
    },
  );
}

// An exit ends the processes that were started, and a signal alone does not.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => process.exit(130));
}
main().then(
  () => process.exit(0),
  (error) => {
    console.error(`FAILED ${(error as Error).message}`);
    process.exit(1);
  },
);
