import type { Former } from './haproxy-model';

/** The health checks of the generated configuration by default: seconds, and checks in a row. */
const INTERVAL = 2;
const FALL = 2;
const RISE = 2;

/** Seconds after which an address that no longer proves itself gets no more requests. Checks after a failed one are faster. */
export const OUT_AFTER = INTERVAL + ((FALL - 1) * INTERVAL) / 2;

/** Values of `srv_check_status` (HCHK_STATUS in HAProxy's sources). */
const CHECK_STATUS = { INI: 1, L4CON: 8, L6RSP: 11, L7RSP: 13, L7OK: 15 } as const;
/** The same of a host that is not of the load balancer. */
const REFUTED = { certificate: CHECK_STATUS.L6RSP, response: CHECK_STATUS.L7RSP } as const;
/** Bit of `srv_admin_state`: without an address. */
const NO_RESOLUTION = 0x20;
/** Values of `srv_check_state`: configured and enabled, and the same while it is paused. */
const CHECKED = 6;
const PAUSED = 14;

/** The weights of a node in the zone of the task, and of another one. */
const NEAR = 256;
const FAR = 1;

/** What becomes of the host at an address. */
export interface Fate {
  readonly at: number;
  /** No host has the address then, or one that is not of the load balancer. */
  readonly is: 'dead' | 'foreign';
}

/** One slot with its health check. Times are seconds. */
interface CheckedSlot {
  readonly address: string | undefined;
  /** When it took the address. */
  readonly since: number;
  /** @default - it had no address before */
  readonly former?: Former;
}

/** What the state of slots depends on besides. */
interface CheckSettings {
  /** How a node proves its identity. @default - by a connection, which anybody accepts */
  readonly identity?: 'certificate' | 'response';
  /** Whether a new address is down until its first passed check (3.1 and later, with `identity`). */
  readonly startsDown: boolean;
  /** @default - it stays the load balancer's */
  readonly fateOf: (address: string) => Fate | undefined;
}

/** What the health check of a slot has found. */
interface CheckResult {
  readonly up: boolean;
  readonly status: number;
}

/**
 * What a health check says of a slot at a time. `test/testbed/simulator/server-state.test.ts` compares it with real
 * processes:
 *
 * - A slot that was free is up at once, and down at its first failed check. With `startsDown` it is up after its first
 *   passed one.
 * - A slot whose address changes in one step stays up or down until checks of the new address change that.
 * - Until its first check ends, `srv_check_status` is that of the former address.
 */
function checkedAt(slot: CheckedSlot, at: number, settings: CheckSettings): CheckResult {
  const { address, since, former } = slot;
  const { identity, startsDown, fateOf } = settings;
  const before =
    former && checkedAt({ address: former.address, since: Number.NEGATIVE_INFINITY }, former.until, settings);
  const unchecked = before?.status ?? CHECK_STATUS.INI;
  if (address === undefined) {
    return { up: false, status: unchecked };
  }
  const inOneStep = former?.until === since;
  const startsUp = inOneStep ? before!.up : !startsDown;
  const first = since + (startsDown ? INTERVAL / 4 : INTERVAL);
  const fate = fateOf(address);
  if (fate === undefined || (fate.is === 'foreign' && identity === undefined) || at < fate.at) {
    const risen = inOneStep ? first + ((RISE - 1) * INTERVAL) / 2 : first;
    return { up: startsUp || at >= risen, status: at < first ? unchecked : CHECK_STATUS.L7OK };
  }
  const isLost = fate.at <= since;
  const failed = isLost ? first : fate.at + INTERVAL;
  const fallen = isLost && !inOneStep ? first : failed + ((FALL - 1) * INTERVAL) / 2;
  const status = fate.is === 'dead' ? CHECK_STATUS.L4CON : REFUTED[identity!];
  return {
    up: (startsUp || !isLost) && at < fallen,
    status: at >= failed ? status : isLost ? unchecked : CHECK_STATUS.L7OK,
  };
}

const COLUMNS = [
  'be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight',
  'srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state',
  'bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord',
].join(' ');

/** Where the slots are, and which of their addresses are near. */
interface StateOptions extends CheckSettings {
  readonly backend: string;
  /** The name that they follow. @default - the branch does not show it */
  readonly fqdn?: string;
  /** @default - no zone is preferred */
  readonly isNear?: (address: string) => boolean;
}

/** The answer to `show servers state` of a process whose slots have health checks. */
export function serversState(slots: readonly CheckedSlot[], at: number, options: StateOptions): string {
  const { backend, fqdn, isNear } = options;
  const rows = slots.map((slot, i) => {
    const { address, since } = slot;
    const id = i + 1;
    const isThere = address !== undefined;
    const { up, status } = checkedAt(slot, at, options);
    const weight = isThere && isNear?.(address) ? NEAR : FAR;
    return [
      `3 ${backend} ${id} elb${id} ${address ?? '-'} ${isThere && up ? 2 : 0} ${isThere ? 0 : NO_RESOLUTION} ${weight} 1`,
      `${Math.floor(at - since)} ${status} ${status === CHECK_STATUS.L7OK ? 3 : 2} ${up ? RISE + FALL - 1 : 0}`,
      `${isThere ? CHECKED : PAUSED} 0 0 0 ${fqdn ?? '-'} 80 -`,
    ].join(' ');
  });
  return ['1', `# ${COLUMNS}`, ...rows, '', ''].join('\n');
}
