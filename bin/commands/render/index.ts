import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { parseBind, parseUpstream } from '../../../lib/haproxy/address';
import { parseDuration } from '../../../lib/haproxy/duration';
import { InputError } from '../../../lib/haproxy/errors';
import { type HaproxyConfigModel, HaproxyMode } from '../../../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import { readSpec, SPEC_FILE } from '../../spec';
import { modelOf, versionOf } from '../../spec/to-model';
import { collect } from '../options';
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
    .summary('print the configuration that is right for a HAProxy version')
    .description('Prints the configuration that is right for a HAProxy version, from flags or from a spec file.')
    .option('--haproxy-version <version>', 'branch or release that reads the configuration: 1.6 to 3.4')
    .option('--upstream <name:port>', 'the load balancer')
    .option('--upstream-tls', 'speak TLS to the load balancer and verify its certificate')
    .option('--mode <http|tcp>', 'read requests, or pass connections on (default: http)')
    .option('--listen <[addr:]port>', 'where traffic comes in (default: 8080)')
    .option('--nameserver <ip:port>', "name server, repeatable (default: 169.254.169.253:53, every VPC's)", collect)
    .option('--slots <n>', 'addresses held at most, 1.8 and later (default: 16)')
    .option('--hold-valid <time>', 'how often the name is resolved (default: 10s)')
    .option('--hold-obsolete <time>', 'how long an address is kept that is no longer in the answer (default: 30s)')
    .option('--runtime-api <[addr:]port>', "answer the drift checker's read commands here (default: not at all)")
    .option('--health <[addr:]port>', 'answer GET /live here (default: not at all; 127.0.0.1:8404 on 1.6 and 1.7)')
    .option('--metrics', 'answer GET /metrics for Prometheus at --health, 2.0 and later')
    .option(
      '-f, --file <spec>',
      `take everything from a spec file (default without --upstream: ${SPEC_FILE}, here or above)`,
    )
    .option('--proxy <name>', 'which proxy of the spec file (default: its only one)')
    .option('--environment <name>', 'in which environment of the spec file (default: its only one)')
    .option('--diff <from..to>', 'what changes between two versions and why, such as 1.7..3.2')
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
        warn(version);
        process.stdout.write(text);
        return;
      }
      if (flags.haproxyVersion !== undefined) {
        throw new InputError('--haproxy-version does not go with --diff, which names both versions: leave it out');
      }
      const [from, to] = parseVersions(diff);
      const { model } = inputOf(source, to);
      const text = renderDiff(from, to, model);
      warn(to);
      process.stdout.write(text);
    });
}

interface RenderInput {
  readonly version: HaproxyVersion;
  readonly model: HaproxyConfigModel;
}

function warn({ warnings }: HaproxyVersion): void {
  for (const { message } of warnings) {
    console.error(`warning: ${message}`);
  }
}

/** From the flags where they name a load balancer, else from a spec file. `version` stands in for a missing one. */
function inputOf(flags: RenderFlags, version?: HaproxyVersion): RenderInput {
  const file = flags.file ?? (flags.upstream === undefined ? findSpec() : undefined);
  return file === undefined ? fromFlags(flags, version) : fromSpec(file, flags);
}

/** The spec file of the folder or of the nearest one above. */
function findSpec(): string {
  const start = process.cwd();
  for (let folder = start; ; folder = path.dirname(folder)) {
    const file = path.join(folder, SPEC_FILE);
    if (existsSync(file)) {
      return path.relative(start, file);
    }
    if (folder === path.dirname(folder)) {
      throw new InputError(
        `neither --upstream is given nor is there a ${SPEC_FILE} in ${start} or above: give --upstream NAME:PORT, or a spec file with --file`,
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
      `--${flag} does not go with a spec file: write it into ${file}, or give --upstream and no file`,
    );
  }
  const { environments } = readSpec(file);
  const { proxies } = choose(environments, environment, file, 'environment', 'environments');
  const spec = choose(proxies, proxy, file, 'proxy', 'proxies');
  return { version: versionOf(spec), model: modelOf(spec) };
}

/** The one that is wanted, or the only one. */
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
    throw new InputError(`${file} has ${names.length} ${many}: name one with --${one} (${names.join(', ')})`);
  }
  if (!Object.hasOwn(all, name)) {
    throw new InputError(`${file} has no ${one} '${name}': it has ${names.join(', ')}`);
  }
  return all[name]!;
}

function fromFlags(flags: RenderFlags, given?: HaproxyVersion): RenderInput {
  for (const one of ['proxy', 'environment'] as const) {
    if (flags[one] !== undefined) {
      throw new InputError(`--${one} names one of a spec file: leave --upstream out, or --${one}`);
    }
  }
  const { haproxyVersion, upstream } = flags;
  if (given === undefined && haproxyVersion === undefined) {
    throw new InputError('--haproxy-version is missing: give it such as 3.2, or a spec file with --file');
  }
  const { mode = HaproxyMode.HTTP } = flags;
  if (mode !== HaproxyMode.HTTP && mode !== HaproxyMode.TCP) {
    throw new InputError(`--mode '${mode}' is not known: allowed are http and tcp`);
  }
  return {
    version: given ?? HaproxyVersion.of(haproxyVersion!),
    model: {
      upstream: {
        ...parseUpstream(upstream!, '--upstream'),
        tls: flags.upstreamTls ? {} : undefined,
        slots: flags.slots === undefined ? undefined : wholeNumber(flags.slots, '--slots'),
      },
      mode,
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

function wholeNumber(value: string, flag: string): number {
  if (!/^\d{1,9}$/.test(value)) {
    throw new InputError(`${flag} '${value}' is not a whole number: give one from 1 to 100`);
  }
  return Number(value);
}

function millis(value: string | undefined, flag: string): number | undefined {
  return value === undefined ? undefined : parseDuration(value, flag);
}
