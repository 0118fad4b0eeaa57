import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HaproxyBinary } from '../../testbed/binaries';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { untilReady } from '../../testbed/server-process';

/** A HAProxy that only has backends, and its runtime API on a unix socket. */
export class SocketHaproxy {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'haproxy-socket-'));
  readonly #socket = path.join(this.#folder, 'api.sock');
  #process?: HaproxyProcess;

  /** @param backends the last lines of its configuration */
  public constructor(
    private readonly binary: HaproxyBinary,
    private readonly backends: string,
  ) {}

  /** The runtime API, as `--runtime-api` takes it. */
  public get endpoint(): string {
    return `unix:${this.#socket}`;
  }

  /** Starts it and waits for the socket. */
  public async start(): Promise<void> {
    this.#process = HaproxyProcess.of(
      this.binary,
      `global
  stats socket ${this.#socket} level user
defaults
  mode tcp
  timeout connect 1s
  timeout client 1s
  timeout server 1s
${this.backends}`,
    );
    await untilReady(`HAProxy ${this.binary.version}`, this.#process, async () => existsSync(this.#socket));
  }

  /** Ends it and removes the socket. */
  public async stop(): Promise<void> {
    await this.#process?.stop();
    rmSync(this.#folder, { recursive: true });
  }
}
