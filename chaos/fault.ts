import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyBinary } from '../testbed/binaries';
import { ChaosTestbed, type ChaosTestbedOptions } from './chaos-testbed';

/** Whether a fault ended as expected, and what was seen. */
export interface Outcome {
  readonly ok: boolean;
  readonly seen: string;
}

/** Why this machine cannot run a fault. */
export interface Impossible {
  readonly cannot: string;
}

/** What a fault can use on this machine. */
export interface FaultContext {
  readonly binary: HaproxyBinary;
  /** The HAProxy whose clock can be set. */
  readonly clockBinary?: HaproxyBinary;
  /** Whether the network belongs to this fault alone, so that packets may be dropped in it. Needs root. */
  readonly ownNetwork: boolean;
  /** Programs from Debian's packages, where available. */
  readonly tools: { readonly nft?: readonly string[]; readonly faketime?: readonly string[] };
}

/** Something that goes wrong, and what is expected then. */
export interface Fault {
  readonly name: string;
  readonly expected: string;
  /** Its process is killed after this time, s. */
  readonly seconds: number;
  run(context: FaultContext): Promise<Outcome | Impossible>;
}

/** Gives the options of the test bed of a fault, or why it cannot be started. */
export type Setup = (context: FaultContext) => ChaosTestbedOptions | Impossible;

/** A fault of a running test bed. */
export function onTestbed(
  name: string,
  expected: string,
  seconds: number,
  inject: (testbed: ChaosTestbed, context: FaultContext) => Promise<Outcome>,
  setup: Setup = () => ({}),
): Fault {
  const run = async (context: FaultContext) => {
    const options = setup(context);
    if ('cannot' in options) {
      return options;
    }
    const testbed = await ChaosTestbed.start(context.binary, options);
    try {
      return await inject(testbed, context);
    } finally {
      await testbed.close();
    }
  };
  return { name, expected, seconds, run };
}

/** Traffic while the load balancer gets one more node, then two checks: no loss, the node is found, and no incident. */
export async function followScaleOut(testbed: ChaosTestbed, seconds: number): Promise<Outcome> {
  const { answered, lost, found } = await testbed.trafficDuringScaleOut(seconds);
  const open = [await testbed.check(), await testbed.check()].flatMap((report) => report.open);
  return {
    ok: lost === 0 && found && open.length === 0,
    seen: `${answered} answered, ${lost} lost, new node ${found ? 'found' : 'not found'}, incidents: ${listed(open)}`,
  };
}

/** Checks once a second until an incident is open, or none. @returns the incidents of the last check */
export async function checkUntil(wanted: 'open' | 'none', testbed: ChaosTestbed, seconds = 15): Promise<string[]> {
  let open: string[] = [];
  for (let i = 0; i < seconds; i += 1) {
    ({ open } = await testbed.check());
    if (open.length > 0 === (wanted === 'open')) {
      break;
    }
    await sleep(1000);
  }
  return open;
}

/** A list as text. */
export const listed = (texts: readonly string[]) => texts.join(', ') || 'none';
