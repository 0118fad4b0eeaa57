import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, listed, onStage } from './fault';
import type { Stage } from './stage';

/** So many connections to a port, all open at once, each of which sends something now and then. */
function crowd(port: number, count: number, bytes: string): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = connect({ host: '127.0.0.1', port }).on('error', () => {});
    socket.write(bytes);
    const timer = setInterval(() => socket.write(bytes), 500);
    socket.on('close', () => clearInterval(timer));
    return socket;
  });
}

/** A crowd at a port of HAProxy for 8 s. */
function crowded(name: string, portOf: (stage: Stage) => number, count: number, bytes: string): Fault {
  return onStage(name, 'no request lost; afterwards the checker reads and finds nothing', 40, async (stage) => {
    const sockets = crowd(portOf(stage), count, bytes);
    const { answered, lost } = await stage.traffic(8);
    for (const socket of sockets) {
      socket.destroy();
    }
    await sleep(3000);
    const { verdicts } = await stage.check();
    return {
      ok: lost === 0 && verdicts.length === 0,
      seen: `${answered} answered, ${lost} lost, verdicts: ${listed(verdicts)}`,
    };
  });
}

/** The memory of the smallest task of Fargate, 0.5 GB, and hardly more files than 2,000 connections need. */
const SMALL_TASK = ['prlimit', '--nofile=4500', '--data=536870912'];

/** Too many at once, and too little of everything. */
export const CROWD_FAULTS: readonly Fault[] = [
  crowded('slow clients at the runtime API', ({ runtimeApi }) => runtimeApi, 200, 's'),
  crowded('a flood at the runtime API', ({ runtimeApi }) => runtimeApi, 1000, 'show map\n'),
  crowded('a flood at the health port', ({ health }) => health, 1000, 'GET /ready HTTP/1.1\r\nHost: a\r\n\r\n'),
  onStage(
    'the limits of the smallest Fargate task',
    '500 more connections are answered, no request lost',
    40,
    async (stage) => {
      const sockets = crowd(stage.listen, 500, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      const { answered, lost } = await stage.traffic(8);
      for (const socket of sockets) {
        socket.destroy();
      }
      return { ok: lost === 0 && !stage.haproxy.ended, seen: `${answered} answered, ${lost} lost` };
    },
    () => ({ before: SMALL_TASK }),
  ),
];
