import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The path of a task's metadata, which has the id of its container. */
const PATH = '/v4/0123456789abcdef0123456789abcdef-1234567890';

/**
 * The metadata endpoint of ECS, version 4, as a task finds it: `GET …/task` gives a document about the task. Only what
 * HAProxy reads of it, and what stands beside it, is here.
 */
export class EcsMetadata {
  /** Starts it for a task in a zone. Without one, the document does not name it, as on Fargate before 1.4. */
  public static async start(zone: string | undefined): Promise<EcsMetadata> {
    const metadata = new EcsMetadata();
    metadata.zone = zone;
    await new Promise<void>((resolve, reject) =>
      metadata.#server.once('error', reject).listen(0, '127.0.0.1', () => resolve()),
    );
    return metadata;
  }

  /** The zone that it names from now on. */
  public zone: string | undefined;
  readonly #server: Server = createServer(({ url }, response) => {
    if (url !== `${PATH}/task`) {
      response.writeHead(404).end();
      return;
    }
    const containers = [{ Name: 'haproxy', KnownStatus: 'RUNNING', Limits: { CPU: 256 } }];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ Cluster: 'main', AvailabilityZone: this.zone, Containers: containers }));
  });

  /** The variables that ECS gives to each container. */
  public get environment(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return { ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}${PATH}` };
  }

  public async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}
