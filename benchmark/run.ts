/** `npm run benchmark`: measures, side by side in one run, and writes `benchmark/RESULTS.md`, its pictures and the README's figures. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { acquireTool, TOOLS } from '../testbed/binaries/tools';
import { anyUsable, usableBinaries } from '../testbed/binaries/usable';
import { lambdaNode } from '../testbed/lambda';
import { measureCost } from './cost';
import { competitors } from './elb/competitors';
import { measureFollowing } from './elb/follow';
import { measureFleet } from './fleet';
import { measureHandler } from './handler';
import { measureIdleCost } from './idle-cost';
import { measureLint } from './lint';
import { quoteFigures } from './quote';
import { measureLines, measureRequestCpu } from './request-cpu';
import { headlines, type Measured, pages } from './results';
import { measureStops } from './stop/measure';
import { stoppedProxies } from './stop/proxies';
import { measureSynth } from './synth';

/** The default branch of the constructs. */
const BRANCH = '3.2';
const FOLLOW_RUNS = 3;
/** Pairs of processes. */
const CPU_PAIRS = 3;
const LINE_ROUNDS = 30;
const README = 'README.md';

async function machine(): Promise<string> {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const node = `Node ${process.version.slice(1)}, functions on Node ${(await lambdaNode()).major}`;
  return `${cpus().length} processors (${first!.model.trim()}), ${memory} GiB, ${node}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { runs: { type: 'string' }, dry: { type: 'boolean', default: false } } });
  const start = Date.now();
  const progress = (line: string) =>
    console.log(`${String(Math.round((Date.now() - start) / 1000)).padStart(4)} s  ${line}`);
  const runs = Number(values.runs ?? FOLLOW_RUNS);
  const wrk = await acquireTool(TOOLS.wrk, progress);
  const { all, missing } = await competitors(progress);
  const binary = await anyUsable(BRANCH);
  const idleCost = await measureIdleCost(binary, progress);
  const { binaries } = await usableBinaries({ onProgress: progress });
  const requestCpu = await measureRequestCpu(wrk, binaries, CPU_PAIRS, progress);
  const lineCosts = await measureLines(wrk, binary, LINE_ROUNDS, progress);
  const followed = await measureFollowing(wrk, all, runs, progress);
  const stopped = await stoppedProxies(binaries, progress);
  const stops = await measureStops(stopped.all, progress);
  const costs = await measureCost(binary, progress);
  progress('functions');
  const handler = await measureHandler();
  progress('synthesis');
  const synth = await measureSynth();
  progress('linter');
  const lint = await measureLint();
  const fleet = await measureFleet(binary, progress);
  const measured: Measured = {
    machine: await machine(),
    date: new Date().toISOString().slice(0, 10),
    missing: [...new Set([...missing, ...stopped.missing])],
    followed,
    runs,
    stops,
    requestCpu,
    lineCosts,
    lineCostsOf: binary.version,
    idleCost,
    costs,
    figures: [...handler, ...synth, ...lint.figures, ...fleet.figures],
    exponents: { lint: lint.exponent, fleet: fleet.exponent },
  };
  console.log(`\n${headlines(measured).join('\n')}`);
  if (!values.dry) {
    for (const [name, text] of Object.entries(pages(measured))) {
      writeFileSync(path.join('benchmark', name), text);
    }
    writeFileSync(README, quoteFigures(readFileSync(README, 'utf8'), headlines(measured)));
  }
  progress('done');
}

void main();
