import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { RUNTIME_COMMANDS } from '../lib/haproxy/runtime-api/commands';
import { TestbedError } from './testbed-error';

/** The answers of one real process, by command. */
export type RuntimeRecording = Readonly<Record<string, string>>;

/** Asks a real process everything that the checker asks. @param port of its runtime API on 127.0.0.1 */
export async function recordRuntime(port: number): Promise<RuntimeRecording> {
  const answers: [string, string][] = [];
  for (const command of Object.values(RUNTIME_COMMANDS)) {
    const socket = connect(port, '127.0.0.1');
    socket.write(`${command}\n`);
    answers.push([command, await text(socket)]);
  }
  return Object.fromEntries(answers);
}

/** What an endpoint does with a command: it gets the answer of the recording. */
type Behaviour = (socket: Socket, answer: string) => unknown;

const HUGE_BYTES = 4 * 1024 * 1024;
const huge = Buffer.alloc(HUGE_BYTES, 'x');
/** Short lines cost the most memory for their bytes. */
const hugeLines = Buffer.alloc(HUGE_BYTES, 'x\n');
/** Every byte from 0 to 255, again and again. */
const garbage = Buffer.from(Array.from({ length: 64 * 1024 }, (_, i) => (i * 31 + (i >> 8)) & 255));

/** How an endpoint can behave. */
export const BEHAVIOURS = {
  /** As the real process. */
  answers: (socket, answer) => socket.end(answer),
  /** 4 MiB without an end of a line. */
  huge: (socket) => socket.end(huge),
  /** 4 MiB of lines of one character. */
  hugeLines: (socket) => socket.end(hugeLines),
  garbage: (socket) => socket.end(garbage),
  /** Closes without an answer. */
  empty: (socket) => socket.end(),
  /** Half of the answer, then a reset. */
  cut: (socket, answer) => socket.write(answer.slice(0, answer.length / 2), () => socket.resetAndDestroy()),
  /** Never answers, never closes. */
  silent: () => {},
  /** A byte now and then: it would take hours. */
  slow: (socket, answer) => {
    let sent = 0;
    const timer = setInterval(() => socket.write(answer[sent++ % answer.length] ?? ' '), 200);
    socket.on('close', () => clearInterval(timer));
  },
} as const satisfies Record<string, Behaviour>;

/** A key of `BEHAVIOURS`. */
export type BehaviourName = keyof typeof BEHAVIOURS;

/** The first address of a farm; the nodes of load balancers have lower ones. */
const FIRST = 100 << 16;

const farmAddress = (i: number): string => {
  const host = FIRST + 1 + i;
  return `127.${(host >> 16) & 255}.${(host >> 8) & 255}.${host & 255}`;
};

/** How one endpoint differs from the others. */
export interface FarmEndpoint {
  /** @default 'answers' */
  readonly behaviour?: BehaviourName;
  /** Changes the answer of the recording, for example the addresses that the process holds. */
  readonly edit?: (answer: string, command: string) => string;
}

/**
 * Thousands of runtime APIs in this process: one listening socket on an address of its own for each, all with one port,
 * as the tasks of a service have it. They answer as a real process did; uptime and counters go on with the time.
 */
export class RuntimeFarm {
  /**
   * Starts the endpoints.
   *
   * @param count at most 10,000: each has a file descriptor
   * @throws TestbedError when the port is taken or the descriptors do not suffice
   */
  public static async start(recording: RuntimeRecording, count: number): Promise<RuntimeFarm> {
    const farm = new RuntimeFarm(recording);
    try {
      for (let i = 0; i < count; i += 1) {
        await farm.#listen(farmAddress(i));
      }
    } catch (error) {
      await farm.close();
      throw new TestbedError(`${count} runtime APIs need as many sockets on loopback: ${(error as Error).message}`);
    }
    return farm;
  }

  /** How many connections came in. */
  public connections = 0;
  /** Seconds that have passed for the processes besides the real ones. */
  public extraSeconds = 0;
  /** Their addresses. */
  public readonly addresses: string[] = [];
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #endpoints = new Map<string, FarmEndpoint>();
  readonly #startedAt = Date.now();
  #port = 0;

  private constructor(private readonly recording: RuntimeRecording) {}

  /** The port of all endpoints. */
  public get port(): number {
    return this.#port;
  }

  /** From now on an endpoint is like this. Without an address: all of them. */
  public set(endpoint: FarmEndpoint, ...addresses: readonly string[]): void {
    for (const address of addresses.length > 0 ? addresses : this.addresses) {
      this.#endpoints.set(address, endpoint);
    }
  }

  /** Ends all endpoints. */
  public async close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await Promise.all(this.#servers.splice(0).map((server) => new Promise((done) => server.close(done))));
  }

  async #listen(address: string): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#converse(socket, address));
    this.#servers.push(server);
    await once(server.listen(this.#port, address, 64), 'listening');
    this.#port = (server.address() as { port: number }).port;
    this.addresses.push(address);
  }

  #converse(socket: Socket, address: string): void {
    this.connections += 1;
    this.#sockets.add(socket);
    // A client may close the connection early.
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    socket.once('data', (data) => {
      const command = data.toString().trim();
      const { behaviour = 'answers', edit = (answer: string) => answer } = this.#endpoints.get(address) ?? {};
      const seconds = Math.floor((Date.now() - this.#startedAt) / 1000) + this.extraSeconds;
      const answer = later(this.recording[command] ?? 'Unknown command.\n', seconds);
      BEHAVIOURS[behaviour](socket, edit(answer, command));
    });
  }
}

/**
 * Counters that grow while the process runs: uptime by the second; queries and their answers as with one a second. What
 * has sent nothing goes on so: HAProxy has a `default` section of its own that nothing uses.
 */
const GROWING = /^(Uptime_sec: *|\s*(?:sent|valid): *(?=[1-9]))(\d+)/gm;

/** An answer as the process would give it some seconds later. */
function later(answer: string, seconds: number): string {
  return answer.replace(GROWING, (_, name: string, count: string) => `${name}${Number(count) + seconds}`);
}
