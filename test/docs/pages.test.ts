import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { ALL_RULES } from '../../lint/rules';
import { PAGES } from '../../scripts/pages';

const ROOT = path.resolve(__dirname, '../..');
const BAD = 'backend b\n    server s1 elb.test:80\n    timeout connect 5s\n    timeout server 5s\n';

test.each(Object.entries(PAGES))('%s is up to date (npm run docs)', (file, page) => {
  expect(readFileSync(path.join(ROOT, file), 'utf8')).toBe(page());
});

describe('docs/lint.md', () => {
  const page = PAGES['docs/lint.md']!();
  const [workflow, hooks] = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml]) => parse(yaml!));

  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pages-'));
    writeFileSync(path.join(folder, 'haproxy.cfg'), BAD);
    // The bundled command line replaces the package of the registry.
    const bundle = path.join(ROOT, 'assets/cli/cdk-haproxy-elb.mjs');
    command('npx', `[ "$1 $2" = "--yes cdk-haproxy-elb" ] && shift 2 && exec node ${bundle} "$@"`);
    command('cdk-haproxy-elb', `exec node ${bundle} "$@"`);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  function command(name: string, line: string): void {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${line}\n`);
    chmodSync(path.join(folder, name), 0o755);
  }

  const run = (line: string) =>
    spawnSync('bash', ['-ec', line], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    });

  test('has every rule once, with a link', () => {
    const rows = [...page.matchAll(/^\| \[`([a-z-]+)`\]\(https:[^)]+\) \| (error|warning) \| [^|]+\. \| [^|]+ \|$/gm)];
    expect(rows.map(([, id]) => id)).toEqual(ALL_RULES.map(({ id }) => id));
  });

  test('the workflow fails for an error, and uploads the file that the linter has written', () => {
    const { steps } = workflow.jobs.lint;
    const lint = steps.find(({ run }: { run?: string }) => run !== undefined);
    const upload = steps.at(-1);
    expect(run(lint.run)).toMatchObject({ status: 1, stdout: '', stderr: '' });
    const sarif = JSON.parse(readFileSync(path.join(folder, upload.with.sarif_file), 'utf8'));
    expect(sarif.runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)).toContain('unresolved-name');
    // A step after a failed one needs a condition to run.
    expect(upload.if).toMatch(/^\$\{\{ !cancelled\(\) \}\}$/);
    expect(workflow.permissions).toEqual({ contents: 'read', 'security-events': 'write' });
  });

  test('the hook lints the configuration once, whichever of its files changed', () => {
    const [
      {
        hooks: [hook],
      },
    ] = hooks.repos;
    expect(hook).toMatchObject({ language: 'node', pass_filenames: false });
    expect('conf.d/haproxy.cfg').toMatch(new RegExp(hook.files));
    const { status, stdout } = run(hook.entry);
    expect(status).toBe(1);
    expect(stdout).toContain('haproxy.cfg:2:15: error unresolved-name: ');
  });
});

test('docs/migration.md opens the runtime API as the generator does on every branch', () => {
  const [, block] = /^```haproxy 3\.2\n([\s\S]*?)^```$/m.exec(
    readFileSync(path.join(ROOT, 'docs/migration.md'), 'utf8'),
  )!;
  const [, listener] = block!.split('\n\n');
  const [oldest, newest] = ['1.6', '3.4'].map((branch) =>
    HaproxyConfig.render(HaproxyVersion.of(branch), {
      upstream: { dnsName: 'elb.test', port: 80 },
      runtimeApi: { port: 9990 },
    }),
  );
  expect(oldest).toContain(listener);
  expect(newest).toContain(listener);
});
