import type { Command } from 'commander';
import { parseBind, parseUpstream } from '../../lib/haproxy/address';
import { parseDuration } from '../../lib/haproxy/duration';
import { InputError } from '../../lib/haproxy/errors';
import { type HaproxyConfigModel, HaproxyMode } from '../../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version';
import { modelOf, versionOf } from '../model';
import { readSpec } from '../spec';
import { collect } from './options';

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
  readonly runtimeApi?: string;
  readonly health?: string;
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
    .option('--runtime-api <[addr:]port>', "answer the drift checker's read commands here (default: not at all)")
    .option('--health <[addr:]port>', 'answer GET /live here (default: not at all; 127.0.0.1:8404 on 1.6 and 1.7)')
    .option('-f, --file <spec>', 'take everything from a spec file instead')
    .option('--proxy <name>', 'which proxy of the spec file (default: its only one)')
    .option('--environment <name>', 'in which environment of the spec file (default: its only one)')
    .addHelpText(
      'after',
      '\nExample:\n  $ cdk-haproxy-elb render --haproxy-version 3.2 --upstream my-elb.example.com:80',
    )
    .action((flags: RenderFlags) => {
      const { version, model } = flags.file === undefined ? fromFlags(flags) : fromSpec(flags.file, flags);
      const text = HaproxyConfig.render(version, model);
      for (const { message } of version.warnings) {
        console.error(`warning: ${message}`);
      }
      process.stdout.write(text);
    });
}

interface RenderInput {
  readonly version: HaproxyVersion;
  readonly model: HaproxyConfigModel;
}

function fromSpec(file: string, flags: RenderFlags): RenderInput {
  const { file: _file, proxy, environment, ...others } = flags;
  const [extra] = Object.keys(others);
  if (extra !== undefined) {
    const flag = extra.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new InputError(`--${flag} does not go with --file: write it into ${file}, or leave --file out`);
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

function fromFlags(flags: RenderFlags): RenderInput {
  for (const one of ['proxy', 'environment'] as const) {
    if (flags[one] !== undefined) {
      throw new InputError(`--${one} names one of a spec file: give the file with --file`);
    }
  }
  const version = required(flags.haproxyVersion, '--haproxy-version', 'such as 3.2');
  const upstream = required(flags.upstream, '--upstream', 'as NAME:PORT');
  const { mode = HaproxyMode.HTTP } = flags;
  if (mode !== HaproxyMode.HTTP && mode !== HaproxyMode.TCP) {
    throw new InputError(`--mode '${mode}' is not known: allowed are http and tcp`);
  }
  return {
    version: HaproxyVersion.of(version),
    model: {
      upstream: {
        ...parseUpstream(upstream, '--upstream'),
        tls: flags.upstreamTls ? {} : undefined,
        slots: flags.slots === undefined ? undefined : wholeNumber(flags.slots, '--slots'),
      },
      mode,
      listen: flags.listen === undefined ? undefined : parseBind(flags.listen, '--listen'),
      health: flags.health === undefined ? undefined : parseBind(flags.health, '--health'),
      runtimeApi: flags.runtimeApi === undefined ? undefined : parseBind(flags.runtimeApi, '--runtime-api'),
      resolution: {
        nameservers: flags.nameserver,
        holdValidMillis: flags.holdValid === undefined ? undefined : parseDuration(flags.holdValid, '--hold-valid'),
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

function required(value: string | undefined, flag: string, form: string): string {
  if (value === undefined) {
    throw new InputError(`${flag} is missing: give it ${form}, or a spec file with --file`);
  }
  return value;
}
