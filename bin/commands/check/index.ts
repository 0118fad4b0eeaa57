import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { checkProxy, type Senses } from '../../../lambda/controller/check';
import { NO_STATE } from '../../../lambda/controller/state/state';
import { lookUp } from '../../../lambda/probe/dns';
import { readRuntime } from '../../../lambda/probe/runtime-client';
import { collect, oneOf } from '../options';
import { explain } from './explain';
import { type CheckFlags, recordOf, tlsOf } from './flags';
import { FORMATS, type Format } from './formats';
import { openWatch } from './watch';

const WATCH_MILLIS = 5000;

/** `check`: exit 0 no finding, 1 drift or another finding, 2 could not check; Nagios' own codes for its format. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .summary('compare what running HAProxy processes hold with what DNS says')
    .description('Compares the addresses that running HAProxy processes hold with those that the load balancer has.')
    .option('--upstream <name:port>', 'the load balancer, always needed but for --explain')
    .option('--runtime-api <addr:port|unix:path>', 'runtime API of a HAProxy, always needed, repeatable', collect)
    .option('--backend <name>', 'the backend that holds its addresses (default: slots that follow its name, else all)')
    .option('--tls-cert <file>', 'PEM of the certificate to show to a runtime API that asks for mutual TLS')
    .option('--tls-key <file>', 'PEM of its key')
    .option('--tls-ca <file>', "PEM of who has signed the runtime API's certificate")
    .option('--haproxy-version <version>', 'the version that should be running')
    .option('--nameserver <ip:port>', "name server, repeatable (default: this machine's)", collect)
    .option('--format <text|json|nagios>', 'how the result is printed', 'text')
    .option('--watch', 'look every 5 s until Ctrl-C; an address then counts as live for 100 s after it left DNS')
    .option('--explain <verdict>', 'only print why there is such a verdict, and how to mend it')
    .addHelpText(
      'after',
      `
Exit code: 0 no finding but of severity info, 1 drift or another finding, 2 could not check.
With --format nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, which is also a call that cannot be used.

Examples:
  $ cdk-haproxy-elb check --upstream my-elb.example.com:80 --runtime-api 10.0.0.5:9990
  $ cdk-haproxy-elb check --explain stale-address`,
    )
    .action(async (flags: CheckFlags) => {
      if (flags.explain !== undefined) {
        process.stdout.write(`${explain(flags.explain)}\n`);
        return;
      }
      await look(flags, FORMATS[oneOf(flags.format, ['text', 'json', 'nagios'] as const, '--format')]);
    });
}

async function look(flags: CheckFlags, format: Format): Promise<void> {
  const record = recordOf(flags);
  const tls = tlsOf(flags);
  const senses: Senses = {
    upstream: async ({ dnsName }, { nameservers }) => ({ ...(await lookUp(dnsName, nameservers)), owned: [] }),
    tasks: async () => flags.runtimeApi!.map((endpoint) => ({ id: endpoint, endpoint })),
    runtime: (endpoint) => readRuntime(endpoint, { tls }),
  };
  const show =
    flags.watch && format === FORMATS.text ? openWatch() : (report: string) => process.stdout.write(`${report}\n`);
  let state = NO_STATE;
  do {
    const report = await checkProxy(record, state, senses, Date.now());
    state = report.state;
    show(format.print(report));
    process.exitCode = format.code(report);
    if (flags.watch) {
      await sleep(WATCH_MILLIS);
    }
  } while (flags.watch);
}
