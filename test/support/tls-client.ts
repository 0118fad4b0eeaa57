import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import type { TestCertificate } from '../../testbed/certificate';

/** Generous: the tests do not measure times. */
const DEADLINE_MILLIS = 30_000;

/** How a client opens a connection with TLS, and what it sends. */
interface Speech extends Pick<ConnectionOptions, 'servername' | 'maxVersion' | 'session' | 'secureOptions'> {
  readonly certificate?: Pick<TestCertificate, 'cert' | 'key'>;
  readonly host?: string;
  /** Sent before the handshake, in clear text. @default - nothing */
  readonly before?: string;
  /** @default - nothing: the client waits for the other side to close */
  readonly bytes?: string;
}

/** What came back until the other side closed. */
interface Heard {
  readonly text: string;
  /** The alert that ended the connection, as OpenSSL names it. */
  readonly alert?: string;
  /** The name of the server's certificate. */
  readonly served?: string;
  readonly resumed: boolean;
  readonly session?: Buffer;
}

/** Sends bytes over TLS, and gives all that comes back until the other side closes. It verifies nothing. */
export function speak(
  port: number,
  { certificate, host = '127.0.0.1', before, bytes, ...tls }: Speech,
): Promise<Heard> {
  return new Promise((resolve) => {
    let text = '';
    let alert: string | undefined;
    let served: string | undefined;
    let resumed = false;
    let session: Buffer | undefined;
    const tcp = connectTcp({ host, port }, () => before !== undefined && tcp.write(before));
    tcp.on('error', () => {});
    const { cert, key } = certificate ?? {};
    const socket = connect({ socket: tcp, cert, key, rejectUnauthorized: false, ...tls }, () => {
      resumed = socket.isSessionReused();
      served = socket.getPeerCertificate().subject?.CN as string | undefined;
      if (bytes !== undefined) {
        socket.write(bytes);
      }
    });
    socket.on('session', (given) => {
      session = given;
    });
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      alert = (code ?? message)
        .replace(/^ERR_SSL_[A-Z0-9]+_ALERT_/, '')
        .toLowerCase()
        .replaceAll('_', ' ');
    });
    socket.setTimeout(DEADLINE_MILLIS, () => socket.destroy(new Error('the other side does not close')));
    socket.on('close', () => resolve({ text, alert, served, resumed, session }));
  });
}
