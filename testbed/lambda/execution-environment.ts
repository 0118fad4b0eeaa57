import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Deferred } from './deferred';
import { LambdaFailure } from './lambda-failure';
import { LogFile } from './log-file';
import { type LambdaNode, lambdaNode } from './node';
import { type Outcome, RuntimeApi } from './runtime-api';
import { FUNCTION_ARN, type FunctionSettings, variables } from './variables';

/** How often the memory of the process is looked at, ms. Its peak is looked at once more at the end of an invocation. */
const MEMORY_LOOK_MS = 20;

/** What Lambda says of a process that was killed: it gives no other reason for one that had too much memory. */
const KILLED = 'Runtime exited with error: signal: killed';

/** Lambda's own limit for the init phase. */
const INIT_LIMIT_MS = 10_000;

/**
 * How Lambda's start script divides the memory: a tenth for new objects, which lie in two halves, the rest for old
 * ones. Without it Node 24 takes twice the memory.
 */
function memoryArguments(memoryMb: number): string[] {
  const forNew = Math.floor(memoryMb / 10);
  return [`--max-semi-space-size=${Math.floor(forNew / 2)}`, `--max-old-space-size=${memoryMb - forNew}`];
}

/** One process that runs a function, from its cold start until it is killed or exits. */
export class ExecutionEnvironment {
  /** Starts the process, and with it the init phase. */
  static async start(settings: FunctionSettings): Promise<ExecutionEnvironment> {
    return new ExecutionEnvironment(settings, await lambdaNode(), await RuntimeApi.start());
  }

  /** Whether the process has ended. */
  exited = false;

  readonly #startedAt = performance.now();
  readonly #log = new LogFile();
  readonly #process: ChildProcess;
  /** Is never resolved; is rejected with the reason when the process has ended. */
  readonly #exit = new Deferred<never>();
  #reason?: string;
  #maxRssMb = Number.NaN;

  private constructor(
    private readonly settings: FunctionSettings,
    { file, major }: LambdaNode,
    private readonly api: RuntimeApi,
  ) {
    const args = [
      ...memoryArguments(settings.memoryMb),
      `--require=${join(__dirname, 'rapid-client.cjs')}`,
      require.resolve('aws-lambda-ric'),
    ];
    this.#process = spawn(file, args, {
      cwd: settings.taskRoot,
      env: variables(settings, major, api.address),
      stdio: ['ignore', this.#log.descriptor, this.#log.descriptor],
    });
    this.#process.once('error', (error) => this.#release(error.message));
    this.#process.once('exit', (code, signal) => this.#release(exitMessage(code, signal)));
    api.initError.then((message) => this.#kill(message));
  }

  /** Waits for the end of the init phase, and returns how long it took. */
  async initialise(): Promise<number> {
    await this.#within(INIT_LIMIT_MS, 'Init phase', this.api.ready());
    return performance.now() - this.#startedAt;
  }

  /** Runs the handler once. It is killed when it takes more memory than the function has. */
  async invoke(event: unknown): Promise<Outcome> {
    const { timeoutMs } = this.settings;
    const clockAhead = this.settings.clockAhead?.() ?? 0;
    const deadline = Date.now() + clockAhead + timeoutMs;
    const invocation = { requestId: randomUUID(), functionArn: FUNCTION_ARN, deadline, event, clockAhead };
    const looks = setInterval(() => this.#limitMemory(), MEMORY_LOOK_MS);
    try {
      const outcome = await this.#within(timeoutMs, 'Task', this.api.invoke(invocation));
      // A peak between two looks counts too.
      return this.#limitMemory() ? await this.#exit.promise : outcome;
    } finally {
      clearInterval(looks);
    }
  }

  /** Lines printed since the last call, on both outputs. */
  takeLogs(): string[] {
    return this.#log.takeLines();
  }

  /** The peak memory of the process; of one that has ended, as far as it was seen. NaN where it is not Linux. */
  maxRssMb(): number {
    try {
      const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
      // A process that has ended and is still listed has no memory.
      this.#maxRssMb = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? this.#maxRssMb * 1024) / 1024;
    } catch {
      // It has ended, or the system has no such file.
    }
    return this.#maxRssMb;
  }

  /** Kills the process at once, as Lambda does when a machine fails. */
  kill(): void {
    this.#kill(KILLED);
  }

  /** Kills the process and waits until it has ended. */
  async end(): Promise<void> {
    this.#kill('Runtime was stopped');
    await this.#exit.promise.catch(() => {});
  }

  /** Waits for the work; throws if the time is up or the process exits before. */
  async #within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
    const message = `${what} timed out after ${(limitMs / 1000).toFixed(2)} seconds`;
    const timer = setTimeout(() => this.#kill(message), limitMs);
    try {
      return await Promise.race([work, this.#exit.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Kills the process if it has had too much memory. @returns whether it had */
  #limitMemory(): boolean {
    const exceeded = this.maxRssMb() > this.settings.memoryMb;
    if (exceeded) {
      this.#kill(KILLED);
    }
    return exceeded;
  }

  #kill(reason: string): void {
    this.#reason ??= reason;
    this.#process.kill('SIGKILL');
  }

  #release(exitReason: string): void {
    if (this.exited) return;
    this.exited = true;
    this.#exit.reject(new LambdaFailure(this.#reason ?? exitReason, this.takeLogs(), this.maxRssMb()));
    this.#log.close();
    this.api.close();
  }
}

/** Worded as Lambda does. */
function exitMessage(code: number | null, signal: string | null): string {
  if (code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: ${signal ? `signal: ${signal}` : `exit status ${code}`}`;
}
