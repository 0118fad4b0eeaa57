import { createServer } from 'node:net';

/**
 * Below the ports that Linux gives to outgoing connections (`net.ipv4.ip_local_port_range`, 32768 to 60999): one of
 * those may be taken by a connection of another test between the search and its use.
 */
const FIRST_PORT = 10_240;
const LAST_PORT = 32_767;
const PORTS = LAST_PORT - FIRST_PORT + 1;

/** Each process starts elsewhere, and no port is given twice before all others were. */
let next = (process.pid * 131) % PORTS;

/**
 * Free TCP ports of 127.0.0.1, all different.
 *
 * @throws Error when none is left
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries += 1) {
    if (tries === PORTS) {
      throw new Error(`127.0.0.1 has no ${count} free ports from ${FIRST_PORT} to ${LAST_PORT}`);
    }
    const port = FIRST_PORT + next;
    next = (next + 1) % PORTS;
    if (await isFree(port)) {
      ports.push(port);
    }
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
