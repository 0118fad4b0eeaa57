import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskIngress } from './ingress';

/** What clients do, all again and again. */
export type ClientKind = 'new connections' | 'kept-alive connections' | 'long requests' | 'TCP sessions';

/** What happened to the requests of a kind of clients; a TCP session counts as one. */
export interface LoadReport {
  readonly requests: number;
  /** Why each lost one was lost. */
  readonly lost: readonly string[];
}

/** Between two requests of a client, ms. */
const PAUSE_MILLIS = 40;
/** Longer than any answer takes on a busy machine. */
const PATIENCE_MILLIS = 10_000;
/** A session exchanges so many messages. */
const MESSAGES = 15;

/** The path on which the upstream takes its time. */
export const SLOW_PATH = '/slow';

type Act = () => Promise<void>;

/** Clients that find the tasks through an ingress until they are stopped. */
export class ClientLoad {
  readonly #reports = new Map<ClientKind, { requests: number; lost: string[] }>();
  readonly #clients: Promise<void>[] = [];
  #stopped = false;

  /**
   * @param clients how many clients of each kind
   * @param port where each task listens
   * @param pauseMillis between two requests of a client, on average, ms
   */
  public constructor(
    clients: Readonly<Partial<Record<ClientKind, number>>>,
    ingress: TaskIngress,
    port: number,
    private readonly pauseMillis = PAUSE_MILLIS,
  ) {
    for (const [kind, count] of Object.entries(clients) as [ClientKind, number][]) {
      this.#reports.set(kind, { requests: 0, lost: [] });
      for (let i = 0; i < count; i += 1) {
        this.#clients.push(this.#run(kind, clientOf(kind, ingress.finder(), port)));
      }
    }
  }

  /** Lets the clients finish what they do. */
  public async stop(): Promise<Partial<Record<ClientKind, LoadReport>>> {
    this.#stopped = true;
    await Promise.all(this.#clients);
    return Object.fromEntries(this.#reports);
  }

  async #run(kind: ClientKind, act: Act): Promise<void> {
    const report = this.#reports.get(kind)!;
    while (!this.#stopped) {
      report.requests += 1;
      await act().catch((error: Error) => report.lost.push(error.message));
      await sleep(this.pauseMillis * (0.5 + Math.random()));
    }
  }
}

function clientOf(kind: ClientKind, find: () => string, port: number): Act {
  if (kind === 'TCP sessions') {
    return () => session(find(), port);
  }
  const agent = new Agent({ keepAlive: kind === 'kept-alive connections', maxSockets: 1 });
  // Each new connection goes where the ingress says; the agent keeps it by the name of the service.
  Object.assign(agent, { createConnection: () => connect({ host: find(), port }) });
  return () => get(agent, kind === 'long requests' ? SLOW_PATH : '/');
}

function get(agent: Agent, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const pending = request({ agent, host: 'service.test', path, timeout: PATIENCE_MILLIS }, (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => {
        response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`));
      });
    });
    pending.on('timeout', () => pending.destroy(new Error('no answer in time')));
    pending.on('error', reject);
    pending.end();
  });
}

/** Exchanges some messages over one connection. */
async function session(host: string, port: number): Promise<void> {
  const socket = connect({ host, port }).setTimeout(PATIENCE_MILLIS, () =>
    socket.destroy(new Error('no answer in time')),
  );
  const closed = once(socket, 'close').then(() => {
    throw new Error('closed by the proxy');
  });
  closed.catch(() => {});
  try {
    await once(socket, 'connect');
    for (let i = 0; i < MESSAGES; i += 1) {
      socket.write('ping');
      await Promise.race([once(socket, 'data'), closed]);
      await sleep(PAUSE_MILLIS);
    }
  } finally {
    socket.destroy();
  }
}
