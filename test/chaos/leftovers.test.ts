import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { leftovers } from '../../chaos/leftovers';

test('a process that still runs is named, until it has ended', async () => {
  const before = leftovers();
  const child = spawn('sleep', ['30']);
  await once(child, 'spawn');
  expect(leftovers().filter((line) => !before.includes(line))).toEqual([`process ${child.pid} (sleep)`]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(leftovers()).toEqual(before);
});
