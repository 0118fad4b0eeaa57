import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { checkProxy, type Probes } from '../../../lambda/controller/check';
import { NO_STATE } from '../../../lambda/controller/domain/state';
import { localProbes } from '../../../lambda/controller/local-probes';
import type { RegistryRecord } from '../../../lib/contract/registry-record';
import { collect, oneOf } from '../options';
import { explain } from './explain';
import { type CheckFlags, recordOf, tlsOf } from './flags';
import { FORMATS, type Format } from './formats';
import { withoutRepeatedCause } from './one-cause';
import { checkWithTwoSamples } from './two-samples';
import { openWatch } from './watch';

const WATCH_MILLIS = 5000;

/** `check`: exit code 0 no finding, 1 drift or another finding, 2 not checked; Nagios' own codes for its format. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .summary('compare the addresses of running HAProxy processes with DNS')
    .description('Compares the addresses of running HAProxy processes with those of the load balancer.')
    .option('--upstream <name:port>', 'the load balancer; required, except with --explain')
    .option(
      '--runtime-api <host:port|unix:path>',
      'runtime API of a HAProxy; required, except with --explain; repeatable',
      collect,
    )
    .option(
      '--backend <name>',
      "the backend whose slots hold the load balancer's addresses (default: the slots that follow its name, or else all)",
    )
    .option('--tls-cert <file>', 'PEM file of the client certificate, for a runtime API that requires mutual TLS')
    .option('--tls-key <file>', 'PEM file of the key of the client certificate')
    .option('--tls-ca <file>', "PEM file of the authority that signed the runtime API's certificate")
    .option('--haproxy-version <version>', 'the expected version of the processes')
    .option('--nameserver <ip:port>', "name server, repeatable (default: this machine's)", collect)
    .option('--format <text|json|nagios>', 'output format', 'text')
    .option('--watch', 'check every 5 s until Ctrl-C, with the memory of the checks before')
    .option('--explain <verdict>', 'print what a verdict means, why it occurs and what to do, without a check')
    .addHelpText(
      'after',
      `
A check looks at each process twice: until its resolver has got an answer from DNS, or for 12 s. A process that follows
DNS may keep an address for some time after the load balancer has dropped it: that is no drift.

Exit code: 0 no finding above severity info, 1 drift or another finding, 2 not checked or bad usage.
With --format nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, also for bad usage.

Examples:
  $ cdk-haproxy-elb check --upstream my-elb.example.com:80 --runtime-api 10.0.0.5:9990
  $ cdk-haproxy-elb check --explain stale-address`,
    )
    .action(async (flags: CheckFlags) => {
      if (flags.explain !== undefined) {
        process.stdout.write(`${explain(flags.explain)}\n`);
        return;
      }
      await runCheck(flags, FORMATS[oneOf(flags.format, ['text', 'json', 'nagios'] as const, '--format')]);
    });
}

async function runCheck(flags: CheckFlags, format: Format): Promise<void> {
  const record = recordOf(flags);
  const probes = localProbes({ tls: tlsOf(flags) });
  if (flags.watch) {
    await watch(record, probes, format);
    return;
  }
  const report = withoutRepeatedCause(await checkWithTwoSamples(record, probes, progress));
  process.stdout.write(`${format.print(report)}\n`);
  process.exitCode = format.code(report);
}

/** Says on a terminal why nothing is printed yet. */
function progress(line: string): void {
  if (process.stderr.isTTY) {
    process.stderr.write(`${line}\n`);
  }
}

/** Checks until the process is ended. Each check knows what those before have seen. */
async function watch(record: RegistryRecord, probes: Probes, format: Format): Promise<void> {
  const show = format === FORMATS.text ? openWatch() : (report: string) => process.stdout.write(`${report}\n`);
  let state = NO_STATE;
  for (;;) {
    const report = withoutRepeatedCause(await checkProxy(record, state, probes, Date.now()));
    state = report.state;
    show(format.print(report));
    process.exitCode = format.code(report);
    await sleep(WATCH_MILLIS);
  }
}
