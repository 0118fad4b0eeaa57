import { setImmediate } from 'node:timers/promises';
import {
  type Client,
  credentials,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  makeGenericClientConstructor,
  type Server,
  Server as ServerClass,
  ServerCredentials,
  type ServiceError,
  type StatusObject,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

const same = (bytes: Buffer): Buffer => bytes;
const method = (name: string, requestStream: boolean, responseStream: boolean): MethodDefinition<Buffer, Buffer> => ({
  path: `/testbed.Nodes/${name}`,
  requestStream,
  responseStream,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
});

/** What each node offers. Messages are plain bytes. */
const SERVICE = {
  /** The address of the node. */
  where: method('Where', false, false),
  /** Fails with FAILED_PRECONDITION and the request as its details. */
  fail: method('Fail', false, false),
  /** Never answers. */
  hang: method('Hang', false, false),
  /** The number of messages. */
  count: method('Count', true, false),
  /** As many messages as the request says, all with the same text. */
  repeat: method('Repeat', false, true),
  /** The address of the node, again and again, until the client ends it. */
  watch: method('Watch', false, true),
  /** Each message after the address of the node. */
  echo: method('Echo', true, true),
};

/** Between two messages of `watch`, ms. */
const WATCH_MILLIS = 200;

/** The trailer that each answer ends with. */
const NODE_TRAILER = 'x-node';

/** A node of a load balancer that speaks gRPC in clear text. */
export class GrpcNode {
  public static async listen(address: string, port: number): Promise<GrpcNode> {
    const node = new GrpcNode(address);
    await new Promise<void>((resolve, reject) =>
      node.#server.bindAsync(`${address}:${port}`, ServerCredentials.createInsecure(), (error) =>
        error ? reject(error) : resolve(),
      ),
    );
    return node;
  }

  /** Calls of `where` so far. */
  public calls = 0;
  /** Calls that clients gave up, of `hang`. */
  public cancelled = 0;
  readonly #server: Server = new ServerClass();

  private constructor(public readonly address: string) {
    const trailers = () => {
      const metadata = new Metadata();
      metadata.set(NODE_TRAILER, address);
      return metadata;
    };
    const where: handleUnaryCall<Buffer, Buffer> = (_, answer) => {
      this.calls += 1;
      answer(null, Buffer.from(address), trailers());
    };
    const fail: handleUnaryCall<Buffer, Buffer> = ({ request }, answer) =>
      answer({ code: status.FAILED_PRECONDITION, details: String(request), metadata: trailers() });
    const hang: handleUnaryCall<Buffer, Buffer> = (call) => {
      call.on('cancelled', () => {
        this.cancelled += 1;
      });
    };
    const count: handleClientStreamingCall<Buffer, Buffer> = (call, answer) => {
      let messages = 0;
      call
        .on('error', () => {})
        .on('data', () => {
          messages += 1;
        });
      call.on('end', () => answer(null, Buffer.from(String(messages)), trailers()));
    };
    const repeat: handleServerStreamingCall<Buffer, Buffer> = (call) => {
      call.on('error', () => {});
      for (let i = 0; i < Number(call.request); i += 1) {
        call.write(Buffer.from('again'));
      }
      call.end(trailers());
    };
    const watch: handleServerStreamingCall<Buffer, Buffer> = (call) => {
      const timer = setInterval(() => call.write(Buffer.from(address)), WATCH_MILLIS);
      call.on('error', () => {}).on('close', () => clearInterval(timer));
    };
    const echo: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
      call.on('error', () => {}).on('data', (message) => call.write(Buffer.from(`${address} ${message}`)));
      call.on('end', () => call.end(trailers()));
    };
    const all: UntypedServiceImplementation = { where, fail, hang, count, repeat, watch, echo };
    this.#server.addService(SERVICE, all);
  }

  /** Ends it at once, with all of its connections. */
  public kill(): void {
    this.#server.forceShutdown();
  }
}

/** How a call ended. */
interface CallEnd {
  readonly code: status;
  readonly details: string;
  /** The messages that came. */
  readonly messages: readonly string[];
  /** The trailer of the node. */
  readonly node?: string;
}

const GenericClient = makeGenericClientConstructor(SERVICE, 'Nodes');

/** A client with a connection of its own to each address. */
export class GrpcClient {
  readonly #client: Client;

  /** @param addresses calls go to them in turn */
  public constructor(port: number, addresses: readonly string[] = ['127.0.0.1']) {
    const target = `ipv4:${addresses.map((address) => `${address}:${port}`).join(',')}`;
    this.#client = new GenericClient(target, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    });
  }

  /** A call with one request and one answer. */
  public unary(name: 'where' | 'fail' | 'hang', request = '', deadlineMillis = 10_000): Promise<CallEnd> {
    const { path, requestSerialize, responseDeserialize } = SERVICE[name];
    const options = { deadline: Date.now() + deadlineMillis };
    const { answer, messages } = single();
    const bytes = Buffer.from(request);
    return endOf(
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, bytes, options, answer),
      messages,
    );
  }

  /** Sends so many messages, and gets one answer. */
  public count(sent: number): Promise<CallEnd> {
    const { path, requestSerialize, responseDeserialize } = SERVICE.count;
    const { answer, messages } = single();
    const call = this.#client.makeClientStreamRequest(path, requestSerialize, responseDeserialize, answer);
    for (let i = 0; i < sent; i += 1) {
      call.write(Buffer.from('one more'));
    }
    call.end();
    return endOf(call, messages);
  }

  /** Gets so many messages. */
  public repeat(messages: number): Promise<CallEnd> {
    return this.#stream('repeat', String(messages)).ended;
  }

  /** Opens a stream of messages from the node. */
  public watch(): GrpcStream {
    return this.#stream('watch');
  }

  /** Opens a stream in both directions. */
  public echo(): GrpcStream {
    const { path, requestSerialize, responseDeserialize } = SERVICE.echo;
    return new GrpcStream(this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize));
  }

  public close(): void {
    this.#client.close();
  }

  #stream(name: 'repeat' | 'watch', request = ''): GrpcStream {
    const { path, requestSerialize, responseDeserialize } = SERVICE[name];
    return new GrpcStream(
      this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, Buffer.from(request)),
    );
  }
}

/** A stream of messages from a node, and perhaps to it. */
export class GrpcStream {
  /** How it ended. */
  public readonly ended: Promise<CallEnd>;
  /** Whether it runs. */
  public open = true;
  readonly #messages: string[] = [];

  public constructor(
    private readonly call: NodeJS.EventEmitter & { write?(message: Buffer): unknown; end?(): unknown },
  ) {
    call.on('error', () => {});
    call.on('data', (message) => this.#messages.push(String(message)));
    call.on('status', () => {
      this.open = false;
    });
    this.ended = endOf(call, this.#messages);
  }

  /** How many messages came. */
  public get received(): number {
    return this.#messages.length;
  }

  /** The node at its other end, once a message came. */
  public get node(): string | undefined {
    return this.#messages.at(-1)?.split(' ')[0];
  }

  public send(message: string): void {
    this.call.write?.(Buffer.from(message));
  }

  /** Has nothing more to send. */
  public finish(): void {
    this.call.end?.();
  }
}

/** Keeps the one answer of a call. */
function single() {
  const messages: string[] = [];
  const answer = (_: ServiceError | null, value?: Buffer) => {
    if (value !== undefined) {
      messages.push(String(value));
    }
  };
  return { messages, answer };
}

/** Waits for the end of a call. Its only answer comes right after its status. */
async function endOf(call: NodeJS.EventEmitter, messages: readonly string[]): Promise<CallEnd> {
  const { code, details, metadata } = await new Promise<StatusObject>((resolve) => call.once('status', resolve));
  await setImmediate();
  const [node] = metadata.get(NODE_TRAILER);
  return { code, details, messages, node: node === undefined ? undefined : String(node) };
}
