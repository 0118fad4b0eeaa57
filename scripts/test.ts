/** Everything that must hold before a change lands: `npm test`. Its last line is `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AggregatedResult } from '@jest/test-result';
import pLimit from 'p-limit';

const scratch = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-test-'));
const jestReport = join(scratch, 'jest.json');

const ENVIRONMENT = {
  // jsii prints the end of life of Node 20 in every run.
  JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
  // Our constructs consist of resources and are not resources themselves.
  AWSLINT_BASE_CONSTRUCT: 'true',
};

/** More than cores on a small machine: the tests wait for processes and timers most of the time. */
const WORKERS = Math.max(3, availableParallelism());

/** A command that ends with 0 on success. */
interface Step {
  readonly name: string;
  /** A program of node_modules/.bin, and its arguments. */
  readonly command: readonly string[];
  /** Steps that must have ended before, passed or not. @default - none */
  readonly after?: readonly string[];
  /** Shows the output at once, and not only after a failure. @default false */
  readonly verbose?: boolean;
}

/**
 * Ready steps start in this order, {@link LANES} at a time. The tests wait for processes and timers most of the time,
 * so the slow checks of the package run beside them.
 */
const STEPS: readonly Step[] = [
  { name: 'bundle', command: ['tsx', 'scripts/bundle.ts'] },
  { name: 'binaries', command: ['tsx', 'scripts/fetch-binaries.ts'], verbose: true },
  { name: 'lint and format', command: ['biome', 'ci', '--error-on-warnings'] },
  { name: 'walls between folders', command: ['npm', 'run', '-s', 'walls'] },
  { name: 'unused files and exports', command: ['npm', 'run', '-s', 'unused'] },
  { name: 'jsii', command: ['npm', 'run', '-s', 'compile'] },
  {
    name: 'tests',
    command: ['jest', `--maxWorkers=${WORKERS}`, '--json', `--outputFile=${jestReport}`, ...process.argv.slice(2)],
    after: ['bundle', 'binaries', 'jsii'],
    verbose: true,
  },
  { name: 'types', command: ['tsc'] },
  { name: 'awslint', command: ['awslint'], after: ['jsii'] },
  { name: 'snippets of README and docstrings', command: ['jsii-rosetta', 'extract', '--strict'], after: ['jsii'] },
  { name: 'generated from the API is current', command: ['tsx', 'scripts/api.ts', '--check'], after: ['jsii'] },
  { name: 'package content', command: ['tsx', 'scripts/check-package.ts', scratch], after: ['bundle', 'jsii'] },
  {
    name: 'package in TypeScript and Python',
    command: ['tsx', 'scripts/check-languages.ts', scratch],
    after: ['package content'],
  },
  {
    name: 'templates in cfn-lint and checkov',
    command: ['tsx', 'scripts/check-templates.ts', scratch],
    after: ['package in TypeScript and Python'],
    verbose: true,
  },
  { name: 'demo in containers', command: ['tsx', 'scripts/test-containers.ts'], after: ['bundle', 'binaries'] },
];

/** Two: the smallest machine that runs the tests has two cores. */
const LANES = 2;

/** The start of a line about something that this machine does not have. The line is shown also when the step passes. */
const UNAVAILABLE = 'not available: ';

/** Runs the command of a step. @returns whether it ended with 0 */
function run({ command: [program, ...args], verbose = false }: Step): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program!, args, {
      stdio: ['ignore', verbose ? 'inherit' : 'pipe', verbose ? 'inherit' : 'pipe'],
      env: { ...process.env, ...ENVIRONMENT, PATH: `${join('node_modules', '.bin')}:${process.env.PATH}` },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.on('error', (error) => {
      console.log(String(error));
      resolve(false);
    });
    child.on('exit', (code) => {
      const lines = output === '' ? [] : output.trimEnd().split('\n');
      for (const line of code === 0 ? lines.filter((text) => text.startsWith(UNAVAILABLE)) : lines) {
        console.log(line);
      }
      resolve(code === 0);
    });
  });
}

/** Runs all steps. @returns those that failed */
async function runAll(): Promise<Step[]> {
  const failed: Step[] = [];
  const lane = pLimit(LANES);
  const ended = new Map<string, Promise<void>>();
  for (const step of STEPS) {
    const ready = Promise.all((step.after ?? []).map((name) => ended.get(name)));
    const timed = async () => {
      const since = Date.now();
      const ok = await run(step);
      console.log(`${ok ? 'ok    ' : 'FAILED'} ${step.name} (${((Date.now() - since) / 1000).toFixed(1)} s)`);
      if (!ok) {
        failed.push(step);
      }
    };
    ended.set(
      step.name,
      ready.then(() => lane(timed)),
    );
  }
  await Promise.all(ended.values());
  return failed;
}

async function main(): Promise<void> {
  const failedSteps = await runAll();
  const jestFailed = failedSteps.some(({ name }) => name === 'tests');
  let failed = failedSteps.length - (jestFailed ? 1 : 0);
  let passed = STEPS.length - 1 - failed;
  try {
    const report = JSON.parse(readFileSync(jestReport, 'utf8')) as AggregatedResult;
    passed += report.numPassedTests;
    // A file that cannot be loaded has no tests that could fail. Jest also fails for other reasons, such as a bad flag.
    const failedTests = report.numFailedTests + report.numRuntimeErrorTestSuites;
    failed += jestFailed ? Math.max(failedTests, 1) : 0;
  } catch {
    failed += 1;
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

void main().finally(() => rmSync(scratch, { recursive: true, force: true }));
