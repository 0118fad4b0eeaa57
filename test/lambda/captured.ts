import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { readRuntime } from '../../lambda/probe/runtime-client';
import type { ObservedRuntime } from '../../lib/contract/probe';

/**
 * Reads a process as the checker does, from what a real one has answered, byte for byte: a folder of
 * `test/fixtures/runtime-api`.
 *
 * - `BRANCH`: the first release of the branch; its servers follow names of several kinds.
 * - `BRANCH-pinned`: one server that never resolves again (`testbed/pinned.ts`), 5 s after its start.
 * - `BRANCH-lost`: a generated configuration that resolves every second, 5 s after its start; its name server does not have
 *   the name. 1.6 has found an address at its start, without which it does not start.
 * - `BRANCH-per-request`: a generated configuration in which each request brings its own address.
 *
 * @param cut the command whose answer ends half way
 */
export async function readCapture(capture: string, cut?: string): Promise<ObservedRuntime> {
  const server = createServer((socket) => {
    socket.once('data', (line) => {
      const [command] = line.toString().split(';');
      const answer = readFileSync(fileOf(capture, command!));
      socket.end(command === cut ? answer.subarray(0, answer.length / 2) : answer);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    return await readRuntime(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

function fileOf(capture: string, command: string): string {
  return path.join(__dirname, '../fixtures/runtime-api', capture, `${command.replaceAll(' ', '_')}.txt`);
}
