/** `npm run benchmark`: measures, side by side in one run, and writes `benchmark/RESULTS.md`, its pictures and the README's figures. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { acquireTool, TOOLS } from '../testbed/binaries/tools';
import { anyUsable, usableBinaries } from '../testbed/binaries/usable';
import { lambdaNode } from '../testbed/lambda';
import { checkerSection } from './checker-page';
import { measureCost } from './cost';
import { competitors } from './elb/competitors';
import { measureFollowing } from './elb/follow';
import { followSection } from './elb/page';
import { measureFleet } from './fleet';
import { functionsSection } from './functions-page';
import { measureHandler } from './handler';
import { measureIdleCost } from './idle-cost';
import { measureLint } from './lint';
import { quoteFigures } from './quote';
import { measureLines, measureRequestCpu, measureZoneCpu } from './request-cpu';
import { requestSection } from './request-page';
import { filesOf, headlinesOf } from './results';
import type { Section } from './section';
import { measureStops } from './stop/measure';
import { stopSection } from './stop/page';
import { stoppedProxies } from './stop/proxies';
import { measureStrangers } from './strangers/measure';
import { strangersSection } from './strangers/page';
import { measureSynth } from './synth';
import { measureZones } from './zones/measure';
import { zonesSection } from './zones/page';

/** The default branch of the constructs. */
const BRANCH = '3.2';
const FOLLOW_RUNS = 3;
/** Pairs of processes. */
const CPU_PAIRS = 3;
const LINE_ROUNDS = 30;
const README = 'README.md';

/** The sections of the page, in its order. */
const PARTS = ['follow', 'zones', 'strangers', 'stop', 'request', 'checker', 'functions'] as const;

async function machine(): Promise<string> {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const node = `Node ${process.version.slice(1)}, functions on Node ${(await lambdaNode()).major}`;
  return `${cpus().length} processors (${first!.model.trim()}), ${memory} GiB, ${node}`;
}

/** Measures some parts: first what takes process time, with nothing beside it. */
async function measure(
  parts: ReadonlySet<string>,
  runs: number,
  progress: (line: string) => void,
): Promise<{ sections: Section[]; missing: string[] }> {
  const wrk = await acquireTool(TOOLS.wrk, progress);
  const { binaries, unavailable } = await usableBinaries({ onProgress: progress });
  const binary = await anyUsable(BRANCH);
  const missing = unavailable.map(({ what, reason }) => `${what}: ${reason}`);
  const found: Partial<Record<(typeof PARTS)[number], Section>> = {};
  if (parts.has('request')) {
    found.request = requestSection({
      idleCost: await measureIdleCost(binary, progress),
      requestCpu: await measureRequestCpu(wrk, binaries, CPU_PAIRS, progress),
      lineCosts: await measureLines(wrk, binary, LINE_ROUNDS, progress),
      lineCostsOf: binary.version,
    });
  }
  const zoneCpu = parts.has('zones') ? await measureZoneCpu(wrk, binaries, CPU_PAIRS, progress) : [];
  // Ten minutes with few requests, beside what measures times of seconds.
  const strangers = parts.has('strangers') ? measureStrangers(progress) : undefined;
  // Its failure is reported where its end is awaited.
  strangers?.catch(() => {});
  if (parts.has('follow')) {
    const { all, missing: others } = await competitors(progress);
    missing.push(...others);
    found.follow = followSection(await measureFollowing(wrk, all, runs, progress), runs);
  }
  if (parts.has('zones')) {
    const zones = await measureZones(wrk, progress);
    missing.push(...zones.missing);
    found.zones = zonesSection(zones, zoneCpu);
  }
  if (parts.has('stop')) {
    const { all, missing: others } = await stoppedProxies(binaries, progress);
    missing.push(...others);
    found.stop = stopSection(await measureStops(all, progress));
  }
  if (strangers !== undefined) {
    const { results, missing: others } = await strangers;
    missing.push(...others);
    found.strangers = strangersSection(results);
  }
  if (parts.has('checker')) {
    found.checker = checkerSection(await measureCost(binary, progress));
  }
  if (parts.has('functions')) {
    progress('functions, synthesis, linter');
    const figures = [...(await measureHandler()), ...(await measureSynth())];
    const lint = await measureLint();
    const fleet = await measureFleet(binary, progress);
    found.functions = functionsSection({
      figures: [...figures, ...lint.figures, ...fleet.figures],
      exponents: { lint: lint.exponent, fleet: fleet.exponent },
    });
  }
  return { sections: PARTS.flatMap((part) => found[part] ?? []), missing };
}

/** The parts that a command line names. */
function partsOf(only: string | undefined): ReadonlySet<string> {
  const chosen = only?.split(',') ?? PARTS;
  const unknown = chosen.find((part) => !(PARTS as readonly string[]).includes(part));
  if (unknown !== undefined) {
    throw new Error(`--only '${unknown}' is no part of the benchmark: give some of ${PARTS.join(',')}`);
  }
  return new Set(chosen);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { runs: { type: 'string' }, only: { type: 'string' } } });
  const start = Date.now();
  const progress = (line: string) =>
    console.error(`${String(Math.round((Date.now() - start) / 1000)).padStart(4)} s  ${line}`);
  const { sections, missing } = await measure(partsOf(values.only), Number(values.runs ?? FOLLOW_RUNS), progress);
  const run = { machine: await machine(), date: new Date().toISOString().slice(0, 10), missing };
  const files = filesOf(run, sections);
  if (values.only !== undefined) {
    // A page has the figures of one run.
    console.log(files['RESULTS.md']);
  } else {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(path.join('benchmark', name), text);
    }
    writeFileSync(README, quoteFigures(readFileSync(README, 'utf8'), headlinesOf(sections)));
    console.log(headlinesOf(sections).join('\n'));
  }
  progress('done');
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
