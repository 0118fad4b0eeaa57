import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An upstream that answers every request with one text: which one answers is seen at a glance. */
export class EggServer {
  /** Listens on an address of the loopback range; on any free port when `port` is 0. */
  public static async listen(text: string, address: string, port: number): Promise<EggServer> {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      response.end(`${text}\n`);
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, address, resolve));
    return new EggServer(server, (server.address() as AddressInfo).port);
  }

  private constructor(
    private readonly server: Server,
    public readonly port: number,
  ) {}

  /** Stops at once; open connections are cut. */
  public close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }
}
