import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');
const FILES = ['package.json', 'package-lock.json', 'bin/package.json', 'scripts/install.mjs'];

test('a fresh clone without a package registry: two lines, at once', () => {
  const clone = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-clone-'));
  for (const file of FILES) {
    mkdirSync(path.dirname(path.join(clone, file)), { recursive: true });
    copyFileSync(path.join(ROOT, file), path.join(clone, file));
  }
  try {
    // Nothing listens on port 9 of this machine, and the cache is empty.
    const env = {
      ...process.env,
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_noproxy: '127.0.0.1',
      npm_config_cache: path.join(clone, 'cache'),
    };
    const { status, stderr } = spawnSync(process.execPath, ['scripts/install.mjs'], {
      cwd: clone,
      env,
      encoding: 'utf8',
    });
    expect(status).toBeGreaterThan(0);
    expect(stderr.trimEnd().split('\n')).toEqual([
      'Installing dependencies (npm ci), about a minute …',
      expect.stringMatching(/^npm ci failed: .*request to .* failed, reason: .*$/),
      "The first run needs a package registry; 'npm config get registry' shows which one npm asks.",
    ]);
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}, 60_000);
