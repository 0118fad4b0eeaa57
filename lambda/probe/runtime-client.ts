import { connect as connectPlain, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { OutOfTime } from '../../lib/contract/out-of-time';
import {
  type ObservedRuntime,
  type ResolverCounters,
  type ResolverQueries,
  type RuntimeTls,
  type Slot,
  slotName,
} from '../../lib/contract/probe';
import { type AnswerFormat, AnswerStream } from '../../lib/haproxy/runtime-api/answer';
import { RUNTIME_COMMANDS, type RuntimeCommand, SHOW_RESOLVERS_SINCE } from '../../lib/haproxy/runtime-api/commands';
import { INFO } from '../../lib/haproxy/runtime-api/info';
import { RESOLVERS } from '../../lib/haproxy/runtime-api/resolvers';
import { SERVERS_STATE } from '../../lib/haproxy/runtime-api/servers-state';
import { sessionsOf } from '../../lib/haproxy/runtime-api/stat';
import { branchOrder } from '../../lib/haproxy/version/branches';
import { ByteBudget } from './byte-budget';
import { addressOf } from './endpoint';
import { connectionReason } from './reason';

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
  /** What all processes of a call may send together. @default - that of a call with one process */
  readonly budget?: ByteBudget;
}

const MAX_MILLIS = 3000;

/** The most bytes that are read of an answer. More is not a runtime API, or one with thousands of servers. */
const MAX_BYTES = {
  [RUNTIME_COMMANDS.info]: 64 * 1024,
  // More than 2,000 servers.
  [RUNTIME_COMMANDS.serversState]: 256 * 1024,
  // A row has a hundred columns.
  [RUNTIME_COMMANDS.stat]: 4 * 1024 * 1024,
  [RUNTIME_COMMANDS.resolvers]: 64 * 1024,
  [RUNTIME_COMMANDS.resolversOf16]: 64 * 1024,
} as const satisfies Record<RuntimeCommand, number>;

function connect(address: NetConnectOpts, tls?: RuntimeTls): Socket {
  // The endpoint is an address, and all tasks of a service share one certificate, which therefore does not name them.
  // The proof of identity is that `ca`, which signs nothing else, has signed it.
  const checkServerIdentity = () => undefined;
  return tls === undefined ? connectPlain(address) : connectTls({ ...address, ...tls, checkServerIdentity });
}

/** One conversation with a process: all of its commands share one deadline and one allowance of bytes. */
class RuntimeClient {
  readonly #address: NetConnectOpts;
  readonly #tls?: RuntimeTls;
  readonly #deadline: number;
  /** Whether the deadline is the caller's and not that of the process. */
  readonly #cut: boolean;
  readonly #take: (bytes: number) => boolean;

  public constructor(endpoint: string, options: RuntimeOptions = {}) {
    const { tls, deadline = Number.POSITIVE_INFINITY, budget = new ByteBudget() } = options;
    const own = Date.now() + MAX_MILLIS;
    this.#address = addressOf(endpoint);
    this.#tls = tls;
    this.#deadline = Math.min(own, deadline);
    this.#cut = deadline < own;
    this.#take = budget.forProcess();
  }

  /**
   * Sends one command and reads until HAProxy closes the connection, the only end that every branch marks, or until
   * the answer has what is needed.
   *
   * @throws OutOfTime when the caller's time was too short for an answer, else an Error whose message is one line
   */
  public ask<T>(command: RuntimeCommand, format: AnswerFormat<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = () => (this.#cut ? new OutOfTime() : new Error(`no answer to '${command}' within ${MAX_MILLIS} ms`));
      const left = this.#deadline - Date.now();
      if (left <= 0) {
        reject(late());
        return;
      }
      const answer = new AnswerStream(format);
      let bytes = 0;
      const socket = connect(this.#address, this.#tls);
      const settle = (settled: () => void) => {
        clearTimeout(timer);
        socket.destroy();
        settled();
      };
      const fail = (reason: unknown) => settle(() => reject(reason));
      const finish = () =>
        settle(() => {
          try {
            resolve(answer.end());
          } catch (error) {
            reject(error);
          }
        });
      const timer = setTimeout(() => fail(late()), left);
      socket.on('error', (error) => fail(new Error(connectionReason(error))));
      socket.on(this.#tls === undefined ? 'connect' : 'secureConnect', () => socket.write(`${command}\n`));
      socket.on('data', (chunk) => {
        bytes += chunk.length;
        if (bytes > MAX_BYTES[command]) {
          fail(new Error(`the answer to '${command}' is larger than ${MAX_BYTES[command]} bytes`));
        } else if (!this.#take(chunk.length)) {
          fail(new Error(`the answer to '${command}' is too large: all processes together sent too much`));
        } else {
          try {
            // One byte a character: the names in the answers have only such characters.
            if (answer.push(chunk.toString('latin1'))) {
              finish();
            }
          } catch (error) {
            fail(error);
          }
        }
      });
      socket.on('close', finish);
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
  const info = await client.ask(RUNTIME_COMMANDS.info, INFO);
  const slots = await client.ask(RUNTIME_COMMANDS.serversState, SERVERS_STATE);
  const resolvers = await readResolvers(client, info.version);
  return { ...info, slots: await withSessions(client, slots), resolvers };
}

/**
 * The counters of the resolvers of a process that was read before. Without an answer they count as unchanged.
 *
 * @returns what has been added to each section, without those to which nothing was
 */
export async function readQueriesSince(
  endpoint: string,
  { version, resolvers = [] }: ObservedRuntime,
  options?: RuntimeOptions,
): Promise<ResolverQueries[]> {
  let now: readonly ResolverCounters[] | undefined;
  try {
    now = await readResolvers(new RuntimeClient(endpoint, options), version);
  } catch {
    return [];
  }
  const added = resolvers.map(({ section, sent, valid }) => {
    const after = now?.find((one) => one.section === section);
    return { section, sent: (after?.sent ?? sent) - sent, valid: (after?.valid ?? valid) - valid };
  });
  // A process that was replaced in between has smaller counters.
  return added.filter(({ sent, valid }) => sent > 0 && valid >= 0);
}

/** Counters per section; undefined for 1.7, which has none. */
async function readResolvers(client: RuntimeClient, version: string): Promise<ResolverCounters[] | undefined> {
  // A branch that is newer than this program is read as the newest known branch.
  if (branchOrder(version) >= branchOrder(SHOW_RESOLVERS_SINCE)) {
    return client.ask(RUNTIME_COMMANDS.resolvers, RESOLVERS);
  }
  return branchOrder(version) < branchOrder('1.7') ? client.ask(RUNTIME_COMMANDS.resolversOf16, RESOLVERS) : undefined;
}

/** Without sessions where `show stat` is too large, or an allow-list of an older release of this project refuses it. */
async function withSessions(client: RuntimeClient, slots: readonly Slot[]): Promise<readonly Slot[]> {
  if (slots.length === 0) {
    return slots;
  }
  try {
    const sessions = await client.ask(RUNTIME_COMMANDS.stat, sessionsOf(new Set(slots.map(slotName))));
    return slots.map((slot) => ({ ...slot, sessions: sessions.get(slotName(slot)) }));
  } catch (error) {
    if (error instanceof OutOfTime) {
      throw error;
    }
    return slots;
  }
}
