import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { CONTROL } from '../../bin/commands/visible';
import { cliWith } from './cli';

/** Whatever a file or an argument has, the command line answers in lines that a terminal may show. */

jest.setTimeout(120_000);

/** Fixed, so that two runs are alike. */
const SEED = 1;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hostile-input-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const place = path.join(folder, name);
  writeFileSync(place, content);
  return place;
};

/** Runs the command line, and gives what it must not print: control characters, and lines of a stack trace. */
async function wrongOutput(args: readonly string[], variables: Record<string, string> = {}) {
  const { code, stdout, stderr } = await cliWith({ NO_COLOR: '1', ...variables }, ...args);
  const output = `${stdout}${stderr}`;
  return {
    code: code >= 0 && code <= 3 ? 'documented' : code,
    controls: [...new Set(output.match(CONTROL) ?? [])],
    stack: output.match(/^\s+at .*:\d+:\d+\)?$/m)?.[0],
  };
}
const FINE = { code: 'documented', controls: [], stack: undefined };

/** Characters that mean something to a terminal or a parser, among others. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\x1b[31m',
      '\x1b]0;x\x07',
      '\x07',
      '\x7f',
      '\x9b2J',
      '\r',
      '\t',
      '\ufeff',
      '\u2028',
      '"',
      "'",
      '\\',
    ),
    fc.constantFrom(' ', ':', '#', '{', '}', '[', '-', '&a', '*a', '%', '$', '@'),
    fc.string({ minLength: 1, maxLength: 5 }),
  ),
  maxLength: 40,
});
/** The words of a text with hostile parts between and within them, in lines of either system, some of them long. */
const mixed = (words: readonly string[]) =>
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...words),
        hostile,
        fc.constantFrom('\n', '\r\n', '\n    '),
        fc.constant('a'.repeat(5000)),
      ),
      {
        minLength: 5,
        maxLength: 60,
      },
    )
    .map((parts) => parts.join(''));
const bytes = fc.uint8Array({ minLength: 1, maxLength: 2000 });
const some = <T>(arbitrary: fc.Arbitrary<T>, count: number): T[] =>
  fc.sample(arbitrary, { numRuns: count, seed: SEED });

const CONFIG = [
  'global\n',
  'frontend f\n',
  'backend b\n',
  'bind :80 ',
  'server s elb.test:80 ',
  'resolvers r\n',
  'acl a ',
];
const BASELINE = ['{"version":1,', '"findings":[', '{"rule":"', '"},', ']}', 'null', '1e9'];
const SPEC = [
  'environments:\n',
  'proxies:\n',
  '  orders:\n',
  '    upstream: ',
  'dnsName: ',
  '- ',
  '? ',
  '!!map ',
  '<<: *a\n',
];

test('lint of any file', async () => {
  for (const [i, content] of [...some(mixed(CONFIG), 8), ...some(bytes, 2)].entries()) {
    const place = file(`${i}.cfg`, content);
    for (const format of ['text', 'sarif'].slice(i % 2, (i % 2) + 1)) {
      expect({ i, ...(await wrongOutput(['lint', place, '--haproxy-version', '3.2', '--format', format])) }).toEqual({
        i,
        ...FINE,
      });
    }
  }
});

test('lint with any baseline', async () => {
  const config = file('haproxy.cfg', 'frontend f\n    bogus\n');
  for (const [i, content] of [...some(mixed(BASELINE), 3), ...some(bytes, 1)].entries()) {
    const args = ['lint', config, '--haproxy-version', '3.2', '--baseline', file(`${i}.json`, content)];
    expect({ i, ...(await wrongOutput(args)) }).toEqual({ i, ...FINE });
  }
});

test('app with any spec file', async () => {
  for (const [i, content] of [...some(mixed(SPEC), 3), ...some(bytes, 1)].entries()) {
    const spec = file(`${i}.yaml`, content);
    const variables = { CDK_CONTEXT_JSON: JSON.stringify({ spec }), CDK_OUTDIR: path.join(folder, 'cdk.out') };
    expect({ i, ...(await wrongOutput(['app'], variables)) }).toEqual({ i, ...FINE });
  }
});

test('any value of an option, and any name of a command or file', async () => {
  const values = ['\x1b[31m\x07\r\x9b', ...some(hostile, 3).map((value) => value.replaceAll('\0', ''))];
  for (const value of values) {
    const calls = [
      ['render', '--haproxy-version', '3.2', '--upstream', value],
      ['render', '--haproxy-version', value, '--upstream', 'elb.test:80'],
      ['check', '--upstream', 'elb.test:80', '--runtime-api', value],
      ['lint', value, '--haproxy-version', '3.2'],
      ['check', '--format', 'nagios', '--upstream', 'elb.test:80', '--runtime-api', value],
      ['lint', 'x', '--format', value],
      ['check', `--${value}`],
      [value],
    ];
    const runs = await Promise.all(calls.map((args) => wrongOutput(args)));
    expect(calls.map((args, i) => ({ args, ...runs[i] }))).toEqual(calls.map((args) => ({ args, ...FINE })));
  }
});
