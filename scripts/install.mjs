// Installs the dependencies that are missing or older than the lock file, so that a fresh clone needs one command.
// Argument: a workspace, if only its dependencies are needed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const WHOLE = '.';
const RECORD = 'node_modules/.package-lock.json';

const folder = process.argv[2] ?? WHOLE;
const installed = existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')).packages : {};
const has = (place) => {
  const { devDependencies } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
  return Object.keys(devDependencies).every((name) => `node_modules/${name}` in installed);
};
const current = has(folder) && statSync(RECORD).mtimeMs >= statSync('package-lock.json').mtimeMs;
if (!current) {
  // If everything was installed before, everything is updated.
  const part = folder === WHOLE || has(WHOLE) ? [] : ['--workspace', folder];
  console.error(`Installing dependencies (npm ci), ${part.length > 0 ? 'some seconds' : 'about a minute'} …`);
  // Without a network the second and third attempt of npm would wait for a minute.
  const { status, stderr } = spawnSync(
    'npm',
    [
      'ci',
      '--no-progress',
      '--loglevel=error',
      '--fetch-retry-mintimeout=500',
      '--fetch-retry-maxtimeout=2000',
      ...part,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
  );
  if (status !== 0) {
    console.error(`npm ci failed: ${reasonOf(stderr ?? '')}`);
    console.error("The first run needs a package registry; 'npm config get registry' shows which one npm asks.");
    process.exit(status || 1);
  }
}

/** The line of npm's errors that names the cause: the others are codes, advice and the place of a log. */
function reasonOf(errors) {
  const lines = errors.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim());
  const said = lines.filter((line) => line !== '' && !/^(code|errno|syscall) /.test(line));
  return (
    said.find((line) => /failed|refused|denied|not found|can only install/i.test(line)) ??
    said[0] ??
    'npm is not installed'
  );
}
