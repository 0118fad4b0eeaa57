import type { HaproxyBinary } from './binaries';
import { ServerProcess } from './server-process';

/** The shell makes a pipe of the configuration, as in the container, and becomes HAProxy. */
const START = 'exec "$@" -db -f /dev/fd/3 3<<END\n$HAPROXY_CONFIG\nEND';

/** A real HAProxy process. */
export class HaproxyProcess extends ServerProcess {
  /**
   * Runs a binary with a configuration, and variables beside it. Nothing is written to disk.
   *
   * @param launcher a command that runs another one elsewhere. @default - none
   */
  public static of(
    binary: HaproxyBinary,
    config: string,
    environment: Record<string, string> = {},
    launcher: readonly string[] = [],
  ): HaproxyProcess {
    const variables = { ...environment, HAPROXY_CONFIG: config };
    return new HaproxyProcess([...launcher, '/bin/sh', '-c', START, 'sh', ...binary.command], variables);
  }
}
