import { createHash } from 'node:crypto';
import type { Severity, VerdictKind } from '../../lib/private/contract';
import { keyOf, nameOf, type Verdict } from './judge';
import type { Reading } from './reading';
import type { Repaired } from './repair';

/** A verdict that is being watched. Times are milliseconds since 1970. */
export interface Watched {
  readonly kind: VerdictKind;
  readonly severity: Severity;
  readonly upstream?: string;
  readonly task?: string;
  readonly address?: string;
  readonly cause?: 'balancer';
  /** `backend/slot` for each slot concerned. */
  readonly slots?: readonly string[];
  readonly firstSeen: number;
  /** When it became an incident; nothing before. */
  readonly openedAt?: number;
  /** Id of the OpsItem that was opened for it. */
  readonly opsItem?: string;
}

/** Addresses of recent DNS answers for a name, and when each left them; `null` while it is still in the answers. */
export type DnsWindow = Readonly<Record<string, number | null>>;

/** What is remembered of a proxy between two checks. */
export interface ProxyState {
  /** By DNS name. */
  readonly dns: Readonly<Record<string, DnsWindow>>;
  /** Watched verdicts by key. */
  readonly watched: Readonly<Record<string, Watched>>;
  /** The last repair; nothing when there was none. */
  readonly repaired?: Repaired;
}

/** Nothing seen yet. */
export const NO_STATE: ProxyState = { dns: {}, watched: {} };

/** An incident: a verdict that lasted longer than its grace time. */
export interface Incident extends Watched {
  /** The same in every check, whichever function instance makes it. */
  readonly id: string;
  readonly proxy: string;
  /** Seconds since it was first seen. */
  readonly ageSeconds: number;
  readonly message: string;
}

/** The beginning or the end of an incident. */
export interface IncidentEvent {
  readonly event: 'incident-opened' | 'incident-resolved';
  readonly incident: Incident;
}

/** What a check changed. */
export interface Advance {
  readonly watched: Record<string, Watched>;
  /** What opened or was resolved by this check. */
  readonly events: IncidentEvent[];
  /** All incidents that are open now. */
  readonly open: Incident[];
}

/**
 * Carries the watched verdicts on by one check: pure.
 *
 * What could not be looked at in this check (a task that did not answer, an upstream that is not known) is neither
 * resolved nor made older than it is: it stays as it was.
 */
export function advance(state: ProxyState, reading: Reading, verdicts: readonly Verdict[], now: number): Advance {
  const { proxy, graceSeconds } = reading.record;
  const next: Record<string, Watched> = {};
  const events: IncidentEvent[] = [];
  const open: Incident[] = [];

  for (const found of verdicts) {
    const key = keyOf(found);
    const before = state.watched[key] ?? { ...watchedOf(found), firstSeen: now };
    const opens = before.openedAt === undefined && now - before.firstSeen >= graceSeconds * 1000;
    const after = opens ? { ...before, openedAt: now } : before;
    next[key] = after;
    if (after.openedAt !== undefined) {
      const incident = incidentOf(proxy, key, after, found.message, now);
      open.push(incident);
      if (opens) {
        events.push({ event: 'incident-opened', incident });
      }
    }
  }

  const unread = new Set(verdicts.filter(({ kind }) => kind === 'unreachable-task').map(({ task }) => task));
  for (const [key, before] of Object.entries(state.watched)) {
    if (key in next) {
      continue;
    }
    const about = reading.upstreams.find(({ upstream }) => nameOf(upstream) === before.upstream);
    const unseen =
      reading.unchecked !== undefined ||
      (unread.has(before.task) && before.kind !== 'unreachable-task') ||
      (before.kind === 'stale-address' && about?.live.length === 0) ||
      (before.cause === 'balancer' && about?.balancer === 'unread');
    const stillRuns =
      before.task === undefined ||
      reading.unchecked !== undefined ||
      reading.tasks.some(({ task }) => task.id === before.task);
    if (unseen && stillRuns) {
      next[key] = before;
      if (before.openedAt !== undefined) {
        open.push(incidentOf(proxy, key, before, 'could not be looked at in this check', now));
      }
    } else if (before.openedAt !== undefined) {
      const message = stillRuns ? 'is over' : `is over: ${before.task} no longer runs`;
      events.push({ event: 'incident-resolved', incident: incidentOf(proxy, key, before, message, now) });
    }
  }
  return { watched: next, events, open };
}

function watchedOf({ message: _, ...watched }: Verdict): Omit<Watched, 'firstSeen'> {
  return watched;
}

function incidentOf(proxy: string, key: string, watched: Watched, message: string, now: number): Incident {
  const id = createHash('sha256').update(`${proxy}\n${key}\n${watched.firstSeen}`).digest('hex').slice(0, 16);
  return { ...watched, id, proxy, ageSeconds: Math.round((now - watched.firstSeen) / 1000), message };
}
