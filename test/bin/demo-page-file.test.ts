import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from './cli';

jest.setTimeout(60_000);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'demo-page-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('the page on a full disk: one line, and half a page is not left', async () => {
  const script = `
    const { writePage } = require('./bin/commands/demo/page-file');
    try { writePage(process.argv[1], 'x'.repeat(100_000)); } catch (error) { console.log(error.message); }`;
  const file = path.join(folder, 'report.html');
  const write = (to: string, limit: string) => {
    const node = [process.execPath, '--require', 'tsx/cjs', '--eval', script, to];
    return execFileSync('/bin/sh', ['-c', `${limit} exec "$@"`, 'sh', ...node], { cwd: ROOT, encoding: 'utf8' });
  };
  expect(write('/dev/full', '')).toBe("--html '/dev/full' cannot be written (ENOSPC): give another file\n");
  // Files of more than 20 kB cannot be written: the page breaks off in its middle.
  expect(write(file, 'ulimit -f 40;')).toBe(`--html '${file}' cannot be written (EFBIG): give another file\n`);
  expect(existsSync(file)).toBe(false);
});
