/**
 * `npm run chaos -- [--only TEXT] [--branch 3.2] [--soak [--minutes 20]]`: breaks things around a real HAProxy, each with
 * an expected outcome and a time within which it ends, and shows that nothing is left behind.
 */
import { parseArgs } from 'node:util';
import { anyUsable } from '../lab/usable';
import { FAULTS, type Outcome } from './faults';
import { leftovers } from './leftovers';
import { soak } from './soak';

const SOAK_MINUTES = '20';
/** The default of the constructs. */
const BRANCH = '3.2';

/** What cannot be played here at all, and why; once each. */
const NOT_PLAYED = [
  'delay, loss and reordering are played between HAProxy and DNS only: `tc netem` takes root and a kernel that has it',
];

function limited<T>(work: Promise<T>, seconds: number): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      branch: { type: 'string', default: BRANCH },
      soak: { type: 'boolean', default: false },
      minutes: { type: 'string', default: SOAK_MINUTES },
    },
  });
  const binary = await anyUsable(values.branch);
  console.log(`HAProxy ${binary.version}`);
  let [played, failed] = [0, 0];
  const tell = (name: string, expected: string, { ok, seen }: Outcome) => {
    played += 1;
    failed += ok ? 0 : 1;
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}\n       expected: ${expected}\n       seen:     ${seen}`);
  };
  const failure = (error: Error): Outcome => ({ ok: false, seen: error.message });
  if (values.soak) {
    const minutes = Number(values.minutes);
    const outcome = await soak(binary, minutes, (line) => console.log(`       ${line}`)).catch(failure);
    tell(
      `a soak of ${minutes} minutes`,
      'no request lost, flat memory, no false incident, every fault detected',
      outcome,
    );
  } else {
    for (const line of NOT_PLAYED) {
      console.log(`not played: ${line}`);
    }
    for (const { name, expected, seconds, run } of FAULTS.filter((fault) => fault.name.includes(values.only ?? ''))) {
      const outcome = await limited(run(binary), seconds).catch(failure);
      if ('cannot' in outcome) {
        console.log(`not played: ${name}: ${outcome.cannot}`);
      } else {
        tell(name, expected, outcome);
      }
    }
  }
  const left = leftovers();
  tell('cleaning up', 'nothing is left', { ok: left.length === 0, seen: left.join(', ') || 'nothing' });
  console.log(`${played - failed} of ${played} as expected`);
  process.exit(failed === 0 ? 0 : 1);
}

void main();
