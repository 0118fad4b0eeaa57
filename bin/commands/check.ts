import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { checkProxy, type Senses } from '../../lambda/drift-checker/check';
import type { ProxyReport } from '../../lambda/drift-checker/conclude';
import type { LiveUpstream } from '../../lambda/drift-checker/reading';
import { lookUp } from '../../lambda/drift-checker/senses/dns';
import { readRuntime } from '../../lambda/drift-checker/senses/runtime-client';
import { NO_STATE } from '../../lambda/drift-checker/state';
import { checkHostName, checkNameserver, isAddress, parseUpstream } from '../../lib/haproxy/address';
import { InputError } from '../../lib/haproxy/errors';
import { DEFAULTS } from '../../lib/haproxy/model/defaults';
import { HaproxyVersion } from '../../lib/haproxy/version';
import type { RegistryRecord, VerdictKind } from '../../lib/private/contract';
import { collect, oneOf } from './options';

interface CheckFlags {
  readonly upstream: string;
  readonly runtimeApi: string[];
  readonly haproxyVersion?: string;
  readonly nameserver?: string[];
  readonly format: string;
  readonly watch?: boolean;
}

/** Verdicts that say that nothing could be looked at, in contrast to a drift that was seen. */
const BLIND: ReadonlySet<VerdictKind> = new Set(['unknown-upstream', 'unreachable-task']);
const WATCH_MILLIS = 5000;
/** As long as an ELB's records live, plus what a generated configuration keeps an address for. */
const DNS_WINDOW_SECONDS = 60 + (DEFAULTS.holdValidMillis + DEFAULTS.holdObsoleteMillis) / 1000;

/** `check`: exit 0 no drift, 1 drift, 2 could not check. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .summary('compare what running HAProxy processes hold with what DNS says')
    .description('Compares the addresses that running HAProxy processes hold with those that the load balancer has.')
    .requiredOption('--upstream <name:port>', 'the load balancer')
    .requiredOption('--runtime-api <addr:port|unix:path>', 'runtime API of a HAProxy, repeatable', collect)
    .option('--haproxy-version <version>', 'the version that should be running')
    .option('--nameserver <ip:port>', "name server, repeatable (default: this machine's)", collect)
    .option('--format <text|json>', 'how the result is printed', 'text')
    .option('--watch', 'look every 5 s until Ctrl-C; an address then counts as live for 100 s after it left DNS')
    .addHelpText(
      'after',
      '\nExit code: 0 no drift, 1 drift, 2 could not check.\n\nExample:\n  $ cdk-haproxy-elb check --upstream my-elb.example.com:80 --runtime-api 10.0.0.5:9990',
    )
    .action(async (flags: CheckFlags) => {
      const format = oneOf(flags.format, ['text', 'json'] as const, '--format');
      const record = recordOf(flags);
      const senses: Senses = {
        upstream: async ({ dnsName }, { nameservers }) => ({
          ...(await lookUp(dnsName, nameservers)),
          owned: [],
        }),
        tasks: async () => flags.runtimeApi.map((endpoint) => ({ id: endpoint, endpoint })),
        runtime: (endpoint) => readRuntime(endpoint),
      };
      let state = NO_STATE;
      do {
        const report = await checkProxy(record, state, senses, Date.now());
        state = report.state;
        process.stdout.write(`${format === 'json' ? toJson(report) : toText(report)}\n`);
        process.exitCode = exitCodeOf(report);
        if (flags.watch) {
          await sleep(WATCH_MILLIS);
        }
      } while (flags.watch);
    });
}

function recordOf({ upstream, runtimeApi, haproxyVersion, nameserver, watch }: CheckFlags): RegistryRecord {
  for (const endpoint of runtimeApi) {
    checkEndpoint(endpoint);
  }
  const { dnsName, port } = parseUpstream(upstream, '--upstream');
  return {
    proxy: `${dnsName}:${port}`,
    haproxyVersion: haproxyVersion === undefined ? undefined : HaproxyVersion.of(haproxyVersion).toString(),
    upstreams: [{ dnsName, port }],
    nameservers: nameserver?.map((address) => checkNameserver(address)),
    tasks: { endpoints: runtimeApi },
    resolutionSeconds: DEFAULTS.holdValidMillis / 1000,
    dnsWindowSeconds: watch ? DNS_WINDOW_SECONDS : 0,
    graceSeconds: 0,
  };
}

/** `ADDR:PORT`, `NAME:PORT` or `unix:PATH`. */
function checkEndpoint(endpoint: string): void {
  if (/^unix:./.test(endpoint)) {
    return;
  }
  const at = endpoint.lastIndexOf(':');
  const host = endpoint.slice(0, at).replace(/^\[|\]$/g, '');
  const port = endpoint.slice(at + 1);
  if (at < 1 || !/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw new InputError(`--runtime-api '${endpoint}' is not usable: give ADDR:PORT or unix:PATH`);
  }
  if (!isAddress(host)) {
    checkHostName(host, '--runtime-api');
  }
}

function exitCodeOf({ verdicts }: ProxyReport): number {
  const drift = verdicts.some(({ kind, severity }) => !BLIND.has(kind) && severity === 'critical');
  return drift ? 1 : verdicts.length > 0 ? 2 : 0;
}

function toJson({ reading, verdicts }: ProxyReport): string {
  const [upstream] = reading.upstreams;
  return JSON.stringify({ ...upstream, tasks: reading.tasks, verdicts });
}

function toText({ reading, verdicts }: ProxyReport): string {
  const [{ upstream, live, degraded }] = reading.upstreams as [LiveUpstream];
  return [
    `${upstream.dnsName} has ${live.join(', ') || 'no known address'}`,
    ...degraded,
    ...reading.tasks.map((read) =>
      'runtime' in read
        ? `${read.task.id} HAProxy ${read.runtime.version} holds ${heldOf(read.runtime.slots)}`
        : `${read.task.id} not read: ${'unreachable' in read ? read.unreachable : 'no time left'}`,
    ),
    ...verdicts.map(({ severity, kind, message }) => `${severity} ${kind}: ${message}`),
    verdicts.length === 0 ? 'no drift' : verdicts.length === 1 ? '1 finding' : `${verdicts.length} findings`,
  ].join('\n');
}

function heldOf(slots: readonly { address?: string; backend: string; name: string }[]): string {
  const held = slots.filter(({ address }) => address !== undefined);
  return held.map(({ address, backend, name }) => `${address} (${backend}/${name})`).join(', ') || 'no address';
}
