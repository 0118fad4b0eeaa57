/**
 * `npm run simulate -- [flags]`: the checker's decisions over days of virtual time, compared with the truth.
 * `npm run simulate -- --sweep`: all combinations of the table in `testbed/simulator/sweep.ts`; with `--identity` and
 * `--locality` the same with tasks that have them.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { createLogUpdate } from 'log-update';
import { InputError } from '../lib/haproxy/errors';
import {
  flagOf,
  NUMBERS,
  type SimulationOptions,
  simulationOptions,
  WORDS,
  YES_NO,
} from '../testbed/simulator/options';
import { addSimulation, emptyTally, resultOf, simulate } from '../testbed/simulator/simulate';
import { LEAST_DRIFTS, sweepWith } from '../testbed/simulator/sweep';
import { textOf } from '../testbed/simulator/text';

const BAD_USAGE = 2;
const NOT_AS_EXPECTED = 1;
/** A short simulation needs no progress. */
const SHOW_AFTER_MILLIS = 1500;
const SHOW_EVERY_MILLIS = 200;

type Flags = SimulationOptions & { readonly format: 'text' | 'json'; readonly sweep?: true; readonly only: string };

const program = new Command('simulate')
  .description('Runs the drift checker over a simulated load balancer, its DNS and its HAProxy tasks, in virtual time.')
  .exitOverride()
  .showSuggestionAfterError(false);

for (const [name, { min, max, default: value, whole, about }] of Object.entries(NUMBERS)) {
  const parse = (text: string) => {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (!(number >= min && number <= max) || (whole && !Number.isInteger(number))) {
      throw new InvalidArgumentError(`Give a ${whole ? 'whole number' : 'number'} from ${min} to ${max}.`);
    }
    return number;
  };
  program.addOption(new Option(`${flagOf(name)} <number>`, about).default(value).argParser(parse));
}
for (const [name, option] of Object.entries(WORDS)) {
  const isYesOrNo = option.words === YES_NO;
  const flag = new Option(`${flagOf(name)} ${isYesOrNo ? '[word]' : '<word>'}`, option.about).choices(option.words);
  if (isYesOrNo) {
    flag.preset('yes');
  }
  program.addOption('default' in option ? flag.default(option.default) : flag);
}
program
  .addOption(new Option('--format <word>', 'for people, or for programs').choices(['text', 'json']).default('text'))
  .option('--sweep', 'simulate the whole table of combinations; takes some minutes')
  .option('--only <text>', 'of the sweep, only the parts with this text in their names', '')
  .allowExcessArguments(false)
  .action(run);

function run({ format, sweep, only, ...given }: Flags): void {
  if (sweep) {
    process.exitCode = runSweep(format, only, given) ? 0 : NOT_AS_EXPECTED;
    return;
  }
  const options = simulationOptions(given);
  const progress = openProgress();
  const result = simulate(options, progress.show);
  progress.close();
  console.log(format === 'json' ? JSON.stringify(result, undefined, 2) : textOf(result, options));
}

/** Runs each part of the table, with the given abilities. @returns whether all is as it must be */
function runSweep(
  format: Flags['format'],
  only: string,
  abilities: Pick<SimulationOptions, 'identity' | 'locality'>,
): boolean {
  const sweep = sweepWith(abilities);
  const parts = sweep.filter(({ name }) => name.includes(only));
  if (parts.length === 0) {
    throw new InputError(`--only '${only}' is in no name of a part: ${sweep.map(({ name }) => name).join('; ')}`);
  }
  let ok = true;
  const all = [];
  for (const part of parts) {
    const tally = emptyTally();
    const progress = openProgress(`${part.name}: `);
    for (const [i, simulation] of part.simulations.entries()) {
      addSimulation(simulation, tally, (share) => progress.show((i + share) / part.simulations.length));
    }
    progress.close();
    const result = resultOf(tally);
    const { count = 0, latencyP95Seconds = 0 } = part.kind === undefined ? {} : (result.drifts[part.kind] ?? {});
    const late = latencyP95Seconds > (part.latencyP95Seconds ?? Number.POSITIVE_INFINITY);
    const enough = part.kind === undefined || count >= LEAST_DRIFTS;
    const good = result.falseCritical === 0 && result.missed === 0 && !late && enough;
    ok &&= good;
    all.push({ name: part.name, ok: good, ...result });
    if (format === 'text') {
      console.log(lineOf(part, good, result));
    }
  }
  if (format === 'json') {
    console.log(JSON.stringify(all, undefined, 2));
  }
  return ok;
}

function lineOf(
  { name, kind }: ReturnType<typeof sweepWith>[number],
  good: boolean,
  result: ReturnType<typeof resultOf>,
): string {
  const { checks, days, falseCritical, falseWarning, harmlessCritical } = result;
  const drift = kind === undefined ? undefined : result.drifts[kind];
  const found =
    drift === undefined
      ? ''
      : `, ${drift.found} of ${drift.count} found, median ${drift.latencyP50Seconds} s, p95 ${drift.latencyP95Seconds} s`;
  const lines = [
    `${good ? 'ok    ' : 'FAILED'} ${name}: ${Math.round(days)} days, ${checks} checks, false: ${falseCritical} critical, ${falseWarning} warning, ${harmlessCritical} harmless${found}`,
    ...(good ? [] : [...result.findings.slice(0, 5), ...(result.slowest ? [result.slowest] : [])]).map(
      ({ at, what, flags }) => `       ${at} s: ${what} (${flags})`,
    ),
  ];
  return lines.join('\n');
}

/** A line on a terminal about how far a long simulation is; nothing where there is no terminal. */
function openProgress(name = '') {
  const start = Date.now();
  let shown = 0;
  const line = createLogUpdate(process.stderr);
  return {
    show: (share: number) => {
      const now = Date.now();
      if (process.stderr.isTTY && now - start > SHOW_AFTER_MILLIS && now - shown > SHOW_EVERY_MILLIS) {
        shown = now;
        line(`${name}${(100 * share).toFixed(1)} %`);
      }
    },
    close: () => line.clear(),
  };
}

try {
  program.parse();
} catch (error) {
  if (error instanceof InputError) {
    console.error(`error: ${error.message}`);
  } else if (!(error instanceof CommanderError)) {
    throw error;
  }
  const good = error instanceof CommanderError && error.exitCode === 0;
  process.exitCode = good ? 0 : BAD_USAGE;
}
