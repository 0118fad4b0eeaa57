import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestbedError } from './testbed-error';

/** All that run now, so that none outlives this process. */
const running = new Set<ServerProcess>();
process.on('exit', () => {
  for (const server of running) {
    server.signal('SIGKILL');
  }
});

/** How a process is run. */
interface ProcessOptions {
  /**
   * In a group of its own, which ends with it: for a shell that starts other processes. A terminal's Ctrl-C does not
   * reach it.
   *
   * @default false
   */
  readonly ownGroup?: boolean;
}

/** A server process, and what it printed. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #output = '';

  /** Runs a command, with variables on top of this process's environment. */
  public constructor(
    [command, ...args]: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    private readonly options: ProcessOptions = {},
  ) {
    this.#child = spawn(command!, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
      detached: options.ownGroup,
    });
    running.add(this);
    this.#exited = once(this.#child, 'exit').then(() => running.delete(this));
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      // The last lines are enough to show why it ended.
      stream.on('data', (chunk) => {
        this.#output = `${this.#output}${chunk}`.slice(-10_000);
      });
    }
  }

  /** The last of what it printed. */
  public get output(): string {
    return this.#output;
  }

  public get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Why it ended: what it printed last, or the signal that killed it. Nothing while it runs. */
  public get crash(): string | undefined {
    if (!this.ended) {
      return undefined;
    }
    // The last line of a killed process is no reason.
    return this.#child.signalCode === null ? this.#output : `killed by ${this.#child.signalCode}`;
  }

  public get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Its resident memory, KiB. */
  public get residentKib(): number {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))![1]);
  }

  /** Sends a signal to it; SIGKILL to its whole group if it has its own. */
  public signal(signal: NodeJS.Signals): void {
    if (signal !== 'SIGKILL' || !this.options.ownGroup || this.pid === undefined) {
      this.#child.kill(signal);
      return;
    }
    try {
      process.kill(-this.pid, signal);
    } catch {
      // No process of the group is left.
    }
  }

  /** Waits until it has ended. @returns its exit code; nothing when a signal killed it */
  public async exit(): Promise<number | undefined> {
    await this.#exited;
    return this.#child.exitCode ?? undefined;
  }

  /** Ends it at once and waits until it has ended. */
  public async stop(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }
}

/** The error of every branch of HAProxy for a port of another process. */
export const PORT_IN_USE = /cannot bind|address already in use/i;

/** The line of a process's output that most likely has the reason for its end. */
export function reasonIn(output: string): string {
  const lines = output.split('\n').flatMap((line) => line.trim() || []);
  return lines.find((line) => PORT_IN_USE.test(line)) ?? lines.at(-1) ?? 'it printed nothing';
}

/** Longer than any server takes to start on a busy machine. */
const START_SECONDS = 20;

/**
 * Waits until a server is ready.
 *
 * @param isReady must not reject
 * @throws TestbedError of one line when it ends or takes too long; it is stopped then
 */
export async function untilReady(
  name: string,
  server: Pick<ServerProcess, 'crash' | 'stop'>,
  isReady: () => Promise<boolean>,
): Promise<void> {
  for (const deadline = Date.now() + START_SECONDS * 1000; !(await isReady()); await sleep(50)) {
    const { crash } = server;
    if (crash === undefined && Date.now() < deadline) {
      continue;
    }
    await server.stop();
    const why = crash === undefined ? `no answer within ${START_SECONDS} s` : reasonIn(crash);
    throw new TestbedError(`${name} does not start: ${why}`);
  }
}
