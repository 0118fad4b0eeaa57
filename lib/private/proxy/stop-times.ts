import { formatDuration } from '../../haproxy/duration';
import { InputError } from '../../haproxy/errors';
import { HARD_STOP_MARGIN_MILLIS, MIN_SOFT_STOP_MILLIS, PROCESS } from '../../haproxy/model/options';

/** For how long clients may still send new connections to a task that stops, by ingress, ms. */
export const LINGERING = {
  /** On top of the TTL: until Cloud Map has removed the address, and for resolvers that keep an answer too long. */
  afterTtl: 20_000,
  /** Clients have a way of their own: as for a name with the default TTL. */
  unknown: 30_000,
  /** An Application Load Balancer stops within seconds; ECS may stop a task without waiting for it (ecs-agent issue 2316). */
  applicationLoadBalancer: 20_000,
  /** VPC Lattice stops with the deregistration (its guide, "Register targets"). The same margin. */
  lattice: 20_000,
  /**
   * A Network Load Balancer sends new connections to a target for about 2 minutes after its deregistration, whatever the
   * deregistration delay (containers-roadmap issue 470, aws-load-balancer-controller issue 2366).
   */
  networkLoadBalancer: 120_000,
} as const;

/** Running requests get this long after `drainTime` if the capacity allows it. */
const SOFT_STOP_MILLIS = 25_000;
/** Where the capacity limits the stop timeout, `drainTime` leaves running requests at least this long. */
const LEAST_SOFT_STOP_MILLIS = 15_000;

/** The times of a stop, ms. */
export interface StopTimes {
  /** How long a task goes on accepting connections after the stop signal. */
  readonly drainTimeMillis: number;
  /** Time between the stop signal and the forced end. */
  readonly stopTimeoutMillis: number;
}

/**
 * The times of a stop: the given ones, or those that the ingress needs and the capacity allows. A given drain time that no
 * stop timeout of the capacity is enough for is refused. The configuration model refuses a stop timeout that is too short
 * for a drain time.
 *
 * @param given the given times
 * @param lingeringMillis for how long clients of the ingress may still send new connections, ms; undefined where nothing is known
 * @param maxStopMillis the longest stop timeout of the capacity, ms
 */
export function stopTimesOf(
  given: Partial<StopTimes>,
  lingeringMillis: number | undefined,
  maxStopMillis: number,
): StopTimes {
  const longestGiven = maxStopMillis - MIN_SOFT_STOP_MILLIS - HARD_STOP_MARGIN_MILLIS;
  if (given.drainTimeMillis !== undefined && given.drainTimeMillis > longestGiven) {
    const [drain, most, stop] = [given.drainTimeMillis, longestGiven, maxStopMillis].map(formatDuration);
    throw new InputError(
      `drainTime '${drain}' is too long: give at most ${most}, because this capacity ends a task ${stop} after the stop signal`,
    );
  }
  const longest = maxStopMillis - LEAST_SOFT_STOP_MILLIS - HARD_STOP_MARGIN_MILLIS;
  const drainTimeMillis = given.drainTimeMillis ?? Math.min(lingeringMillis ?? LINGERING.unknown, longest);
  const enough = Math.max(PROCESS.stopTimeout.min, drainTimeMillis + SOFT_STOP_MILLIS + HARD_STOP_MARGIN_MILLIS);
  return { drainTimeMillis, stopTimeoutMillis: given.stopTimeoutMillis ?? Math.min(maxStopMillis, enough) };
}
