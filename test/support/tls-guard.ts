import { once } from 'node:events';
import { connect } from 'node:net';
import { createServer, type Server } from 'node:tls';
import type { TestCertificate } from '../../testbed/certificate';

/** Requires a client certificate in front of a port of this machine. It listens when the promise is resolved. */
export async function guardOf(port: number, { cert, key }: Pick<TestCertificate, 'cert' | 'key'>): Promise<Server> {
  const guard = createServer({ cert, key, ca: cert, requestCert: true }, (client) => {
    const behind = connect(port, '127.0.0.1');
    client.pipe(behind).pipe(client);
    for (const socket of [client, behind]) {
      socket.on('error', () => {});
    }
  });
  // A client without a certificate, or one that closes the connection, is no error.
  guard.on('tlsClientError', () => {});
  await once(guard.listen(0, '127.0.0.1'), 'listening');
  return guard;
}
