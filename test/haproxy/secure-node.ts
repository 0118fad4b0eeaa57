import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import { WebSocketServer } from 'ws';
import type { TestCertificate } from '../../testbed/certificate';

/** A server with TLS, HTTP/2, HTTP/1.1 and WebSockets, which answers with its name and the request. */
export class SecureNode {
  public static async listen(name: string, { cert, key }: TestCertificate, address: string, port: number) {
    const node = new SecureNode(createSecureServer({ cert, key, allowHTTP1: true }), name);
    await new Promise<void>((resolve) => node.server.listen(port, address, resolve));
    return node;
  }

  readonly #sessions = new Set<ServerHttp2Session>();

  private constructor(
    private readonly server: Http2SecureServer,
    name: string,
  ) {
    const sockets = new WebSocketServer({ noServer: true });
    server.on('session', (session) => this.#sessions.add(session.on('error', () => {})));
    server.on('sessionError', () => {}).on('tlsClientError', () => {});
    server.on('request', ({ httpVersion, url, headers }, response) => {
      response.end(JSON.stringify({ name, httpVersion, url, headers }));
    });
    server.on('upgrade', (incoming, socket, head) => {
      sockets.handleUpgrade(incoming, socket, head, (one) => one.on('message', (data) => one.send(`${name} ${data}`)));
    });
  }

  public close(): void {
    this.server.close();
    for (const session of this.#sessions) {
      session.destroy();
    }
  }
}
