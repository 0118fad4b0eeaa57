import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyBinary } from '../binaries';
import { type ContainerDefinition, EcsTask } from '../ecs-task';
import { request } from '../request';
import type { TaskIngress } from './ingress';
import { launchedBy } from './pid-namespace';

/** How a task ended. */
interface TaskEnd {
  /** From the stop signal on, ms. */
  readonly afterMillis: number;
  /** Nothing when it was killed at the end of the stop timeout. */
  readonly exitCode?: number;
}

/** A running task of a service. */
export interface ServiceTask {
  readonly address: string;
  /** Begins what ECS's stop signal begins. */
  stop(): void;
  /** Waits for its end. @returns the exit code; nothing when a signal killed it */
  exit(): Promise<number | undefined>;
  /** Kills what is left of it. */
  kill(): Promise<void>;
}

/** What a service runs, and where. */
interface ServiceOptions {
  readonly stopTimeoutMillis: number;
  readonly ingress: TaskIngress;
  /** Its tasks have the addresses `127.0.NETWORK.1` and so on. */
  readonly network: number;
  /** Starts a task at an address, and waits until it may take traffic. */
  readonly start: (address: string) => Promise<ServiceTask>;
}

/** The port of `/ready` in each task. */
const HEALTH_PORT = 8404;

/**
 * A service of ECS: tasks that take traffic when they are ready, and that are stopped without waiting for clients or
 * load balancers, as after a Spot notice or a `StopTask`.
 */
export class EcsService {
  /** How each stopped task ended. */
  public readonly ends: TaskEnd[] = [];
  readonly #tasks: ServiceTask[] = [];
  readonly #starting: Promise<ServiceTask>[] = [];
  #started = 0;

  public constructor(private readonly options: ServiceOptions) {}

  /** Starts or stops so many tasks that this number runs, the oldest first. */
  public async scaleTo(count: number): Promise<void> {
    await Promise.all(Array.from({ length: Math.max(0, count - this.#tasks.length) }, () => this.#start()));
    await Promise.all(this.#tasks.splice(0, this.#tasks.length - count).map((task) => this.#stop(task)));
  }

  /**
   * Replaces the tasks one by one, scales up to three times as many and back, and replaces all at once. Each new task is
   * ready before an old one stops.
   *
   * @param stepMillis the least time of each of these steps, ms
   */
  public async replaceEverything(stepMillis = 0): Promise<void> {
    const count = this.#tasks.length;
    const upAndBack = (most: number) => async () => {
      await this.scaleTo(most);
      await this.scaleTo(count);
    };
    const oneByOne = Array<number>(count).fill(count + 1);
    for (const step of [...oneByOne, 3 * count, 2 * count].map(upAndBack)) {
      await Promise.all([step(), sleep(stepMillis)]);
    }
  }

  /** Ends all tasks at once, also those that start. */
  public async close(): Promise<void> {
    const started = await Promise.allSettled(this.#starting);
    await Promise.all(started.map((one) => one.status === 'fulfilled' && one.value.kill()));
  }

  async #start(): Promise<void> {
    this.#started += 1;
    const starting = this.options.start(`127.0.${this.options.network}.${this.#started}`);
    this.#starting.push(starting);
    const task = await starting;
    this.#tasks.push(task);
    this.options.ingress.register(task.address);
  }

  async #stop(task: ServiceTask): Promise<void> {
    this.options.ingress.deregister(task.address);
    const since = Date.now();
    task.stop();
    const exitCode = await Promise.race([
      task.exit(),
      sleep(this.options.stopTimeoutMillis, undefined, { ref: false }),
    ]);
    this.ends.push({ afterMillis: Date.now() - since, exitCode });
    await task.kill();
  }
}

/** How a task of a template runs. */
interface TemplateTaskOptions {
  readonly binary: HaproxyBinary;
  /** The container of the template. */
  readonly container: ContainerDefinition;
  /** The port of each task for clients. */
  readonly port: number;
  /** The stop signal of the image. */
  readonly signal: NodeJS.Signals;
  /** The command that runs each task's. @default - none */
  readonly launcher?: readonly string[];
}

/** Starts tasks of a template. */
export function templateTask({ binary, container, port, signal, launcher }: TemplateTaskOptions) {
  return async (address: string): Promise<ServiceTask> => {
    const task = new EcsTask(binary, address, container, port, launcher);
    await task.start({
      isReady: async () => (await request(address, HEALTH_PORT, 1000, '/ready')) !== undefined,
    });
    const { pid } = task.process;
    return {
      address,
      stop: () => process.kill(launcher ? launchedBy(pid!) : pid!, signal),
      exit: () => task.process.exit(),
      kill: () => task.stop(),
    };
  };
}
