import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePorts } from '../../testbed/ports';
import { PythonEnvironment } from '../python';

const VERSION = '5.2.5';
/** Tasks get addresses of this network. */
const TASK_NETWORK = '127.0.9';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';

/** The AWS emulator moto in its own Python environment, on loopback. */
export class Emulator {
  /**
   * Installs and starts it.
   *
   * @param folder where the Python environment goes
   * @throws Error when there is no Python, or no package index
   */
  public static async start(folder: string): Promise<Emulator> {
    const python = await PythonEnvironment.make(folder);
    await python.install(`moto[server]==${VERSION}`);
    const [port] = await freePorts(1);
    const emulator = new Emulator(python, port!);
    await emulator.#answers();
    return emulator;
  }

  readonly #process: ChildProcess;
  #log = '';

  private constructor(
    public readonly python: PythonEnvironment,
    private readonly port: number,
  ) {
    // It ends when its standard input ends, also when this process is killed.
    this.#process = spawn(python.program('python'), [join(__dirname, 'emulator.py'), String(port), TASK_NETWORK], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    this.#process.stderr!.on('data', (chunk) => {
      this.#log += chunk;
    });
  }

  /** Variables that lead every AWS client to the emulator, whatever the configuration of this machine. */
  public get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${this.port}`,
      AWS_ACCESS_KEY_ID: 'emulator',
      AWS_SECRET_ACCESS_KEY: 'emulator',
      AWS_SESSION_TOKEN: 'emulator',
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_PROFILE: '',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    };
  }

  /** The resource types that it does not support. */
  public get ignoredTypes(): string[] {
    return [...new Set([...this.#log.matchAll(/Tried to parse (\S+) but/g)].map(([, type]) => type!))].sort();
  }

  /** Its own last error, if it had one. */
  public get lastError(): string {
    return this.#log.slice(Math.max(0, this.#log.lastIndexOf('Traceback'))).slice(0, 5000);
  }

  public stop(): void {
    this.#process.kill('SIGKILL');
  }

  /** Waits until it answers. */
  async #answers(): Promise<void> {
    for (let tries = 0; tries < 300; tries += 1) {
      if (this.#process.exitCode !== null) {
        break;
      }
      const { ok } = await fetch(`http://127.0.0.1:${this.port}/moto-api/`).catch(() => ({ ok: false }));
      if (ok) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the emulator does not start:\n${this.#log}`);
  }
}
