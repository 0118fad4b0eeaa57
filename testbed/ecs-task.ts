import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import type { HaproxyBinary } from './binaries';
import { pinned } from './pinned';
import { request } from './request';
import { ServerProcess, untilReady } from './server-process';

/** A container as the template defines it, with its references filled in. */
export interface ContainerDefinition {
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** How a task is started. */
interface StartOptions {
  /** The address that its server line holds for good. @default - it follows DNS */
  readonly pinnedTo?: string;
  /** Whether it is ready. @default - when it has answered a request */
  readonly isReady?: () => Promise<boolean>;
}

/** Puts a command `haproxy` that runs a binary into a folder, and gives the folder. */
export function commandOf({ command }: HaproxyBinary, folder: string): string {
  const haproxy = join(folder, 'haproxy');
  writeFileSync(haproxy, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`);
  chmodSync(haproxy, 0o755);
  return folder;
}

/**
 * A task of a template on its own loopback address: the container's command and environment, run by a real HAProxy
 * that is called `haproxy` on its PATH.
 *
 * Only addresses are changed. In AWS a task listens on all of its addresses; here it listens on its own one. The name
 * of its abstract socket is unique in the network namespace of a task; here it contains the address.
 */
export class EcsTask {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-task-'));
  #process?: ServerProcess;

  public constructor(
    private readonly binary: HaproxyBinary,
    public readonly address: string,
    private readonly container: ContainerDefinition,
    private readonly port: number,
    /** A command that runs the container's. @default - none */
    private readonly launcher: readonly string[] = [],
  ) {
    commandOf(binary, this.#folder);
  }

  /** Starts it with the configuration of the template, or with the same and a server line that is pinned. */
  public async start({ pinnedTo, isReady }: StartOptions = {}): Promise<void> {
    await this.#process?.stop();
    const { entryPoint, command, environment } = this.container;
    const ownCommand = command.map((word) => word.replaceAll('/127.0.0.1', `/${this.address}`));
    const own = environment
      .HAPROXY_CONFIG!.replaceAll('bind :', `bind ${this.address}:`)
      .replaceAll('-api-any-', `-api-${this.address}-`)
      .replaceAll('check addr 127.0.0.1', `check addr ${this.address}`);
    const config = pinnedTo === undefined ? own : pinned(HaproxyVersion.of(this.binary.branch), own, pinnedTo);
    const variables = { ...environment, HAPROXY_CONFIG: config, PATH: `${this.#folder}:${process.env.PATH}` };
    this.#process = new ServerProcess([...this.launcher, ...entryPoint, ...ownCommand], variables, { ownGroup: true });
    await untilReady(
      `HAProxy ${this.binary.version}`,
      this.#process,
      isReady ?? (async () => (await this.answer()) !== undefined),
    );
  }

  /** What a request is answered with. */
  public answer(): Promise<string | undefined> {
    return request(this.address, this.port);
  }

  /** The process that runs it. */
  public get process(): ServerProcess {
    return this.#process!;
  }

  public async stop(): Promise<void> {
    await this.#process?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
