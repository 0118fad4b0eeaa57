import { constants } from 'node:os';
import type { Command } from 'commander';
import { runDemo } from '../../../lab/demo';
import { BACKENDS, type Backend, type BackendName } from '../../../lab/environments';
import { surprises } from '../../../lab/figures';
import { reportPage } from '../../../lab/report/page';
import { SCENARIOS } from '../../../lab/scenarios';
import { BRANCH_RANGE, BRANCHES } from '../../../lib/haproxy/version/branches';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../../testbed/binaries';
import { oneOf } from '../options';
import { refuseUnwritable, writePage } from './page-file';
import { openScreen, type Screen } from './screen';
import { meaning, table } from './table';

interface DemoFlags {
  readonly scenario: string;
  readonly html?: string;
  readonly branches?: string;
  readonly backend: string;
}

const NAMES = SCENARIOS.map(({ name }) => name);
const BACKEND_NAMES = Object.keys(BACKENDS) as BackendName[];

/** Exit code of a run that was not as the scenario expects it. */
const NOT_AS_EXPECTED = 1;

/** `demo`: real HAProxy processes in front of a load balancer that changes, with the checker beside them. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .summary('show on this machine how HAProxy loses a load balancer and how it follows one')
    .description(
      'Starts real HAProxy processes in front of a load balancer that changes, with the checker beside them. Takes about a minute, needs no AWS account and leaves only a cache of HAProxy binaries: .cache/ in a checkout, else that of the user.',
    )
    .option('--scenario <scenario>', `the change to show: ${NAMES.join(', ')}`, NAMES[0])
    .option('--branches <list>', 'only these branches, such as 1.7,3.2 (default: all available ones)')
    .option(`--backend <${BACKEND_NAMES.join('|')}>`, 'where HAProxy, DNS and the nodes run', BACKEND_NAMES[0])
    .option('--html <file>', 'also write an HTML page about the run')
    .addHelpText(
      'after',
      `
Scenarios:
${SCENARIOS.map(({ name, title }) => `  ${name.padEnd(12)}${title}`).join('\n')}

Example:
  cdk-haproxy-elb demo --scenario scale-in --branches 2.6,3.2 --html report.html

HAProxy binaries come from HAPROXY_BINARIES (files or folders), PATH, Debian packages, or container images. With
--backend docker everything except the checker runs in containers of the official images. It needs Docker with Compose,
and runs the branches 1.6, 1.7, 1.8 and all maintained ones, or those of --branches.
Exit code: 0 all is as expected, 1 something is not, 2 the demo could not run.`,
    )
    .action(demo);
}

async function demo(flags: DemoFlags): Promise<void> {
  const name = oneOf(flags.scenario, NAMES, '--scenario');
  const backend = BACKENDS[oneOf(flags.backend, BACKEND_NAMES, '--backend')];
  const scenario = SCENARIOS.find((one) => one.name === name)!;
  const branches = flags.branches?.split(',').map((branch) => HaproxyVersion.of(branch).branch);
  if (flags.html !== undefined) {
    refuseUnwritable(flags.html);
  }
  const screen = openScreen(scenario);
  endOnSignals(screen.close);
  const result = await runDemo(scenario, binariesOf(backend, branches, screen), screen, backend.start).finally(
    screen.close,
  );
  console.log(`\n${table(result)}\n\n${meaning(result)}`);
  if (flags.html !== undefined) {
    writePage(flags.html, reportPage(result));
    console.log(`\nPage: ${flags.html}`);
  }
  process.exitCode = surprises(result).length === 0 ? 0 : NOT_AS_EXPECTED;
}

const isKnown = (of: string) => BRANCHES.some(({ branch }) => branch === of);

/** Gives each binary as soon as it is available. */
async function* binariesOf(
  { binaries }: Backend,
  branches: readonly string[] | undefined,
  screen: Screen,
): AsyncGenerator<HaproxyBinary, void, undefined> {
  yield* new ReadableStream<HaproxyBinary>({
    start: (controller) => {
      let found = 0;
      const acquiring = binaries({
        branches,
        onProgress: (line) => screen.fetching(`looking for HAProxy, ${found} available: ${line}`),
        onBinary: (binary) => {
          found += 1;
          controller.enqueue(binary);
        },
      });
      void acquiring.then(({ unavailable }) => {
        screen.fetching(undefined);
        for (const { what, reason } of unavailable) {
          const unknown = branches?.some((branch) => what === `branch ${branch}` && !isKnown(branch));
          screen.say(
            `not available: ${what}: ${unknown ? `no such branch is known; give some of ${BRANCH_RANGE}` : reason}`,
          );
        }
        controller.close();
      }, controller.error.bind(controller));
    },
  });
}

/**
 * On a signal, ends the process with one line and the exit code that shells expect. Each part of the test bed ends its
 * own processes when this process exits.
 */
function endOnSignals(before: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Not once: a second signal must not cut the end short.
    process.on(signal, () => {
      before();
      console.error(`ended by ${signal}: all processes are stopped`);
      process.exit(128 + constants.signals[signal]);
    });
  }
}
