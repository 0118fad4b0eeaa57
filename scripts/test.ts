/** Everything that must hold before a change lands: `npm test`. Ends with one line, `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AggregatedResult } from '@jest/test-result';
import { usableBinaries } from '../testbed/binaries/usable';

const scratch = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-test-'));
const jestReport = join(scratch, 'jest.json');

const ENVIRONMENT = {
  // jsii says with every run that Node 20 is at its end of life.
  JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
  // Our constructs are made of resources and are none themselves.
  AWSLINT_BASE_CONSTRUCT: 'true',
};

/** Each step is a command that ends with 0 when all is well. */
const STEPS: readonly { name: string; command: string[] }[] = [
  { name: 'lint and format', command: ['biome', 'ci', '--error-on-warnings'] },
  { name: 'types', command: ['tsc'] },
  { name: 'bundle the handler and the command line', command: ['tsx', 'scripts/bundle.ts'] },
  { name: 'compile the constructs with jsii', command: ['jsii', '--fail-on-warnings'] },
  { name: 'guidelines for construct libraries', command: ['awslint'] },
  { name: 'examples of the README and of docstrings compile', command: ['jsii-rosetta', 'extract', '--strict'] },
  { name: 'API.md is current', command: ['tsx', 'scripts/check-api.ts', scratch] },
  { name: 'content of the package', command: ['tsx', 'scripts/check-package.ts', scratch] },
  { name: 'the package in TypeScript and Python', command: ['tsx', 'scripts/check-languages.ts', scratch] },
  { name: 'the demo in containers', command: ['tsx', 'scripts/test-containers.ts'] },
];

/** How a step begins a line about what this machine does not have: it is shown also when the step passes. */
const UNAVAILABLE = 'not to be had: ';

/** Runs a command of node_modules/.bin; its output is shown when it fails, or as it comes. */
function run([command, ...args]: string[], show: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(join('node_modules', '.bin', command!), args, {
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      env: { ...process.env, ...ENVIRONMENT },
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
      if (!show) {
        const lines = output.trimEnd().split('\n');
        for (const line of code === 0 ? lines.filter((text) => text.startsWith(UNAVAILABLE)) : lines) {
          console.log(line);
        }
      }
      resolve(code === 0);
    });
  });
}

async function main(): Promise<void> {
  let passed = 0;
  let failed = 0;
  const count = (ok: boolean, name: string, since: number) => {
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - since) / 1000).toFixed(1)} s)`);
    passed += ok ? 1 : 0;
    failed += ok ? 0 : 1;
  };
  for (const { name, command } of STEPS) {
    const since = Date.now();
    count(await run(command, false), name, since);
  }

  console.log('Real HAProxy binaries for the tests:');
  const { binaries, unavailable } = await usableBinaries({ onProgress: (line) => console.log(`  ${line}`) });
  for (const { what, reason } of unavailable) {
    console.log(`  not to be had: ${what}: ${reason}`);
  }
  console.log(`Testing with HAProxy ${binaries.map(({ version }) => version).join(', ')}`);

  const jestOk = await run(['jest', '--json', `--outputFile=${jestReport}`, ...process.argv.slice(2)], true);
  try {
    const report = JSON.parse(readFileSync(jestReport, 'utf8')) as AggregatedResult;
    passed += report.numPassedTests;
    // A file that cannot be loaded has no tests that could fail.
    failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
    failed += !jestOk && failed === 0 ? 1 : 0;
  } catch {
    failed += 1;
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

void main().finally(() => rmSync(scratch, { recursive: true, force: true }));
