import { createSocket, type Socket } from 'node:dgram';

/** The address of Route 53 Resolver in every VPC. It must be an address of this machine. */
export const VPC_RESOLVER = '169.254.169.253';

/** The name server of a VPC: relays queries over UDP to a server on loopback, but for clients that are cut off. */
export class VpcResolver {
  /** @param server `127.0.0.1:PORT` */
  public static async start(server: string): Promise<VpcResolver> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => socket.once('error', reject).bind(53, VPC_RESOLVER, resolve));
    return new VpcResolver(socket, Number(server.split(':')[1]));
  }

  /** Clients whose queries are lost, by address. */
  public readonly cutOff = new Set<string>();

  private constructor(
    private readonly socket: Socket,
    port: number,
  ) {
    socket.on('message', (query, client) => {
      if (this.cutOff.has(client.address)) {
        return;
      }
      const relay = createSocket('udp4');
      const limit = setTimeout(() => relay.close(), 2000);
      relay.once('message', (answer) => {
        clearTimeout(limit);
        relay.close();
        socket.send(answer, client.port, client.address);
      });
      relay.send(query, port, '127.0.0.1');
    });
  }

  public close(): void {
    this.socket.close();
  }
}
