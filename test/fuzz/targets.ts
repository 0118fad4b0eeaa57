import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSpec } from '../../bin/spec';
import { InputError } from '../../lib/haproxy/errors';
import * as runtime from '../../lib/haproxy/runtime-api/parse';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import { fix } from '../../lint/fix';
import { refuses, type Target } from './harness';
import { socketTargets } from './socket-targets';

const FIXTURES = join(__dirname, '../fixtures');

/** All files of that name, or with that ending, below a folder of the fixtures. */
function fixtures(folder: string, name: string): string[] {
  const files = readdirSync(join(FIXTURES, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith(name))
    .sort()
    .map((file) => readFileSync(join(FIXTURES, folder, file), 'utf8'));
}

/** A reader of an answer of the runtime API. */
function answerReader(name: string, file: string, read: (answer: string) => unknown): Omit<Target, 'share'> {
  return {
    name,
    seeds: fixtures('runtime-api', file),
    words: [
      '1\n# ',
      'srv_addr',
      '- ',
      ' 32 ',
      'Name: HAProxy\n',
      'Version: 3.2.0',
      'Uptime_sec: ',
      'Resolvers section ',
      ' sent: ',
      '\n\n',
    ],
    batch: 50,
    run: (inputs) => {
      for (const input of inputs) {
        refuses(input, runtime.UnexpectedAnswer, read);
      }
    },
  };
}

const CONFIG_WORDS = [
  'global',
  'defaults',
  'resolvers dns',
  'backend b',
  'server s elb.test:80',
  'resolvers',
  'check',
  'if',
  'unless',
  '{ path /a }',
  'http-request',
  'hold valid',
  '10s',
  'tcp-check',
  '%[src]',
  'acl',
  'use_backend',
  '-m',
  'str(',
  'resolve-prefer ipv4',
  '.if defined(X)',
  '.endif',
  'no',
  'default-server',
  '\\ ',
  'server-template a 1-9',
];
const VERSIONS = ['1.6', '1.8', '2.4', '3.2'].map((branch) => HaproxyVersion.of(branch));

const SPEC_WORDS = [
  'proxies:',
  '\n  ',
  '- ',
  ': ',
  'upstream:',
  'dnsName',
  'port: 80',
  "'3.2'",
  '&a',
  '*a',
  '!!js/function',
  '!!binary',
  '? ',
  '|',
  '>',
  '<<: *a',
  '%YAML',
  '---',
  '...',
  '1.0',
  '.inf',
  '0o7',
  'haproxyVersion',
  'routes:',
];

/** Linting alone on one branch each, so that the time is spent on texts. */
function lintAll(inputs: readonly string[]): void {
  for (const input of inputs) {
    const version = VERSIONS[input.length % VERSIONS.length]!;
    try {
      const findings = lint(input, version);
      const lines = input.split('\n').length;
      const outside = findings.find(({ line, column }) => line < 1 || line > lines || column < 1);
      if (outside !== undefined) {
        throw new Error(`a finding at ${outside.line}:${outside.column} of ${lines} lines`);
      }
      fix(input, findings);
    } catch (error) {
      throw new Error(`${JSON.stringify(input).slice(0, 2000)} on ${version.branch}: ${(error as Error).stack}`);
    }
  }
}

/** Everything that reads what others write. */
export const TARGETS: readonly Target[] = [
  { ...answerReader('show info', 'show_info.txt', runtime.parseInfo), share: 0.242 },
  { ...answerReader('show servers state', 'show_servers_state.txt', runtime.parseServersState), share: 0.242 },
  { ...answerReader('show resolvers', 'show_resolvers.txt', runtime.parseResolvers), share: 0.242 },
  { ...answerReader('show stat', 'show_stat.txt', runtime.parseSessions), share: 0.242 },
  {
    name: 'linter',
    share: 0.02,
    seeds: fixtures('render', '.cfg').flatMap((text) => [text, ...text.split('\n\n')]),
    words: CONFIG_WORDS,
    batch: 10,
    run: lintAll,
  },
  {
    name: 'spec file',
    share: 0.004,
    seeds: [
      readFileSync(join(__dirname, '../../haproxy-elb.yaml'), 'utf8'),
      'proxies:\n  web:\n    upstream: { dnsName: elb.test, port: 80 }\n',
    ],
    words: SPEC_WORDS,
    batch: 10,
    run: (inputs) => {
      for (const input of inputs) {
        refuses(input, InputError, (text) => parseSpec(text, 'spec.yaml'));
      }
    },
  },
  ...socketTargets(),
];
