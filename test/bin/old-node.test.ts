import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { COMMAND } from './cli';

test('an old Node gets one line', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'old-node-'));
  try {
    const older = path.join(folder, 'older.cjs');
    writeFileSync(
      older,
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } });\n",
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-r', older, COMMAND, '--version'], {
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: 'cdk-haproxy-elb needs Node 20 or later, and this is Node 18.20.4: install a newer one\n',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
