import type { CensusGap } from '../../../lib/contract/census';
import type { IncidentEvent } from './incident';
import type { BlindTime, EndedIncident, History } from './state';

/** How much of what is over a state keeps. It is written in each check, and DynamoDB charges for its size. */
const MAX_ROWS = 20;
const KEPT_MILLIS = 7 * 24 * 3600 * 1000;
/** Characters of a text. */
const MAX_TEXT = 160;

/** Checks are so many intervals apart at most. After a longer time nothing is known of what was between them. */
const MAX_INTERVALS = 2.5;

/** One check, for the history. */
interface Check {
  readonly at: number;
  /** What it did not see. */
  readonly gaps: readonly Pick<CensusGap, 'what' | 'why'>[];
  readonly events: readonly IncidentEvent[];
  /** Seconds between two runs. @default - no check is late */
  readonly intervalSeconds?: number;
}

/** The history with one more check: pure. */
export function nextHistory(
  before: History | undefined,
  { at, gaps, events, intervalSeconds = Number.POSITIVE_INFINITY }: Check,
): History {
  const { since, wholeAt, gap, blind, ended } = before ?? { since: at, blind: [], ended: [] };
  const now = events.flatMap((event) => (event.change === 'closed' ? [endedBy(event)] : []));
  const over = [...ended, ...now];
  // The order of tasks and of load balancers says nothing.
  const [first] = gaps.flatMap(({ what, why }) => (what === gaps[0]!.what ? why : [])).sort();
  if (first !== undefined) {
    const why = gap?.why ?? first.slice(0, MAX_TEXT);
    return pruned(
      {
        since,
        ...(wholeAt !== undefined && { wholeAt }),
        gap: { from: gap?.from ?? wholeAt ?? at, why },
        blind,
        ended: over,
      },
      at,
    );
  }
  const missed = wholeAt !== undefined && at - wholeAt > MAX_INTERVALS * intervalSeconds * 1000;
  const dark = gap ?? (missed ? { from: wholeAt, why: 'no run was made' } : undefined);
  const rows =
    dark === undefined || dark.from >= at ? blind : [...blind, { from: dark.from, until: at, why: dark.why }];
  return pruned({ since, wholeAt: at, blind: rows, ended: over }, at);
}

function endedBy({ at, incident }: IncidentEvent): EndedIncident {
  const { id, kind, severity, message, address, taskCount, firstSeen, openedAt } = incident;
  const upstream = incident.dnsName ?? incident.upstream;
  return {
    id,
    kind,
    severity,
    message: message.slice(0, MAX_TEXT),
    ...(upstream !== undefined && { upstream: upstream.slice(0, MAX_TEXT) }),
    ...(address !== undefined && { address: address.slice(0, MAX_TEXT) }),
    taskCount,
    firstSeen,
    openedAt,
    overAt: at,
  };
}

/** The history without what is old or too much; `since` says from when on it has all. */
function pruned(history: History, at: number): History {
  const [blind, blindSince] = lastOf(history.blind, ({ until }: BlindTime) => until, at);
  const [ended, endedSince] = lastOf(history.ended, ({ overAt }: EndedIncident) => overAt, at);
  return { ...history, since: Math.max(history.since, blindSince, endedSince), blind, ended };
}

function lastOf<T>(rows: readonly T[], endOf: (row: T) => number, at: number): [kept: readonly T[], since: number] {
  const kept = rows.filter((row, i) => rows.length - i <= MAX_ROWS && at - endOf(row) < KEPT_MILLIS);
  const dropped = rows.length - kept.length;
  return dropped === 0 ? [rows, 0] : [kept, Math.max(...rows.slice(0, dropped).map(endOf))];
}
