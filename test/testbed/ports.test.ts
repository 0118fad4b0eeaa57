import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePorts } from '../../testbed/ports';

/** Prints the ports that a process of its own gets, and ends with its input. */
const SCRIPT = `require('tsx/cjs');
const { freePorts } = require(${JSON.stringify(join(__dirname, '../../testbed/ports'))});
freePorts(300).then((ports) => console.log(JSON.stringify(ports)));
process.stdin.resume();`;

test('no two processes get the same port, although no server listens on any yet', async () => {
  const others = Array.from({ length: 3 }, () => spawn(process.execPath, ['-e', SCRIPT]));
  const printed = others.map(({ stdout }) => text(stdout));
  await Promise.all(others.map(({ stdout }) => once(stdout, 'data')));
  for (const { stdin } of others) {
    stdin.end();
  }
  const ports = (await Promise.all(printed)).flatMap((line) => JSON.parse(line) as number[]);
  expect(new Set(ports).size).toBe(3 * 300);
});

test('a port on which a server listens is not given', async () => {
  const [before] = await freePorts(1);
  const { server, port } = await listenAfter(before!);
  try {
    expect(await freePorts(50)).not.toContain(port);
  } finally {
    server.close();
  }
});

/** A server on the next port that is free; another test may have some. */
async function listenAfter(before: number): Promise<{ server: Server; port: number }> {
  const port = before + 1;
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return { server, port };
  } catch {
    return listenAfter(port);
  }
}
