import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { freePorts } from '../../testbed/ports';
import { PythonEnvironment } from '../python';
import { ACCOUNT, clientEnvironment } from './emulator';

const VERSION = '1.3.2';

/** A call that IAM judged: made with the role of a function or of a schedule. */
export interface JudgedCall {
  readonly role: string;
  /** As IAM names it, such as `dynamodb:PutItem`. */
  readonly action: string;
  readonly allowed: boolean;
}

/** The input of a call to AWS Config or to Security Hub, as it was sent. */
export interface JudgedInput {
  /** `service:Operation`. */
  readonly operation: string;
  readonly input: unknown;
}

/** It uses syntax of Python 3.12. */
const OLDEST_PYTHON_MINOR = 12;

/**
 * Installs the AWS emulator localemu into a new Python environment of about 400 MB.
 *
 * @throws NoPython without Python 3.12 or later
 * @throws Error without a package index
 */
export async function installIamEmulator(folder: string): Promise<void> {
  const python = await PythonEnvironment.makeNewest(folder, OLDEST_PYTHON_MINOR);
  await python.install(`localemu==${VERSION}`);
}

/** The AWS emulator localemu on loopback. Functions run as processes, with the credentials of their roles. */
export class IamEmulator {
  /**
   * @param python the folder of {@link installIamEmulator}
   * @param node the Node that functions run on
   * @param accounts whose root users may call, besides that of {@link ACCOUNT}
   */
  public static async start(
    python: string,
    folder: string,
    node: string,
    accounts: readonly string[] = [],
  ): Promise<IamEmulator> {
    const [port] = await freePorts(1);
    const emulator = new IamEmulator(path.join(python, 'bin', 'python'), folder, node, port!, accounts);
    await emulator.#answers();
    return emulator;
  }

  readonly #process: ChildProcess;
  readonly #answered: Interface;
  /** How many lines of a file were taken. */
  readonly #taken = new Map<string, number>();
  #log = '';

  private constructor(
    python: string,
    private readonly folder: string,
    node: string,
    private readonly port: number,
    accounts: readonly string[],
  ) {
    const client = require.resolve('../../testbed/lambda/rapid-client.cjs');
    const handlers = [node, `--require=${client}`, require.resolve('aws-lambda-ric')];
    // It ends when its standard input ends, also when this process is killed.
    this.#process = spawn(python, [path.join(__dirname, 'iam-emulator.py'), String(port), folder, ...handlers], {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: folder,
      env: {
        ...process.env,
        // That of the engine is not for this machine's Python.
        LD_LIBRARY_PATH: '',
        HOME: folder,
        ROOT_ACCESS_KEYS: [ACCOUNT, ...accounts].join(','),
        PYTHONUNBUFFERED: '1',
      },
    });
    this.#answered = createInterface(this.#process.stdout!);
    this.#answered.on('line', (line) => {
      this.#log += `${line}\n`;
    });
    this.#process.stderr!.on('data', (chunk) => {
      this.#log += chunk;
    });
  }

  /** Variables for AWS clients, which act as the root user of the account. */
  public get environment(): Record<string, string> {
    return clientEnvironment(this.port, ACCOUNT);
  }

  /** The end of what it printed. */
  public get log(): string {
    return this.#log.slice(-5000);
  }

  /** From here on IAM judges every call. */
  public judge(): Promise<void> {
    return this.#obey('judge');
  }

  /** Ends the processes of the functions: the next run of each starts cold. */
  public startCold(): Promise<void> {
    return this.#obey('cold');
  }

  /** The calls that were judged since the last time. */
  public takeJudged(): JudgedCall[] {
    return this.#take('judged.jsonl');
  }

  /** What was given to AWS Config and to Security Hub since the last time. */
  public takeInputs(): JudgedInput[] {
    return this.#take('inputs.jsonl');
  }

  /** The lines that functions printed since the last time. */
  public takeLines(): string[] {
    return this.#take<{ text: string }>('logs.jsonl').flatMap(({ text }) => text.split('\n'));
  }

  public stop(): void {
    this.#process.kill('SIGKILL');
  }

  #take<T>(name: 'judged.jsonl' | 'logs.jsonl' | 'inputs.jsonl'): T[] {
    const lines = linesOf(path.join(this.folder, name));
    const added = lines.slice(this.#taken.get(name));
    this.#taken.set(name, lines.length);
    return added.map((line) => JSON.parse(line));
  }

  async #obey(command: 'judge' | 'cold'): Promise<void> {
    const answer = new Promise<void>((resolve) => {
      const listen = (line: string): void => {
        if (line === command) {
          this.#answered.off('line', listen);
          resolve();
        }
      };
      this.#answered.on('line', listen);
    });
    this.#process.stdin!.write(`${command}\n`);
    await answer;
  }

  /** Waits until it answers. */
  async #answers(): Promise<void> {
    for (let tries = 0; tries < 1800 && this.#process.exitCode === null; tries += 1) {
      const { ok } = await fetch(`http://127.0.0.1:${this.port}/_localemu/health`).catch(() => ({ ok: false }));
      if (ok) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the emulator does not start:\n${this.#log}`);
  }
}

/** The whole lines of a file; none when there is no file. */
function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1);
  } catch {
    return [];
  }
}
