import { createHash } from 'node:crypto';
import type { RegistryRecord } from '../../../lib/contract/registry-record';
import type { VerdictKind } from '../../../lib/contract/verdicts';
import type { ProxyState, Watched } from '../state/state';
import { beganToCompare, type Counters } from './counters';
import { FULL_ANSWER, isFamilyKnown, isSilent } from './live-addresses';
import type { Reading } from './observation';
import { keyOf, type Verdict } from './verdicts/verdict';

/** An incident: a verdict that lasted longer than its grace time. */
export interface Incident extends Verdict {
  /** The same in every check, whichever function instance makes it. */
  readonly id: string;
  readonly proxy: string;
  /** Milliseconds since 1970. */
  readonly firstSeen: number;
  readonly openedAt: number;
  /** Id of the OpsItem that was opened for it. */
  readonly opsItem?: string;
  /** Seconds since it was first seen. */
  readonly ageSeconds: number;
}

/** The beginning of an incident, a change of what it concerns, or its end. */
export interface IncidentEvent {
  readonly event: 'incident-opened' | 'incident-updated' | 'incident-resolved';
  readonly incident: Incident;
}

/** What a check changed. */
export interface Advance {
  readonly watched: Record<string, Watched>;
  /** What opened, changed or was resolved by this check. */
  readonly events: IncidentEvent[];
  /** All incidents that are open now. */
  readonly open: Incident[];
}

/** Verdicts that come from the whole service, and say nothing while old and new tasks run side by side. */
const NOT_WHILE_DEPLOYING: ReadonlySet<VerdictKind> = new Set(['version-mismatch', 'no-running-task']);

/** Verdicts that compare with live addresses. */
const NEEDS_LIVE: ReadonlySet<VerdictKind> = new Set([
  'stale-address',
  'leaving-address',
  'pinned',
  'uncovered-address',
]);

/** Verdicts that compare with what DNS names in this very check. */
const NEEDS_ANSWERS: ReadonlySet<VerdictKind> = new Set([
  'leaving-address',
  'pinned',
  'uncovered-address',
  'unknown-upstream',
]);

/** Verdicts that compare with an earlier check. */
const COMPARES: ReadonlySet<VerdictKind> = new Set(['silent-resolver', 'failing-resolver']);

/**
 * Carries the watched verdicts on by one check: pure.
 *
 * A verdict is an incident when two checks in a row have seen it and the grace time lies between them. What could not
 * be looked at in this check (a task that did not answer, an upstream that is not known) is neither resolved nor made
 * an incident: it stays as it was.
 */
export function advance(state: ProxyState, reading: Reading, verdicts: readonly Verdict[]): Advance {
  const { record, at } = reading;
  const watched: Record<string, Watched> = {};
  const events: IncidentEvent[] = [];
  const open: Incident[] = [];
  const tell = (event: IncidentEvent['event'], incident: Incident) => events.push({ event, incident });

  for (const found of verdicts) {
    const key = keyOf(found);
    const before = state.watched[key];
    const firstSeen = before?.firstSeen ?? at;
    const lasted = before !== undefined && at - firstSeen >= graceMillis(found, record);
    const openedAt = before?.openedAt ?? (lasted ? at : undefined);
    const told = digestOf(found, reading);
    const { message: _, sessionShare: __, ...identity } = found;
    watched[key] = { ...identity, firstSeen, openedAt, told, opsItem: before?.opsItem };
    if (openedAt !== undefined) {
      const incident = incidentOf(record.proxy, key, { ...found, opsItem: before?.opsItem }, firstSeen, openedAt, at);
      open.push(incident);
      if (before?.openedAt === undefined) {
        tell('incident-opened', incident);
      } else if (before.told !== undefined && before.told !== told) {
        tell('incident-updated', incident);
      }
    }
  }

  for (const [key, before] of Object.entries(state.watched)) {
    if (key in watched) {
      continue;
    }
    const { firstSeen, openedAt, told: _, ...identity } = before;
    const close = (message: string) =>
      incidentOf(record.proxy, key, { ...identity, message }, firstSeen, openedAt ?? at, at);
    const runs =
      reading.unchecked !== undefined ||
      before.task === undefined ||
      reading.tasks.some(({ task }) => task.id === before.task);
    if (runs && unseen(before, reading, verdicts, state.counters)) {
      watched[key] = before;
      if (openedAt !== undefined) {
        open.push(close('could not be looked at in this check'));
      }
    } else if (openedAt !== undefined) {
      tell('incident-resolved', close(runs ? 'is over' : `is over: ${before.task} no longer runs`));
    }
  }
  return { watched, events, open };
}

/**
 * The end of all incidents of a proxy that nobody checks any more: pure.
 *
 * @param now milliseconds since 1970
 */
export function abandon(proxy: string, { watched }: ProxyState, now: number): IncidentEvent[] {
  return Object.entries(watched).flatMap(([key, { firstSeen, openedAt, told: _, ...identity }]) => {
    const message = `is over: ${proxy} is no longer in the registry`;
    return openedAt === undefined
      ? []
      : [
          {
            event: 'incident-resolved' as const,
            incident: incidentOf(proxy, key, { ...identity, message }, firstSeen, openedAt, now),
          },
        ];
  });
}

/** How long a verdict must last. A slot that lost an address which DNS shows now and then takes it again by itself. */
function graceMillis({ kind }: Verdict, { graceSeconds, dnsWindowSeconds }: RegistryRecord): number {
  return 1000 * (kind === 'uncovered-address' ? graceSeconds + 2 * dnsWindowSeconds : graceSeconds);
}

/** Whether nobody could tell in this check if it still is so. */
function unseen(
  { kind, task, upstream, address, cause }: Watched,
  reading: Reading,
  verdicts: readonly Verdict[],
  counters?: Counters,
): boolean {
  const about = reading.upstreams.find((one) => one.name === upstream);
  const read = reading.tasks.find((one) => one.task.id === task);
  const missing = verdicts.some(
    (one) => one.kind === 'unreachable-task' && one.task === task && one.upstream === upstream,
  );
  const isMissingBackend = kind === 'unreachable-task' && upstream !== undefined;
  const known = address === undefined ? about?.live.length !== 0 : about === undefined || isFamilyKnown(about, address);
  return (
    (reading.unchecked !== undefined && kind !== 'unchecked') ||
    (read !== undefined && !('runtime' in read)) ||
    (task !== undefined && missing) ||
    (reading.deploying === true && (NOT_WHILE_DEPLOYING.has(kind) || isMissingBackend)) ||
    (COMPARES.has(kind) && task !== undefined && beganToCompare(task, counters, reading.record, reading.at)) ||
    (NEEDS_LIVE.has(kind) && !known) ||
    (NEEDS_ANSWERS.has(kind) && cause === undefined && about !== undefined && isSilent(about)) ||
    (cause === 'balancer' && about?.balancer === 'unread')
  );
}

/**
 * What an update of an incident is about: which slots are concerned, and what the upstream has. Those that are seen of a
 * large ELB are others in each check.
 */
function digestOf({ upstream, slots }: Verdict, reading: Reading): string {
  const live = reading.upstreams.find((one) => one.name === upstream)?.live ?? [];
  return createHash('sha256')
    .update(JSON.stringify([slots, live.length < FULL_ANSWER ? live : 'many']))
    .digest('base64url')
    .slice(0, 6);
}

function incidentOf(
  proxy: string,
  key: string,
  verdict: Verdict & Pick<Incident, 'opsItem'>,
  firstSeen: number,
  openedAt: number,
  now: number,
): Incident {
  const id = createHash('sha256').update(`${proxy}\n${key}\n${firstSeen}`).digest('hex').slice(0, 16);
  return { ...verdict, id, proxy, firstSeen, openedAt, ageSeconds: Math.round((now - firstSeen) / 1000) };
}
