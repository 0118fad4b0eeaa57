/**
 * `npm run chaos -- [--only TEXT] [--branch 3.2] [--soak [--minutes 20]]`: breaks things around a real HAProxy. Each
 * fault has an expected outcome and a time limit. At the end nothing may be left behind.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { acquireTool, faketime, TOOLS, type Tool } from '../testbed/binaries/tools';
import { anyUsable, usableBinaries } from '../testbed/binaries/usable';
import type { FaultContext, Outcome } from './fault';
import { FAULTS } from './faults';
import { Leftovers } from './leftovers';
import { CLOCK_BRANCH } from './process-faults';
import { hasOwnNetworks, runInChild } from './run-in-child';
import { soak } from './soak';

const SOAK_MINUTES = '20';
/** The default of the constructs. */
const BRANCH = '3.2';

/** A program for a fault; if it is not available, a line has the reason. */
async function toolOf(tool: () => Tool): Promise<string[] | undefined> {
  try {
    return await acquireTool(tool(), () => {});
  } catch (error) {
    console.log(`not available: ${(error as Error).message}`);
    return undefined;
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      branch: { type: 'string', default: BRANCH },
      soak: { type: 'boolean', default: false },
      minutes: { type: 'string', default: SOAK_MINUTES },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) {
    throw new Error(`--minutes ${values.minutes} is not a number above 0: give one such as ${SOAK_MINUTES}`);
  }
  const { binaries } = await usableBinaries();
  const context: FaultContext = {
    binary: await anyUsable(values.branch),
    clockBinary: binaries.find(({ branch }) => branch === CLOCK_BRANCH),
    ownNetwork: hasOwnNetworks(),
    tools: { nft: await toolOf(() => TOOLS.nft), faketime: await toolOf(faketime) },
  };
  console.log(
    `HAProxy ${context.binary.version}, ${context.ownNetwork ? 'each fault in its own network' : "on this machine's loopback: a network for each fault needs root and unshare"}`,
  );
  const faults = values.soak ? [soak(minutes)] : FAULTS.filter(({ name }) => name.includes(values.only));
  let [count, failed] = [0, 0];
  const report = (name: string, expected: string, { ok, seen }: Outcome) => {
    count += 1;
    failed += ok ? 0 : 1;
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}\n       expected: ${expected}\n       seen:     ${seen}`);
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-chaos-'));
  const leftovers = new Leftovers(folder);
  try {
    for (const fault of faults) {
      const outcome = await runInChild(fault, context, folder, values.soak ? minutes : undefined);
      if ('cannot' in outcome) {
        console.log(`not run: ${fault.name}: ${outcome.cannot}`);
      } else {
        report(fault.name, fault.expected, outcome);
      }
    }
    const left = leftovers.find();
    report('cleaning up', 'nothing is left', { ok: left.length === 0, seen: left.join(', ') || 'nothing' });
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`${count - failed} of ${count} as expected`);
  return failed === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(2);
  },
);
