import type { HaproxyBinary } from './binaries';
import { ServerProcess } from './server-process';

/** The shell makes a pipe of the configuration, as in the container, and becomes HAProxy. */
const START = 'exec "$@" -db -f /dev/fd/3 3<<END\n$HAPROXY_CONFIG\nEND';

/** A real HAProxy process. */
export class HaproxyProcess extends ServerProcess {
  /** Runs a binary with a configuration, and variables beside it. Nothing is written to disk. */
  public static of(binary: HaproxyBinary, config: string, environment: Record<string, string> = {}): HaproxyProcess {
    const variables = { ...environment, HAPROXY_CONFIG: config };
    return new HaproxyProcess(['/bin/sh', '-c', START, 'sh', ...binary.command], variables);
  }
}
