import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { checkProxy } from '../../../lambda/controller/check';
import { NO_STATE } from '../../../lambda/controller/domain/state';
import { localProbes } from '../../../lambda/controller/local-probes';
import { collect, oneOf } from '../options';
import { explain } from './explain';
import { type CheckFlags, recordOf, tlsOf } from './flags';
import { FORMATS, type Format } from './formats';
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
    .option('--watch', 'check every 5 s until Ctrl-C; an address stays live for 100 s after it was last in DNS')
    .option('--explain <verdict>', 'print what a verdict means, why it occurs and what to do, without a check')
    .addHelpText(
      'after',
      `
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
  const show =
    flags.watch && format === FORMATS.text ? openWatch() : (report: string) => process.stdout.write(`${report}\n`);
  let state = NO_STATE;
  do {
    const report = await checkProxy(record, state, probes, Date.now());
    state = report.state;
    show(format.print(report));
    process.exitCode = format.code(report);
    if (flags.watch) {
      await sleep(WATCH_MILLIS);
    }
  } while (flags.watch);
}
