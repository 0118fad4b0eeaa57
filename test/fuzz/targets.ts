import { readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { parseSpec } from '../../bin/spec';
import { checkRequest } from '../../lambda/probe/request';
import { parseView } from '../../lambda/probe/views';
import { InputError } from '../../lib/haproxy/errors';
import { type AnswerFormat, AnswerStream, readAnswer, UnexpectedAnswer } from '../../lib/haproxy/runtime-api/answer';
import { INFO } from '../../lib/haproxy/runtime-api/info';
import { RESOLVERS } from '../../lib/haproxy/runtime-api/resolvers';
import { SERVERS_STATE } from '../../lib/haproxy/runtime-api/servers-state';
import { sessionsOf } from '../../lib/haproxy/runtime-api/stat';
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

/** What comes out of an answer, or why it is refused. */
function outcomeOf(read: () => unknown): string {
  try {
    return JSON.stringify(read(), (_, value) => (value instanceof Map ? [...value] : value));
  } catch (error) {
    if (!(error instanceof UnexpectedAnswer)) {
      throw error;
    }
    return error.message;
  }
}

/** A reader of an answer of the runtime API. Parts of any size must give what the whole gives. */
function answerReader(format: AnswerFormat<unknown>): Omit<Target, 'share'> {
  return {
    name: format.command,
    seeds: fixtures('runtime-api', `${format.command.replaceAll(' ', '_')}.txt`),
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
        refuses(input, UnexpectedAnswer, (answer) => readAnswer(format, answer));
        const size = 1 + (input.length % 37);
        const inParts = outcomeOf(() => {
          const stream = new AnswerStream(format);
          for (let at = 0; at < input.length; at += size) {
            stream.push(input.slice(at, at + size));
          }
          return stream.end();
        });
        const whole = outcomeOf(() => readAnswer(format, input));
        if (inParts !== whole) {
          throw new Error(`${JSON.stringify(input)} in parts of ${size}: ${inParts}, as a whole: ${whole}`);
        }
      }
    },
  };
}

const REQUEST = JSON.stringify({
  millis: 10_000,
  names: [{ name: 'elb.test', nameservers: ['10.0.0.2:53'] }],
  processes: [
    {
      endpoint: '10.0.0.1:9990',
      tls: 'a',
      views: { 'elb.test': { endpoint: '10.0.0.1:8404', path: '/resolved/upstream' } },
    },
  ],
  tls: { a: { cert: 'c', key: 'k', ca: 'a' } },
});

/** The request of a controller, as Lambda's runtime parses it. */
const requestReader: Omit<Target, 'share'> = {
  name: 'probe request',
  seeds: [REQUEST, '{"millis":1,"names":[],"processes":[]}'],
  words: ['"millis":', '"names":', '"processes":', '"views":', '"tls":', '"__proto__":', 'null', '[[]]', '1e400', '-1'],
  batch: 50,
  run: (inputs) => {
    for (const input of inputs) {
      let request: unknown;
      try {
        request = JSON.parse(input);
      } catch {
        continue;
      }
      refuses(input, Error, () => checkRequest(request));
    }
  },
};

/** What a process says of its own resolver. */
const viewReader: Omit<Target, 'share'> = {
  name: 'view',
  seeds: ['10.0.0.1 10.0.0.2 10.0.0.1', '10.0.0.1', 'fd00::1 fd00::2', ''],
  words: ['10.0.0.1', 'fd00::1', '%', '  ', '\n'],
  batch: 50,
  run: (inputs) => {
    for (const input of inputs) {
      const view = parseView(input);
      const strange = view?.find((address) => isIP(address) === 0);
      if (strange !== undefined || view?.length === 0) {
        throw new Error(`${JSON.stringify(input)}: '${strange}' is no address`);
      }
    }
  },
};

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
  { ...answerReader(INFO), share: 0.2 },
  { ...answerReader(SERVERS_STATE), share: 0.2 },
  { ...answerReader(RESOLVERS), share: 0.2 },
  { ...answerReader(sessionsOf(new Set(['be/s1', 'be/web1', 'no/such']))), share: 0.2 },
  { ...requestReader, share: 0.084 },
  { ...viewReader, share: 0.084 },
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
