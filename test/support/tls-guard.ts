import { once } from 'node:events';
import { connect } from 'node:net';
import { createServer, type Server } from 'node:tls';
import type { TestCertificate } from '../../testbed/certificate';

/** Asks for a certificate before it lets anybody through to a port of this machine. It listens when the promise ends. */
export async function guardOf(port: number, { cert, key }: Pick<TestCertificate, 'cert' | 'key'>): Promise<Server> {
  const guard = createServer({ cert, key, ca: cert, requestCert: true }, (client) => {
    const behind = connect(port, '127.0.0.1');
    client.pipe(behind).pipe(client);
    for (const socket of [client, behind]) {
      socket.on('error', () => {});
    }
  });
  // Who has no certificate, or hangs up, is no error of the guard's.
  guard.on('tlsClientError', () => {});
  await once(guard.listen(0, '127.0.0.1'), 'listening');
  return guard;
}
