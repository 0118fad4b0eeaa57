import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TestCertificate } from './certificate';
import { IDENTITY_BODY, IDENTITY_HEADER, IDENTITY_PATH } from './identity';

const answer = (body: string, status = '200 OK', headers = '') =>
  `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
const IDENTITY_LINE = `${IDENTITY_HEADER.name}: ${IDENTITY_HEADER.value}\r\n`;
const HUGE_BODY = 'x'.repeat(1024 * 1024);

/** In place of an answer. */
const WAIT = 'none';

/** What a host answers to a request. */
export const ANSWERS = {
  'answers 200': () => answer('stranger'),
  redirects: () => answer('', '302 Found', 'Location: https://stranger.test/\r\n'),
  'sends a huge body': () => answer(HUGE_BODY),
  'has the header and another body': () => answer('stranger', '200 OK', IDENTITY_LINE),
  'returns the request': (request: string) => answer(request),
  'closes at once': () => undefined,
  'says nothing': () => WAIT,
  /** A node of the load balancer. */
  node: (request: string) =>
    request.startsWith(`GET ${IDENTITY_PATH} `) ? answer(IDENTITY_BODY, '200 OK', IDENTITY_LINE) : answer('node'),
} as const satisfies Record<string, (request: string) => string | undefined>;

/** A way to answer. */
export type AnswerKind = keyof typeof ANSWERS;

/** A host at an address that was, or is, one of the load balancer. It counts what it gets. */
export class Host {
  /**
   * Starts it.
   *
   * @param certificate of its TLS. @default - it has no TLS
   */
  public static async listen(
    kind: AnswerKind,
    address: string,
    port: number,
    certificate?: TestCertificate,
  ): Promise<Host> {
    const host = new Host(kind, certificate);
    await new Promise<void>((resolve, reject) =>
      host.#server.once('error', reject).listen({ port, host: address }, resolve),
    );
    return host;
  }

  /** Requests besides health checks, and without TLS what is no TLS handshake. */
  public requests = 0;
  /** Health checks, as far as they got to a request. */
  public checks = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(
    private readonly kind: AnswerKind,
    certificate?: TestCertificate,
  ) {
    const serve = (socket: Socket) => this.#serve(socket);
    this.#server =
      certificate === undefined
        ? createServer(serve)
        : createTlsServer({ cert: certificate.cert, key: certificate.key }, serve).on('tlsClientError', () => {});
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {});
    });
  }

  public close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    return new Promise((done) => this.#server.close(() => done()));
  }

  #serve(socket: Socket): void {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    if (this.kind === 'closes at once') {
      socket.destroy();
    }
    socket.on('data', (part) => {
      text += part;
      // A TLS handshake has none.
      if (!text.includes('\r\n\r\n')) {
        return;
      }
      const request = text;
      text = '';
      if (request.startsWith(`GET ${IDENTITY_PATH} `)) {
        this.checks += 1;
      } else {
        this.requests += 1;
      }
      const given: string | undefined = ANSWERS[this.kind](request);
      if (given !== WAIT) {
        socket.end(given ?? '');
      }
    });
  }
}
