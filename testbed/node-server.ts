import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How nodes answer. */
interface NodeOptions {
  /** How long a request takes, ms. @default 0 */
  readonly delayMillis?: number;
  /** How long an idle connection stays open, ms. @default 5000 - as Node does */
  readonly keepAliveMillis?: number;
  /** How many connections may wait to be accepted. @default 511 - as Node does */
  readonly backlog?: number;
  /** Is called with each request and the address that it came to. */
  readonly onRequest?: (request: IncomingMessage, address: string) => void;
}

/** A node of a load balancer: it answers every request with one text, which shows where a request went. */
export class NodeServer {
  /** Listens on an address of the loopback range; on any free port when `port` is 0. */
  public static async listen(
    text: string,
    address: string,
    port: number,
    { delayMillis = 0, keepAliveMillis, backlog, onRequest }: NodeOptions = {},
  ): Promise<NodeServer> {
    const server = createServer((request, response) => {
      onRequest?.(request, address);
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      const answer = () => response.end(`${text}\n`);
      delayMillis > 0 ? setTimeout(answer, delayMillis) : answer();
    });
    server.keepAliveTimeout = keepAliveMillis ?? server.keepAliveTimeout;
    await new Promise<void>((resolve, reject) =>
      server.once('error', reject).listen({ port, host: address, backlog }, resolve),
    );
    return new NodeServer(server, (server.address() as AddressInfo).port);
  }

  private constructor(
    private readonly server: Server,
    public readonly port: number,
  ) {}

  /** Takes no new connection. Idle connections end now, the others when their request is answered. */
  public retire(): void {
    this.server.close();
    this.server.closeIdleConnections();
  }

  /** Stops at once: open connections are cut, and new ones are refused. */
  public close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }
}

/** Where nodes run: in this process, or in one of their own. */
export interface NodeHost {
  /** Starts a node and gives its port; any free port when `port` is 0. */
  start(text: string, address: string, port: number): Promise<number>;
  /** See {@link NodeServer.retire}. */
  retire(address: string): Promise<void>;
  /** See {@link NodeServer.close}. */
  kill(address: string): Promise<void>;
  /** Ends all nodes at once. */
  close(): Promise<void>;
}

/** Nodes in this process. */
export class LocalNodes implements NodeHost {
  readonly #servers = new Map<string, NodeServer>();

  public constructor(private readonly options: NodeOptions = {}) {}

  public async start(text: string, address: string, port: number): Promise<number> {
    const server = await NodeServer.listen(text, address, port, this.options);
    this.#servers.set(address, server);
    return server.port;
  }

  public async retire(address: string): Promise<void> {
    this.#servers.get(address)?.retire();
  }

  public async kill(address: string): Promise<void> {
    await this.#servers.get(address)?.close();
  }

  public async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.close()));
  }
}
