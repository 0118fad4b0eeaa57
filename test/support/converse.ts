import { connect, type NetConnectOpts } from 'node:net';
import { setTimeout as sleep, setImmediate as tick } from 'node:timers/promises';

/** What a client does: text or bytes are one packet, a number is a pause in ms, `half-close` ends its side. */
export type Step = string | Buffer | number | 'half-close';

/** Does the steps, and gives everything that comes back until the other side closes. */
export function converse(to: NetConnectOpts, steps: readonly Step[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...to, allowHalfOpen: true });
    let answer = '';
    socket.setNoDelay(true).setEncoding('utf8');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => socket.destroy());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A client that is rejected while it sends may see the connection reset.
      if (!['ECONNRESET', 'EPIPE'].includes(error.code ?? '')) {
        reject(error);
      }
    });
    socket.on('close', () => resolve(answer));
    socket.on('connect', async () => {
      for (const step of steps) {
        if (typeof step === 'number') {
          await (step === 0 ? tick() : sleep(step));
        } else if (step === 'half-close') {
          socket.end();
        } else if (!socket.destroyed) {
          socket.write(step);
        }
      }
    });
  });
}
