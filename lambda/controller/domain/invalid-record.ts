import { createHash } from 'node:crypto';
import { nextHistory } from './history';
import type { Incident, IncidentEvent } from './incident';
import { asIncident, eventOf, worstOf } from './incidents';
import { highest } from './severity';
import { NO_STATE, type ProxyState, type WatchedVerdict } from './state';
import { withUnsent } from './unsent-events';
import { DEFINITIONS } from './verdicts';

/** What becomes of a proxy whose record is malformed or gone. */
interface InvalidReport {
  readonly proxy: string;
  readonly open: readonly Incident[];
  /** `state.unsent` has these events, too. */
  readonly events: readonly IncidentEvent[];
  /** The state for the next run. Undefined: there is nothing to keep, delete it. */
  readonly state?: ProxyState;
}

/** How long the incidents of a proxy are kept whose record is gone: long enough for a deployment that failed. */
const KEPT_MILLIS = 24 * 3600 * 1000;

const INVALID = DEFINITIONS['invalid-record'];

/**
 * The report on a proxy whose record cannot be used: pure. A malformed record keeps everything. A record that is gone
 * keeps its open incidents for 24 h.
 *
 * @param name last part of the record's parameter, for a state that has no name
 * @param why undefined when the record is gone, else one line
 * @param now milliseconds since 1970
 */
export function reportInvalid(name: string, state: ProxyState, why: string | undefined, now: number): InvalidReport {
  const proxy = state.proxy ?? name;
  const others = state.watched.filter(({ kind }) => kind !== 'invalid-record');
  const before = state.watched.find(({ kind }) => kind === 'invalid-record');
  const open = others.filter(({ openedAt }) => openedAt !== undefined);
  const since = before?.firstSeen ?? now;
  if (why === undefined && (open.length === 0 || now - since >= KEPT_MILLIS)) {
    return closeAll(proxy, state, now);
  }
  const severity = why === undefined ? 'warning' : 'critical';
  const message =
    why === undefined
      ? `the record of ${proxy} is gone; its ${open.length} open ${open.length === 1 ? 'incident is' : 'incidents are'} kept until ${new Date(since + KEPT_MILLIS).toISOString()}`
      : `the record of ${proxy} is malformed: ${why}`;
  const row: WatchedVerdict = {
    ...(before ?? {
      kind: 'invalid-record',
      id: createHash('sha256')
        .update(JSON.stringify([name, 'invalid-record', now]))
        .digest('hex')
        .slice(0, 16),
      firstSeen: now,
      sinceAtLeast: state.checkedAt ?? now,
      openedAt: now,
      events: 0,
    }),
    severity,
    worst: before === undefined ? severity : highest([severity, worstOf(before)]),
    message,
    tasks: [{ id: '', severity, firstSeen: since, checks: 1, open: true }],
    remediation: INVALID.remediation({ proxy, tasks: [], allTasks: false }),
  };
  const incident = asIncident(row, proxy, now, { live: [] });
  const change = before === undefined ? 'opened' : before.lastReported === severity ? undefined : 'changed';
  const events = change === undefined ? [] : [eventOf(change, row, incident, now)];
  const kept: WatchedVerdict = { ...row, lastReported: severity, events: row.events + events.length };
  return {
    proxy,
    open: [...open.map((one) => asIncident(one, proxy, now, { live: [] })), incident],
    events,
    state: withUnsent(
      {
        ...state,
        proxy,
        watched: [...others, kept],
        history: nextHistory(state.history, { at: now, gaps: [{ what: 'record', why: message }], events }),
      },
      events,
    ),
  };
}

function closeAll(proxy: string, state: ProxyState, now: number): InvalidReport {
  const events = state.watched
    .filter(({ openedAt }) => openedAt !== undefined)
    .map((row) =>
      eventOf(
        'closed',
        row,
        {
          ...asIncident(row, proxy, now, { live: [], message: `${proxy} is not registered any more` }),
          severity: worstOf(row),
        },
        now,
      ),
    );
  const { unsent } = withUnsent(state, events);
  // What is not delivered yet is kept, and nothing else.
  return { proxy, open: [], events, ...(unsent.length > 0 && { state: { ...NO_STATE, proxy, unsent } }) };
}
