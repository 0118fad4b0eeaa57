import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { cacheFolder } from '../../testbed/binaries/cache';

const before = process.cwd();
const { XDG_CACHE_HOME } = process.env;
let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'cache-')));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
  process.env.XDG_CACHE_HOME = XDG_CACHE_HOME ?? '';
  rmSync(folder, { recursive: true });
});

test('all folders share a cache', () => {
  process.env.XDG_CACHE_HOME = '';
  expect(cacheFolder('haproxy')).toBe(path.join(homedir(), '.cache/cdk-haproxy-elb/haproxy'));
  process.env.XDG_CACHE_HOME = '/var/cache/me';
  expect(cacheFolder('haproxy')).toBe('/var/cache/me/cdk-haproxy-elb/haproxy');
  process.env.XDG_CACHE_HOME = 'not/absolute';
  expect(cacheFolder('haproxy')).toBe(path.join(homedir(), '.cache/cdk-haproxy-elb/haproxy'));
});

test('a checkout has its own', () => {
  mkdirSync('testbed');
  expect(cacheFolder('haproxy')).toBe(path.join(folder, '.cache/haproxy'));
});
