import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosTestbed } from './chaos-testbed';
import { type Fault, listed, onTestbed } from './fault';

/** Opens many connections to a port at once; each sends something twice a second. */
function crowd(port: number, count: number, bytes: string): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = connect({ host: '127.0.0.1', port }).on('error', () => {});
    socket.write(bytes);
    const timer = setInterval(() => socket.write(bytes), 500);
    socket.on('close', () => clearInterval(timer));
    return socket;
  });
}

/** Many connections to a port of HAProxy for 8 s. */
function crowded(name: string, portOf: (testbed: ChaosTestbed) => number, count: number, bytes: string): Fault {
  return onTestbed(name, 'no request lost; afterwards the checker reads and finds nothing', 40, async (testbed) => {
    const sockets = crowd(portOf(testbed), count, bytes);
    const { answered, lost } = await testbed.traffic(8);
    for (const socket of sockets) {
      socket.destroy();
    }
    await sleep(3000);
    const { verdicts } = await testbed.check();
    return {
      ok: lost === 0 && verdicts.length === 0,
      seen: `${answered} answered, ${lost} lost, verdicts: ${listed(verdicts)}`,
    };
  });
}

/** The memory of the smallest Fargate task, 0.5 GB, and few more files than 2,000 connections need. */
const SMALL_TASK = ['prlimit', '--nofile=4500', '--data=536870912'];

/** Too many connections, and too few resources. */
export const CROWD_FAULTS: readonly Fault[] = [
  crowded('slow clients at the runtime API', ({ listeners }) => listeners.runtimeApi.port, 200, 's'),
  crowded('a flood at the runtime API', ({ listeners }) => listeners.runtimeApi.port, 1000, 'show map\n'),
  crowded(
    'a flood at the health port',
    ({ listeners }) => listeners.health.port,
    1000,
    'GET /ready HTTP/1.1\r\nHost: a\r\n\r\n',
  ),
  onTestbed(
    'the limits of the smallest Fargate task',
    '500 more connections are answered, no request lost',
    40,
    async (testbed) => {
      const sockets = crowd(testbed.listeners.listen.port, 500, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      const { answered, lost } = await testbed.traffic(8);
      for (const socket of sockets) {
        socket.destroy();
      }
      return { ok: lost === 0 && !testbed.haproxy.ended, seen: `${answered} answered, ${lost} lost` };
    },
    () => ({ before: SMALL_TASK }),
  ),
];
