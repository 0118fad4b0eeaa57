import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scripts } from '../../package.json';
import { COMMAND } from '../bin/cli';
import { BLOCKS, codeOf, PAGES, ROOT } from './markdown';

/** The help of the command line. */
function help(...command: string[]): string {
  return execFileSync(process.execPath, [COMMAND, ...command, '--help'], { encoding: 'utf8' });
}

const [, listed = ''] = help().split('Commands:');
/** The options of each command. */
const COMMANDS = Object.fromEntries(
  [...listed.matchAll(/^ {2}([a-z]+)/gm)]
    .filter(([, name]) => name !== 'help')
    .map(([, name]) => [name!, help(name!).match(/--[a-z-]+/g)!]),
);

/** Command lines of ours, with their place: those of shell blocks, and those in sentences and tables. */
const LINES = [
  ...BLOCKS.filter(({ language }) => language === 'sh').flatMap(({ place, text }) =>
    text.split('\n').map((line) => ({ place, text: line })),
  ),
  ...PAGES.flatMap(codeOf),
]
  .map(({ place, text }) => ({
    place,
    text: text
      .replace(/\s+#.*$/, '')
      .replace(/\s*…/, '')
      .replace(/ > \S+$/, ''),
  }))
  .filter(({ text }) => /^([A-Z_]+=\S+ )*(npm (run|test)|npx|cdk-haproxy-elb) /.test(`${text} `));

/** What is wrong with the words after `cdk-haproxy-elb`. */
function faultOfOurs([name, ...words]: string[]): string | undefined {
  if (name === undefined || name === '--help' || name === '--version') {
    return undefined;
  }
  const options = COMMANDS[name];
  if (options === undefined) {
    return `no command ${name}`;
  }
  const unknown = words.find((word) => word.startsWith('--') && !options.includes(word.split('=')[0]!));
  return unknown && `${name} has no ${unknown}`;
}

/** A text with the flags of a script: the help of one that has it, or the source. */
function flagsOf(file: string): string {
  const source = readFileSync(join(ROOT, file), 'utf8');
  return source.includes("from 'commander'")
    ? execFileSync(join(ROOT, 'node_modules/.bin/tsx'), [join(ROOT, file), '--help'], { encoding: 'utf8' })
    : source;
}

/** What is wrong with a command line. */
function faultOf(text: string): string | undefined {
  const words = text
    .replaceAll('"', ' ')
    .split(/\s+/)
    .filter((word) => !/^[A-Z_]+=/.test(word));
  const [tool, ...rest] = words;
  const ours = words.indexOf('cdk-haproxy-elb');
  if (ours >= 0 && tool !== 'npm') {
    return faultOfOurs(words.slice(ours + 1));
  }
  if (tool === 'npx') {
    return ['cdk', 'jest', 'tsc', 'biome'].includes(rest[0]!) ? undefined : `npx ${rest[0]} is nothing of ours`;
  }
  const [script, ...flags] = rest[0] === 'test' ? rest : rest.slice(1).filter((word) => word !== '-s');
  const line = (scripts as Record<string, string>)[script!];
  if (line === undefined) {
    return `no script ${script}`;
  }
  const given = flags.filter((flag) => flag !== '--');
  if (line.includes('bin/cli.ts')) {
    return faultOfOurs([...line.split('bin/cli.ts')[1]!.trim().split(' ').filter(Boolean), ...given]);
  }
  const [file] = /\S+\.ts\b(?!.*\.ts\b)/.exec(line) ?? [];
  const known = file === undefined ? '' : flagsOf(file);
  const unknown = given.find((flag) => flag.startsWith('--') && !known.includes(flag.slice(2)));
  return unknown && `${script} has no ${unknown}`;
}

test('there are command lines to be looked at', () => {
  expect(LINES.length).toBeGreaterThan(20);
});

test('every command line names a command or script that there is, with options that it has', () => {
  expect(
    LINES.flatMap(({ place, text }) => (faultOf(text) === undefined ? [] : [`${place}: ${text}: ${faultOf(text)}`])),
  ).toEqual([]);
});

test.each([
  ['npx cdk-haproxy-elb lnt haproxy.cfg', 'no command lnt'],
  ['npx cdk-haproxy-elb lint haproxy.cfg --version-of-haproxy 3.2', 'lint has no --version-of-haproxy'],
  ['npm run -s cli -- render --haproxy 3.2', 'render has no --haproxy'],
  ['npm run demo -- --speed 2', 'demo has no --speed'],
  ['npm run simulate -- --speed 2', 'simulate has no --speed'],
  ['npm run chaos -- --forever', 'chaos has no --forever'],
  ['npm run everything', 'no script everything'],
  ['npx rimraf dist', 'npx rimraf is nothing of ours'],
])('%s would be found out', (line, fault) => {
  expect(faultOf(line)).toBe(fault);
});
