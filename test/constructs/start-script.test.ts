import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startScript } from '../../lib/private/proxy/task';

const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-start-'));
// Replaces HAProxy: prints the source of its configuration, and the length.
writeFileSync(join(folder, 'haproxy'), '#!/bin/sh\nreadlink /proc/self/fd/3\nwc -c </dev/fd/3\n', { mode: 0o755 });

afterAll(() => rmSync(folder, { recursive: true }));

const run = (shell: string[], configuration: string) =>
  spawnSync(shell[0]!, [...shell.slice(1), '-c', startScript([])], {
    env: { PATH: `${folder}:${process.env.PATH}`, HAPROXY_CONFIG: configuration },
    encoding: 'utf8',
  }).stdout.split('\n');

test('the shell of the official images hands the configuration over through a pipe', () => {
  const [from, bytes] = run(['/bin/sh'], 'x'.repeat(60_000));
  expect(from).toMatch(/^pipe:/);
  expect(Number(bytes)).toBe(60_001);
});

// A bash from 5.1 on does with long texts what those before do with all.
test('a bash that needs a file for it has it in memory, because the root file system cannot be written', () => {
  const [from, bytes] = run(['bash', '--norc', '--posix'], 'x'.repeat(100_000));
  expect(from).toMatch(/^\/dev\/shm\/.* \(deleted\)$/);
  expect(Number(bytes)).toBe(100_001);
});
