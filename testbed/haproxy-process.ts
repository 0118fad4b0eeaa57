import { ZONE_SCRIPT, ZONE_SCRIPT_VARIABLE } from '../lib/haproxy/render/zone-script';
import type { HaproxyBinary } from './binaries';
import { ServerProcess } from './server-process';

/** The shell makes pipes of the configuration and the script, as in the container, and becomes HAProxy. */
const START = `exec "$@" -db -f /dev/fd/3 3<<END 4<<ZONE\n$HAPROXY_CONFIG\nEND\n$${ZONE_SCRIPT_VARIABLE}\nZONE`;

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
    const variables = { [ZONE_SCRIPT_VARIABLE]: ZONE_SCRIPT, ...environment, HAPROXY_CONFIG: config };
    return new HaproxyProcess([...launcher, '/bin/sh', '-c', START, 'sh', ...binary.command], variables);
  }
}
