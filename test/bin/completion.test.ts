import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { acquireTool, TOOLS } from '../../testbed/binaries/tools';
import { COMMAND } from './cli';

// A missing shell is fetched first.
jest.setTimeout(300_000);

const COMMANDS = ['render', 'lint', 'check', 'demo', 'app', 'completion'];
/** The typed words and the offered ones; an empty list means file names. */
const CASES: readonly [line: string[], offered: string[]][] = [
  [['co'], ['completion']],
  [['help', ''], COMMANDS],
  [
    ['render', '--hold'],
    ['--hold-obsolete', '--hold-valid'],
  ],
  [
    ['render', '--mode', ''],
    ['http', 'tcp'],
  ],
  [
    ['lint', 'a.cfg', '--haproxy-version', '1.'],
    ['1.6', '1.7', '1.8', '1.9'],
  ],
  [['lint', '--format', 's'], ['sarif']],
  [
    ['check', '--explain', 'un'],
    ['unchecked', 'uncovered-address', 'unknown-upstream', 'unreachable-task', 'unseen-process'],
  ],
  [
    ['demo', '--scenario', 's'],
    ['scale-in', 'scale-out', 'stranger'],
  ],
  [['demo', '--backend', 'd'], ['docker']],
  [['completion', 'z'], ['zsh']],
  [['lint', 'hap'], []],
  [['render', '--file', 'hap'], []],
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'completion-'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    writeFileSync(path.join(folder, shell), execFileSync(process.execPath, [COMMAND, 'completion', shell]));
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The shell of this machine, or else of Debian's package. */
async function shellOf(name: 'zsh' | 'fish'): Promise<string[]> {
  return spawnSync(name, ['--version']).status === 0 ? [name] : acquireTool(TOOLS[name], () => {});
}

/** Runs a script in a shell, next to the completions; what it prints, line by line. */
function run([command, ...before]: string[], options: string[], script: string): string[] {
  const { status, stdout, stderr } = spawnSync(command!, [...before, ...options, '-c', script], {
    encoding: 'utf8',
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder },
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter(Boolean);
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');

test('bash offers what fits, and options alone after a dash', () => {
  const bash = (script: string) => run(['bash'], ['--norc'], `. ./bash; ${script}`);
  const complete = (words: readonly string[]) =>
    bash(
      `COMP_WORDS=(cdk-haproxy-elb ${quoted(words)}); COMP_CWORD=${words.length}; _cdk_haproxy_elb; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
  for (const [words, offered] of CASES) {
    expect([words, complete(words).sort()]).toEqual([words, [...offered].sort()]);
  }
  // Every option in a command's help is offered.
  const help = execFileSync(process.execPath, [COMMAND, 'render', '--help'], { encoding: 'utf8' });
  const shown = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option);
  expect(complete(['render', '-'])).toEqual(shown);
  // Names of files are left to bash.
  expect(bash('complete -p cdk-haproxy-elb')).toEqual([
    'complete -o bashdefault -o default -F _cdk_haproxy_elb cdk-haproxy-elb',
  ]);
});

test('zsh offers what fits', async () => {
  const zsh = await shellOf('zsh');
  // Its completion system is a library of functions: these replace them and print their arguments.
  const system = [
    'compdef() { print -r -- $@ }',
    '_files() { }',
    `_describe() { print -rl -- \${(M)\${(P)2}:#\${words[CURRENT]}*} }`,
  ].join('\n');
  expect(run(zsh, ['-f'], `${system}\n. ./zsh`)).toEqual(['_cdk-haproxy-elb cdk-haproxy-elb']);
  for (const [words, offered] of CASES) {
    const typed = `words=(cdk-haproxy-elb ${quoted(words)}); CURRENT=${words.length + 1}`;
    const found = run(zsh, ['-f'], `${system}\n${typed}; . ./zsh`);
    expect([words, found.map((line) => line.replace(/:.*/, '')).sort()]).toEqual([words, [...offered].sort()]);
  }
});

test('fish offers what fits', async () => {
  const fish = await shellOf('fish');
  // Two functions of the folder that fish is installed with, for a fish without it.
  const installed = `
    functions -q __fish_use_subcommand; or function __fish_use_subcommand; test (count (commandline -poc)) -le 1; end
    functions -q __fish_seen_subcommand_from; or function __fish_seen_subcommand_from
      for word in (commandline -poc)[2..]; contains -- $word $argv; and return 0; end; return 1; end`;
  for (const [words, offered] of CASES) {
    const found = run(fish, ['-N'], `. ./fish\n${installed}\ncomplete -C 'cdk-haproxy-elb ${words.join(' ')}'`);
    expect([words, found.map((line) => line.replace(/\t.*/, '')).sort()]).toEqual([words, [...offered].sort()]);
  }
});
