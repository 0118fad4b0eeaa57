import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IDENTITY_BODY, IDENTITY_PATH, STRANGER } from './identity';

/** Where nodes of a load balancer run: in this process, or in one of their own. */
export interface NodeHost {
  /** Starts a node that answers every request with a text; it proves its identity, unless it is a stranger. @returns its port, any free one when `port` is 0 */
  start(text: string, address: string, port: number): Promise<number>;
  /** A node takes no new connection. Idle connections end now, the others when their request is answered. */
  retire(address: string): Promise<void>;
  /** A node stops at once: open connections are cut, and new ones are refused. */
  kill(address: string): Promise<void>;
  /** Kills all nodes. */
  close(): Promise<void>;
}

/** How nodes answer. */
interface NodeOptions {
  /** How long a request takes, ms. @default 0 */
  readonly delayMillis?: number;
  /** How long an idle connection stays open, ms. @default 5000 - as Node does */
  readonly keepAliveMillis?: number;
  /** How many connections may wait to be accepted. @default 511 - as Node does */
  readonly backlog?: number;
}

/** Nodes in this process. */
export class LocalNodes implements NodeHost {
  readonly #servers = new Map<string, Server>();

  /** @param onRequest is called with each request and the address that it came to */
  public constructor(
    private readonly options: NodeOptions = {},
    private readonly onRequest: (request: IncomingMessage, address: string) => void = () => {},
  ) {}

  public async start(text: string, address: string, port: number): Promise<number> {
    const { delayMillis = 0, keepAliveMillis, backlog } = this.options;
    const server = createServer((request, response) => {
      this.onRequest(request, address);
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      const body = request.url === IDENTITY_PATH && text !== STRANGER ? IDENTITY_BODY : text;
      const answer = () => response.end(`${body}\n`);
      delayMillis > 0 ? setTimeout(answer, delayMillis) : answer();
    });
    server.keepAliveTimeout = keepAliveMillis ?? server.keepAliveTimeout;
    const bind = { port, host: address, backlog };
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(bind, resolve));
    this.#servers.set(address, server);
    return (server.address() as AddressInfo).port;
  }

  public async retire(address: string): Promise<void> {
    this.#servers.get(address)?.close();
    this.#servers.get(address)?.closeIdleConnections();
  }

  public async kill(address: string): Promise<void> {
    const server = this.#servers.get(address);
    server?.closeAllConnections();
    await new Promise<void>((done) => (server ? server.close(() => done()) : done()));
  }

  public async close(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((address) => this.kill(address)));
  }
}
