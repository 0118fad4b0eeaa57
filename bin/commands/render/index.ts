import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { parseBind, parseUpstream } from '../../../lib/haproxy/address';
import { parseDuration } from '../../../lib/haproxy/duration';
import { InputError } from '../../../lib/haproxy/errors';
import type { HaproxyConfigModel } from '../../../lib/haproxy/model/config-model';
import { defaultOf, type Option } from '../../../lib/haproxy/model/option';
import { HaproxyLocality, HaproxyMode, PORTS, RESOLUTION, TRAFFIC, UPSTREAM } from '../../../lib/haproxy/model/options';
import { upstreamWarnings } from '../../../lib/haproxy/model/warnings';
import { HaproxyConfig } from '../../../lib/haproxy/render/config';
import { ZONE_SCRIPT_FILE } from '../../../lib/haproxy/render/zone-script';
import { BRANCH_RANGE } from '../../../lib/haproxy/version/branches';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import { readSpec, SPEC_FILE } from '../../spec';
import { modelOfSpec, UNKNOWN_NAME, versionOf } from '../../spec/to-model';
import { collect, oneOf } from '../options';
import { parseVersions, renderDiff } from './diff';

interface RenderFlags {
  readonly file?: string;
  readonly proxy?: string;
  readonly environment?: string;
  readonly haproxyVersion?: string;
  readonly upstream?: string;
  readonly upstreamTls?: boolean;
  readonly mode?: string;
  readonly listen?: string;
  readonly nameserver?: string[];
  readonly slots?: string;
  readonly holdValid?: string;
  readonly holdObsolete?: string;
  readonly runtimeApi?: string;
  readonly health?: string;
  readonly metrics?: boolean;
  readonly diff?: string;
}

/** `render`: prints the configuration alone on standard output, warnings on standard error. */
export function addRender(program: Command): void {
  program
    .command('render')
    .summary('print the configuration for a HAProxy version')
    .description('Prints the configuration for a HAProxy version, from flags or from a spec file.')
    .option('--haproxy-version <version>', `branch or release of HAProxy, ${BRANCH_RANGE}`)
    .option('--upstream <name:port>', 'DNS name and port of the load balancer')
    .option('--upstream-tls', 'use TLS to the load balancer and verify its certificate')
    .option('--mode <http|tcp>', helpOf(TRAFFIC.mode))
    .option('--listen <[addr:]port>', `where clients connect (default: ${defaultOf(PORTS.listenPort)})`)
    .option(
      '--nameserver <ip:port>',
      `name server, repeatable (default: ${defaultOf(RESOLUTION.nameservers)})`,
      collect,
    )
    .option('--slots <n>', helpOf(UPSTREAM.slots))
    .option('--hold-valid <time>', helpOf(RESOLUTION.holdValid))
    .option('--hold-obsolete <time>', helpOf(RESOLUTION.holdObsolete))
    .option('--runtime-api <[addr:]port>', "where to answer the drift checker's read commands (default: nowhere)")
    .option('--health <[addr:]port>', 'where to answer GET /live (default: nowhere; on 1.6 and 1.7 127.0.0.1:8404)')
    .option('--metrics', 'answer GET /metrics for Prometheus at --health (2.0 and later)')
    .option('-f, --file <spec>', `read a spec file (default without --upstream: ${SPEC_FILE} in this folder or above)`)
    .option('--proxy <name>', 'proxy of the spec file (default: the only one)')
    .option('--environment <name>', 'environment of the spec file (default: the only one)')
    .option('--diff <from..to>', 'show what changes between two versions and why, such as 1.7..3.2')
    .addHelpText(
      'after',
      `
Examples:
  $ cdk-haproxy-elb render --haproxy-version 3.2 --upstream my-elb.example.com:80
  $ cdk-haproxy-elb render --diff 1.7..3.2 --upstream my-elb.example.com:80
  $ cdk-haproxy-elb render --proxy orders`,
    )
    .action((flags: RenderFlags) => {
      const { diff, ...source } = flags;
      if (diff === undefined) {
        const { version, model } = inputOf(source);
        const text = HaproxyConfig.render(version, model);
        warn(version, model);
        process.stdout.write(text);
        return;
      }
      if (flags.haproxyVersion !== undefined) {
        throw new InputError(
          '--haproxy-version and --diff are both given, and --diff names both versions: leave --haproxy-version out',
        );
      }
      const [from, to] = parseVersions(diff);
      const { model } = inputOf(source, to);
      const text = renderDiff(from, to, model);
      warn(to, model);
      process.stdout.write(text);
    });
}

/** The help of an option, with its default. */
function helpOf(option: Option): string {
  const about = option.about.replace(/\.$/, '');
  return `${about[0]!.toLowerCase()}${about.slice(1)} (default: ${defaultOf(option)})`;
}

interface RenderInput {
  readonly version: HaproxyVersion;
  readonly model: HaproxyConfigModel;
}

function warn(
  version: HaproxyVersion,
  { mode = TRAFFIC.mode.default, upstream, shares = [], routes = [] }: HaproxyConfigModel,
): void {
  const ofShares = [shares, ...routes.map((route) => route.shares ?? [])].flat().map((share) => share.upstream);
  const upstreams = [upstream, ...routes.flatMap((route) => route.upstream ?? []), ...ofShares];
  const ofModel = upstreams.flatMap((one) =>
    upstreamWarnings(version, mode, one, 'dnsName' in one && one.dnsName === UNKNOWN_NAME),
  );
  for (const { message } of [...version.warnings, ...ofModel]) {
    console.error(`warning: ${message}`);
  }
  if (upstreams.some((one) => 'locality' in one && one.locality === HaproxyLocality.ZONE)) {
    console.error(
      `warning: locality reads a script from '${ZONE_SCRIPT_FILE}', which only the start command of a task gives: 'haproxy -c' refuses this text elsewhere; leave locality out to check the rest`,
    );
  }
}

/** From the flags if they name a load balancer, else from a spec file. `version` replaces a missing one. */
function inputOf(flags: RenderFlags, version?: HaproxyVersion): RenderInput {
  const file = flags.file ?? (flags.upstream === undefined ? findSpec() : undefined);
  return file === undefined ? fromFlags(flags, version) : fromSpec(file, flags);
}

/** The spec file of this folder or of the nearest folder above. */
function findSpec(): string {
  const start = process.cwd();
  for (let folder = start; ; folder = path.dirname(folder)) {
    const file = path.join(folder, SPEC_FILE);
    if (existsSync(file)) {
      return path.relative(start, file);
    }
    if (folder === path.dirname(folder)) {
      throw new InputError(
        `--upstream is not given, and there is no ${SPEC_FILE} in ${start} or above: give --upstream NAME:PORT, or a spec file with --file`,
      );
    }
  }
}

function fromSpec(file: string, flags: RenderFlags): RenderInput {
  const { file: _file, proxy, environment, ...others } = flags;
  const [extra] = Object.keys(others);
  if (extra !== undefined) {
    const flag = extra.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new InputError(
      `--${flag} cannot be combined with a spec file: write it into ${file}, or give --upstream and no file`,
    );
  }
  const { environments } = readSpec(file);
  const { proxies } = choose(environments, environment, file, 'environment', 'environments');
  const spec = choose(proxies, proxy, file, 'proxy', 'proxies');
  return { version: versionOf(spec), model: modelOfSpec(spec) };
}

/** The one with the given name, or the only one. */
function choose<T>(
  all: Readonly<Record<string, T>>,
  wanted: string | undefined,
  file: string,
  one: string,
  many: string,
): T {
  const names = Object.keys(all);
  const name = wanted ?? (names.length === 1 ? names[0]! : undefined);
  if (name === undefined) {
    throw new InputError(`${file} has ${names.length} ${many}: select one with --${one} (${names.join(', ')})`);
  }
  if (!Object.hasOwn(all, name)) {
    throw new InputError(`${file} has no ${one} '${name}': it has ${names.join(', ')}`);
  }
  return all[name]!;
}

function fromFlags(flags: RenderFlags, given?: HaproxyVersion): RenderInput {
  for (const one of ['proxy', 'environment'] as const) {
    if (flags[one] !== undefined) {
      throw new InputError(`--${one} selects from a spec file, and --upstream is given: leave one of them out`);
    }
  }
  const { haproxyVersion, upstream } = flags;
  if (given === undefined && haproxyVersion === undefined) {
    throw new InputError('--haproxy-version is missing: give a version such as 3.2, or a spec file with --file');
  }
  return {
    version: given ?? HaproxyVersion.of(haproxyVersion!),
    model: {
      upstream: {
        ...parseUpstream(upstream!, '--upstream'),
        tls: flags.upstreamTls ? {} : undefined,
        slots: flags.slots === undefined ? undefined : slotsOf(flags.slots),
      },
      mode: flags.mode === undefined ? undefined : oneOf(flags.mode, Object.values(HaproxyMode), '--mode'),
      listen: flags.listen === undefined ? undefined : parseBind(flags.listen, '--listen'),
      health: flags.health === undefined ? undefined : parseBind(flags.health, '--health'),
      runtimeApi: flags.runtimeApi === undefined ? undefined : parseBind(flags.runtimeApi, '--runtime-api'),
      metrics: flags.metrics,
      resolution: {
        nameservers: flags.nameserver,
        holdValidMillis: millis(flags.holdValid, '--hold-valid'),
        holdObsoleteMillis: millis(flags.holdObsolete, '--hold-obsolete'),
      },
    },
  };
}

function slotsOf(value: string): number {
  if (!/^\d{1,9}$/.test(value)) {
    const { min, max } = UPSTREAM.slots;
    throw new InputError(`--slots '${value}' is not a whole number: give one from ${min} to ${max}`);
  }
  return Number(value);
}

function millis(value: string | undefined, flag: string): number | undefined {
  return value === undefined ? undefined : parseDuration(value, flag);
}
