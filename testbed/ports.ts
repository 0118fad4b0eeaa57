import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * Below the ports that Linux gives to outgoing connections (`net.ipv4.ip_local_port_range`, 32768 to 60999): one of
 * those may be taken by a connection of another test between the search and its use.
 */
const FIRST_PORT = 10_240;
const LAST_PORT = 32_767;
const PORTS = LAST_PORT - FIRST_PORT + 1;

/** No server listens here. A UDP socket of this address reserves the port for its process. */
const RESERVED_AT = '127.255.255.254';

/** Longer than from the search to the use. */
const RESERVED_MILLIS = 60_000;

/** Each process starts elsewhere, so that two of them seldom try the same port. */
let next = (process.pid * 131) % PORTS;

/**
 * TCP ports that are free on 127.0.0.1, all different. For a minute no other process that asks here gets one of them, used
 * or not.
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
    if ((await reserve(port)) && (await isFree(port))) {
      ports.push(port);
    }
  }
  return ports;
}

function reserve(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4').unref();
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error);
    });
    socket.bind({ port, address: RESERVED_AT, exclusive: true }, () => {
      setTimeout(() => socket.close(), RESERVED_MILLIS).unref();
      resolve(true);
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
