import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { HaproxyBinary } from './binaries';

/** All that run now, so that none outlives this process. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) {
    child.kill('SIGKILL');
  }
});

/** The shell makes a pipe of the configuration, as in the container, and becomes HAProxy. */
const START = 'exec "$@" -db -f /dev/fd/3 3<<END\n$HAPROXY_CONFIG\nEND';

/** A real HAProxy process. */
export class HaproxyProcess {
  /** Runs a binary with a configuration, and variables beside it. Nothing is written to disk. */
  public static of(binary: HaproxyBinary, config: string, environment: Record<string, string> = {}): HaproxyProcess {
    const variables = { ...environment, HAPROXY_CONFIG: config };
    return new HaproxyProcess(['/bin/sh', '-c', START, 'sh', ...binary.command], variables);
  }

  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #output = '';

  /** Runs a command that becomes HAProxy, with variables on top of this process's environment. */
  public constructor(argv: readonly string[], environment: Record<string, string>) {
    const [command, ...args] = argv;
    this.#child = spawn(command!, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    running.add(this.#child);
    this.#exited = once(this.#child, 'exit').then(() => running.delete(this.#child));
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      // The last lines are enough to say why it ended.
      stream.on('data', (chunk) => {
        this.#output = `${this.#output}${chunk}`.slice(-10_000);
      });
    }
  }

  /** The last of what it printed. */
  public get output(): string {
    return this.#output;
  }

  /** Whether it has ended. */
  public get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The signal that has ended it, if one has. */
  public get signal(): NodeJS.Signals | null {
    return this.#child.signalCode;
  }

  public get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends it at once and waits until it is gone. */
  public async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
