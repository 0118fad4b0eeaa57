import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { freePorts } from '../../testbed/ports';
import { PythonEnvironment } from '../python';

const VERSION = '1.5.33';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';

/** Installs the AWS emulator ministack into a new Python environment. @throws Error without Python or a package index */
export async function installEmulator(folder: string): Promise<void> {
  const python = await PythonEnvironment.make(folder);
  await python.install(`ministack==${VERSION}`, 'docker');
}

/** Variables that lead every AWS client to an emulator, whatever the configuration of this machine. */
export function clientEnvironment(port: number, accessKey: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_PROFILE: '',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** The AWS emulator ministack on loopback. Functions run as processes, tasks as containers. */
export class Emulator {
  /**
   * @param python the folder of {@link installEmulator}
   * @param network the Docker network of the tasks
   * @param node the Node that functions run on
   */
  public static async start(python: string, folder: string, network: string, node: string): Promise<Emulator> {
    const [port] = await freePorts(1);
    const emulator = new Emulator(path.join(python, 'bin', 'python'), folder, network, node, port!);
    await emulator.#answers();
    return emulator;
  }

  readonly #process: ChildProcess;
  #log = '';

  private constructor(
    python: string,
    folder: string,
    network: string,
    node: string,
    private readonly port: number,
  ) {
    const script = path.join(__dirname, 'emulator.py');
    // It ends when its standard input ends, also when this process is killed.
    this.#process = spawn(python, [script, network], {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: folder,
      env: {
        ...process.env,
        // That of the engine is not for this machine's Python.
        LD_LIBRARY_PATH: '',
        PATH: `${path.dirname(node)}:${process.env.PATH}`,
        GATEWAY_PORT: String(port),
        BIND_HOST: '127.0.0.1',
        MINISTACK_HOST: '127.0.0.1',
        MINISTACK_ACCOUNT_ID: ACCOUNT,
        MINISTACK_REGION: REGION,
        // It would listen on all addresses.
        IOT_MTLS_ENABLED: '0',
        IOT_MTLS_PORT: '0',
        LOG_LEVEL: 'WARNING',
        PYTHONUNBUFFERED: '1',
      },
    });
    for (const stream of [this.#process.stdout!, this.#process.stderr!]) {
      stream.on('data', (chunk) => {
        this.#log += chunk;
      });
    }
  }

  /** Variables for AWS clients. */
  public get environment(): Record<string, string> {
    return clientEnvironment(this.port, 'test');
  }

  /** The end of what it printed. */
  public get log(): string {
    return this.#log.slice(-5000);
  }

  public stop(): void {
    this.#process.kill('SIGKILL');
  }

  /** Waits until it answers. */
  async #answers(): Promise<void> {
    for (let tries = 0; tries < 300 && this.#process.exitCode === null; tries += 1) {
      const { ok } = await fetch(`http://127.0.0.1:${this.port}/_ministack/health`).catch(() => ({ ok: false }));
      if (ok) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the emulator does not start:\n${this.#log}`);
  }
}
