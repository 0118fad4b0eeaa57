import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Leftovers } from '../../chaos/leftovers';
import { runInChild } from '../../chaos/run-in-child';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-chaos-test-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a process that still runs is named, until it has ended', async () => {
  const leftovers = new Leftovers(folder);
  const child = spawn('sleep', ['30']);
  await once(child, 'spawn');
  expect(leftovers.find()).toEqual([`process ${child.pid} (sleep)`]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(leftovers.find()).toEqual([]);
});

test('a process of a fault is named also when its parent has ended', async () => {
  const leftovers = new Leftovers(folder);
  const parent = spawn('sh', ['-c', 'sleep 30 & echo $!'], { env: { ...process.env, TMPDIR: folder } });
  const [line] = await once(parent.stdout, 'data');
  const pid = Number(line);
  try {
    if (parent.exitCode === null) {
      await once(parent, 'exit');
    }
    // It is a copy of its parent until it has become what it runs.
    while (leftovers.find().includes(`process ${pid} (sh)`)) {
      await sleep(20);
    }
    expect(leftovers.find()).toEqual([`process ${pid} (sleep)`]);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});

test('a file that a fault has left is named', () => {
  const leftovers = new Leftovers(folder);
  writeFileSync(path.join(folder, 'forgotten'), '');
  expect(leftovers.find()).toEqual(['file forgotten']);
});

test('a fault that overruns is ended with all that it has started', async () => {
  const leftovers = new Leftovers(folder);
  const program = path.join(folder, 'program.cjs');
  const started = path.join(folder, 'started');
  writeFileSync(
    program,
    `const { pid } = require('node:child_process').spawn('sleep', ['60']);
     require('node:fs').writeFileSync(${JSON.stringify(started)}, String(pid));
     process.on('message', () => {});`,
  );
  const context = { binary: { version: '', branch: '', command: [], source: '' }, ownNetwork: false, tools: {} };
  expect(await runInChild({ name: 'endless', seconds: 4 }, context, folder, 'endless', program)).toEqual({
    ok: false,
    seen: 'not done within 4 s, so it was killed',
  });
  // The kernel takes a moment to take them away.
  for (let tries = 0; leftovers.find().some((what) => what.startsWith('process')) && tries < 100; tries += 1) {
    await sleep(50);
  }
  expect(leftovers.find().sort()).toEqual(['file program.cjs', 'file started']);
}, 30_000);
