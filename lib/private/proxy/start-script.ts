import { HARD_STOP_MARGIN_MILLIS } from '../../haproxy/model/options';
import { ZONE_SCRIPT_VARIABLE } from '../../haproxy/render/zone-script';
import type { SecretFile } from './secret-files';
import type { StopTimes } from './stop-times';

/** What the start script depends on. */
interface StartOptions {
  readonly files: readonly SecretFile[];
  readonly healthPort: number;
  readonly stopTimes: StopTimes;
  /** Whether HAProxy has `hard-stop-after`. */
  readonly endsItself: boolean;
  /** The networks of each zone, if an upstream prefers its own one. */
  readonly zones?: string;
}

/**
 * A command of the shell that succeeds if a GET request to the health port is answered with 200 within about 2 s. The
 * official images have no curl. Those based on Debian have bash, which can open a connection itself; those based on
 * Alpine have wget.
 *
 * @param path one word of the shell
 */
function get(port: number, path: string): string {
  const bash = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET %s HTTP/1.0\\r\\n\\r\\n' "$0" >&3 && read -r -t 2 _ status _ <&3 && test "$status" = 200`;
  return `if command -v bash >/dev/null; then bash -c '${bash.replaceAll("'", "'\\''")}' ${path}; else wget -q -T 2 -O /dev/null http://127.0.0.1:${port}${path}; fi`;
}

/** The mark of a container that has been ready. Every container has the folder, in memory. */
export const WAS_READY = '/dev/shm/was-ready';

/**
 * The container's health check: `GET /live`. With `requireReady` a container is healthy only after `/ready` has answered
 * 200 once. From then on readiness does not matter, so that an outage of DNS or of the upstream ends no task.
 */
export function healthCommand(port: number, requireReady: boolean): string[] {
  const command = requireReady
    ? ['path=/live', `[ -e ${WAS_READY} ] || path=/ready`, `{ ${get(port, '$path')}; } && : >>${WAS_READY}`]
    : [get(port, '/live')];
  return ['CMD-SHELL', command.join('; ')];
}

/**
 * The script that starts HAProxy and stops it.
 *
 * The configuration comes from the environment and reaches HAProxy through a pipe: no file is written, so the root file
 * system can stay read-only. Where `/bin/sh` is a bash before 5.1 (Red Hat's and Amazon's older images), it is a file
 * that is already deleted, in memory.
 *
 * The shell stays, because HAProxy as process 1 ignores SIGTERM and refuses new connections at SIGUSR1. At both signals
 * the shell tells HAProxy that the task stops, waits for `drainTime`, in which HAProxy serves on, and then begins its
 * soft stop. That closes idle connections at once from 2.4 on, so that the task ends with its last request.
 */
export function startScript({ files, healthPort, stopTimes, endsItself, zones }: StartOptions): string {
  const { drainTimeMillis, stopTimeoutMillis } = stopTimes;
  const drain = drainTimeMillis / 1000;
  const softStop = (stopTimeoutMillis - drainTimeMillis - HARD_STOP_MARGIN_MILLIS) / 1000;
  const write = files.flatMap(({ path, parts }) => {
    const variables = Object.keys(parts);
    const values = variables.map((variable) => `"$${variable}"`).join(' ');
    return [`printf '%s\\n' ${values} >${path}`, `unset ${variables.join(' ')}`];
  });
  return [
    'pid=',
    'stopping=',
    'stop() {',
    "trap '' USR1 TERM",
    '[ "$pid" ] || exit 0',
    'stopping=1',
    ...(drain > 0 ? [get(healthPort, '/drain'), `sleep ${drain}`] : []),
    'kill -USR1 $pid',
    ...(endsItself ? [] : [`(sleep ${softStop}; kill -TERM $pid) &`]),
    '}',
    'trap stop USR1 TERM',
    ...(files.length > 0 ? ['umask 077'] : []),
    ...write,
    'TMPDIR=/dev/shm',
    `haproxy -db -f /dev/fd/3 3<<END${zones === undefined ? '' : ' 4<<ZONE'} &`,
    '$HAPROXY_CONFIG',
    'END',
    ...(zones === undefined ? [] : [`$${ZONE_SCRIPT_VARIABLE}`, 'ZONE']),
    'pid=$!',
    'wait $pid',
    'status=$?',
    // A signal ends the first `wait`.
    'if [ "$stopping" ]; then wait $pid; status=$?; fi',
    'exit $status',
  ].join('\n');
}
