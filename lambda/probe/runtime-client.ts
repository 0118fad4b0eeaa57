import { connect as connectPlain, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { RUNTIME_COMMANDS, type RuntimeCommand, SHOW_RESOLVERS_SINCE } from '../../lib/haproxy/runtime-api/commands';
import {
  parseInfo,
  parseResolvers,
  parseServersState,
  parseSessions,
  type ResolverCounters,
} from '../../lib/haproxy/runtime-api/parse';
import { branchOrder } from '../../lib/haproxy/version/branches';
import type { ObservedRuntime } from '../controller/domain/observation';
import { reasonOf } from '../controller/domain/reason';
import { slotName } from '../controller/domain/slots';
import { OutOfTime } from './time-limit';

/** What mutual TLS with a runtime API needs, in PEM. */
export interface RuntimeTls {
  /** The checker's certificate, and its key. */
  readonly cert: string;
  readonly key: string;
  /** The authority that signed the certificate of the runtime API. */
  readonly ca: string;
}

/** How a process is read. */
interface RuntimeOptions {
  /** @default - plain TCP, as the runtime API is offered by default */
  readonly tls?: RuntimeTls;
  /**
   * When the caller's time is over, in milliseconds since 1970. A process has at most 3 s in any case: a runtime API
   * answers within milliseconds or not at all.
   *
   * @default - never
   */
  readonly deadline?: number;
}

/** How many processes are asked at the same time, over all proxies: Lambda gives a function 1,024 descriptors. */
export const CONCURRENT_TASKS = 64;

const MAX_MILLIS = 3000;
/** For all answers of a process together. 1,000 slots print far less. More is not a runtime API. */
const MAX_BYTES = 4 * 1024 * 1024;

/** What the codes of failed connections mean. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to the host',
  ETIMEDOUT: 'connection timed out',
  ENOTFOUND: 'no such host',
  ENOENT: 'no such socket',
  EACCES: 'permission denied',
};

/** Where a runtime API listens: `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. */
function addressOf(endpoint: string): NetConnectOpts {
  if (endpoint.startsWith('unix:')) {
    return { path: endpoint.slice('unix:'.length) };
  }
  const at = endpoint.lastIndexOf(':');
  return { host: endpoint.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(endpoint.slice(at + 1)) };
}

function connect(address: NetConnectOpts, tls?: RuntimeTls): Socket {
  // The endpoint is an address, and all tasks of a service share one certificate, which therefore does not name them.
  // The proof of identity is that `ca`, which signs nothing else, has signed it.
  const checkServerIdentity = () => undefined;
  return tls === undefined ? connectPlain(address) : connectTls({ ...address, ...tls, checkServerIdentity });
}

/** One conversation with a process: all of its commands share one deadline and one allowance of bytes. */
export class RuntimeClient {
  readonly #address: NetConnectOpts;
  readonly #tls?: RuntimeTls;
  readonly #deadline: number;
  /** Whether the deadline is the caller's and not that of the process. */
  readonly #cut: boolean;
  #bytesLeft = MAX_BYTES;

  public constructor(endpoint: string, { tls, deadline = Number.POSITIVE_INFINITY }: RuntimeOptions = {}) {
    const own = Date.now() + MAX_MILLIS;
    this.#address = addressOf(endpoint);
    this.#tls = tls;
    this.#deadline = Math.min(own, deadline);
    this.#cut = deadline < own;
  }

  /**
   * Sends one command and reads until HAProxy closes the connection: the only end that every branch marks.
   *
   * @throws OutOfTime when the caller's time was too short for an answer, else an Error whose message is one line
   */
  public ask(command: RuntimeCommand): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = () => (this.#cut ? new OutOfTime() : new Error(`no answer to '${command}' within ${MAX_MILLIS} ms`));
      const left = this.#deadline - Date.now();
      if (left <= 0) {
        reject(late());
        return;
      }
      let answer = '';
      const socket = connect(this.#address, this.#tls);
      const fail = (reason: Error) => {
        clearTimeout(timer);
        socket.destroy();
        reject(reason);
      };
      const timer = setTimeout(() => fail(late()), left);
      socket.on('error', (error: NodeJS.ErrnoException) =>
        fail(new Error(REASONS[error.code ?? ''] ?? reasonOf(error))),
      );
      socket.on(this.#tls === undefined ? 'connect' : 'secureConnect', () => socket.write(`${command}\n`));
      socket.on('data', (chunk) => {
        this.#bytesLeft -= chunk.length;
        // One byte a character: the names in the answers have only such characters.
        answer += chunk.toString('latin1');
        if (this.#bytesLeft < 0) {
          fail(new Error(`the answer to '${command}' is larger than ${MAX_BYTES} bytes`));
        }
      });
      socket.on('close', () => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }
}

/**
 * Reads one process.
 *
 * @throws OutOfTime when the caller's time was too short, else an Error whose message is one line: why the runtime API
 * could not be read
 */
export async function readRuntime(endpoint: string, options?: RuntimeOptions): Promise<ObservedRuntime> {
  const client = new RuntimeClient(endpoint, options);
  const info = parseInfo(await client.ask(RUNTIME_COMMANDS.info));
  const slots = parseServersState(await client.ask(RUNTIME_COMMANDS.serversState));
  const resolvers = await readResolvers(client, info.version);
  const sessions = await readSessions(client);
  for (const slot of slots) {
    slot.sessions = sessions?.get(slotName(slot));
  }
  return { ...info, slots, resolvers };
}

/** Counters per section; undefined for 1.7, which has none. */
async function readResolvers(client: RuntimeClient, version: string): Promise<ResolverCounters[] | undefined> {
  // A branch that is newer than this program is read as the newest known branch.
  if (branchOrder(version) >= branchOrder(SHOW_RESOLVERS_SINCE)) {
    return parseResolvers(await client.ask(RUNTIME_COMMANDS.resolvers));
  }
  return branchOrder(version) < branchOrder('1.7')
    ? parseResolvers(await client.ask(RUNTIME_COMMANDS.resolversOf16))
    : undefined;
}

/** Sessions by slot; undefined where an allow-list of an older release of this project refuses the command. */
async function readSessions(client: RuntimeClient): Promise<Map<string, number> | undefined> {
  try {
    return parseSessions(await client.ask(RUNTIME_COMMANDS.stat));
  } catch (error) {
    if (error instanceof OutOfTime) {
      throw error;
    }
    return undefined;
  }
}
