import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServerProcess } from '../../testbed/server-process';

/** A proxy of another project that runs. */
export interface Peer extends Pick<ServerProcess, 'crash' | 'stop'> {
  readonly server: ServerProcess;
}

/** Runs a peer with a folder of its own for its files, which are removed when it is stopped. */
export function inFolder(run: (folder: string) => ServerProcess): Peer {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-peer-'));
  const server = run(folder);
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    server,
    get crash() {
      return server.crash;
    },
    stop,
  };
}
