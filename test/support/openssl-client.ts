import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { TestCertificate } from '../../testbed/certificate';

/** How `openssl s_client` opens a connection, and what it sends. */
interface Call {
  /** The authority that must have issued the server's certificate. */
  readonly caFile: string;
  /** The name that it asks for and that the server's certificate must have. */
  readonly servername: string;
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly certificate?: TestCertificate;
  readonly bytes: string;
}

/** What came of it. */
interface Outcome {
  /** The first line that came back. */
  readonly status?: string;
  /** The alert of the server that ended the connection. */
  readonly alert?: string;
  /** Why it refuses the server's certificate. */
  readonly refused?: string;
}

const OPTIONS = { 'TLSv1.2': '-tls1_2', 'TLSv1.3': '-tls1_3' };

/** Runs `openssl s_client` until the server closes. @throws Error of one line when there is no `openssl` */
export async function callWithOpenssl(
  port: number,
  { caFile, servername, maxVersion, certificate, bytes }: Call,
): Promise<Outcome> {
  const client = spawn('openssl', [
    ...['s_client', '-brief', '-ign_eof', OPTIONS[maxVersion], '-connect', `127.0.0.1:${port}`],
    ...['-CAfile', caFile, '-verify_return_error', '-servername', servername, '-verify_hostname', servername],
    // One file has both.
    ...(certificate === undefined ? [] : ['-cert', certificate.file, '-key', certificate.file]),
  ]);
  const ended = once(client, 'close').catch((error: Error) => {
    throw new Error(`no client of OpenSSL: ${error.message}`);
  });
  client.stdin.on('error', () => {}).end(bytes);
  const [answer, said] = await Promise.all([text(client.stdout), text(client.stderr), ended]);
  return {
    status: /^HTTP\/1\.1 .*/m.exec(answer)?.[0].trim(),
    alert: / alert ([a-z ]+):/.exec(said)?.[1],
    refused: /verify error:num=\d+:(.*)/.exec(said)?.[1],
  };
}
