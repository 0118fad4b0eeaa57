import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import type { HaproxyBinary } from './binaries';
import { HaproxyProcess } from './haproxy-process';
import { pinned } from './pinned';
import { request } from './request';
import { untilReady } from './server-process';

/** A container as the template defines it, with its references filled in. */
export interface ContainerDefinition {
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
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
  #process?: HaproxyProcess;

  public constructor(
    private readonly binary: HaproxyBinary,
    public readonly address: string,
    private readonly container: ContainerDefinition,
    private readonly port: number,
  ) {
    commandOf(binary, this.#folder);
  }

  /** Starts it with the configuration of the template, or with the same and a server line that is pinned. */
  public async start(pinnedTo?: string): Promise<void> {
    await this.#process?.stop();
    const { entryPoint, command, environment } = this.container;
    const own = environment
      .HAPROXY_CONFIG!.replaceAll('bind :', `bind ${this.address}:`)
      .replaceAll('-api-any-', `-api-${this.address}-`)
      .replaceAll('check addr 127.0.0.1', `check addr ${this.address}`);
    const config = pinnedTo === undefined ? own : pinned(HaproxyVersion.of(this.binary.branch), own, pinnedTo);
    this.#process = new HaproxyProcess([...entryPoint, ...command], {
      ...environment,
      HAPROXY_CONFIG: config,
      PATH: `${this.#folder}:${process.env.PATH}`,
    });
    await untilReady(`HAProxy ${this.binary.version}`, this.#process, async () => (await this.answer()) !== undefined);
  }

  /** What a request is answered with. */
  public answer(): Promise<string | undefined> {
    return request(this.address, this.port);
  }

  public async stop(): Promise<void> {
    await this.#process?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
