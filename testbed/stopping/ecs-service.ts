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

/** What a service runs, and where. */
interface ServiceOptions {
  readonly binary: HaproxyBinary;
  /** The container of the template. */
  readonly container: ContainerDefinition;
  readonly stopTimeoutMillis: number;
  readonly ingress: TaskIngress;
  /** Its tasks have the addresses `127.0.NETWORK.1` and so on. */
  readonly network: number;
  /** The port of each task for clients. */
  readonly port: number;
  /** The command that runs each task's. @default - none */
  readonly launcher?: readonly string[];
  /** Whether a new task may take traffic. @default - when its `/ready` answers 200 */
  readonly isReady?: (address: string) => Promise<boolean>;
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
  readonly #tasks: EcsTask[] = [];
  #started = 0;

  public constructor(private readonly options: ServiceOptions) {}

  /** The addresses of the tasks. */
  public get addresses(): string[] {
    return this.#tasks.map(({ address }) => address);
  }

  /** Starts or stops so many tasks that this number runs, the oldest first. */
  public async scaleTo(count: number, signal: NodeJS.Signals): Promise<void> {
    await Promise.all(Array.from({ length: Math.max(0, count - this.#tasks.length) }, () => this.#start()));
    await Promise.all(this.#tasks.splice(0, this.#tasks.length - count).map((task) => this.#stop(task, signal)));
  }

  /** Replaces the tasks one by one: each new one is ready before an old one stops. */
  public async replaceOneByOne(signal: NodeJS.Signals): Promise<void> {
    for (const count = this.#tasks.length, last = this.#started + count; this.#started < last; ) {
      await this.scaleTo(count + 1, signal);
      await this.scaleTo(count, signal);
    }
  }

  /** Replaces all tasks: the new ones are ready before all old ones stop together. */
  public async replaceAll(signal: NodeJS.Signals): Promise<void> {
    const count = this.#tasks.length;
    await this.scaleTo(2 * count, signal);
    await this.scaleTo(count, signal);
  }

  /** Ends all tasks at once. */
  public async close(): Promise<void> {
    await Promise.all(this.#tasks.map((task) => task.stop()));
  }

  async #start(): Promise<void> {
    const { binary, container, network, port, launcher, ingress } = this.options;
    this.#started += 1;
    const task = new EcsTask(binary, `127.0.${network}.${this.#started}`, container, port, launcher);
    this.#tasks.push(task);
    const { isReady = readyAt } = this.options;
    await task.start({ isReady: () => isReady(task.address) });
    ingress.register(task.address);
  }

  async #stop(task: EcsTask, signal: NodeJS.Signals): Promise<void> {
    this.options.ingress.deregister(task.address);
    const { pid } = task.process;
    const since = Date.now();
    process.kill(this.options.launcher ? launchedBy(pid!) : pid!, signal);
    const exited = task.process.exit();
    const exitCode = await Promise.race([exited, sleep(this.options.stopTimeoutMillis, undefined, { ref: false })]);
    this.ends.push({ afterMillis: Date.now() - since, exitCode });
    await task.stop();
  }
}

async function readyAt(address: string): Promise<boolean> {
  return (await request(address, HEALTH_PORT, 1000, '/ready')) !== undefined;
}
