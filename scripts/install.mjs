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
  const { status } = spawnSync('npm', ['ci', '--no-progress', '--loglevel=error', ...part], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  process.exit(status ?? 1);
}
