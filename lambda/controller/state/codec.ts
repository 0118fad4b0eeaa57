import type { IncidentEvent } from '../domain/incident';
import { SEVERITY_LEVELS } from '../domain/severity';
import type { ProxyState, WatchedVerdict } from '../domain/state';
import { fits, STATE_SCHEMA } from './schema';

/** First member of every state. A text with another one was not written by this version. */
export const FORMAT = 2;

/** An item of DynamoDB has 400 KB. The rest is for its other attributes. */
export const MAX_BYTES = 350 * 1024;

/** What a task list of an incident keeps when the state is too large. */
const KEPT_TASKS = 100;

/**
 * A state as a text of at most 350 KB: the same state is the same text. What does not fit gives in this order: the
 * counters; events of changes; what is watched and not critical, information first and the newest first; tasks of
 * critical incidents beyond 100. A critical incident never gives.
 */
export function encodeState(state: ProxyState): string {
  let text = textOf(state);
  if (sizeOf(text) <= MAX_BYTES) {
    return text;
  }
  let smaller = state;
  for (const reduce of REDUCTIONS) {
    smaller = reduce(smaller);
    text = textOf(smaller);
    if (sizeOf(text) <= MAX_BYTES) {
      return text;
    }
  }
  return text;
}

/** Reads what `encodeState` wrote; undefined when the text is another version's or corrupt. */
export function decodeState(text: string): ProxyState | undefined {
  try {
    const { format, ...state } = JSON.parse(text);
    return format === FORMAT && fits(STATE_SCHEMA, state) ? (state as ProxyState) : undefined;
  } catch {
    return undefined;
  }
}

const REDUCTIONS: readonly ((state: ProxyState) => ProxyState)[] = [
  (state) => ({ ...state, samples: [] }),
  (state) => ({ ...state, unsent: state.unsent.filter(isEdgeOfCritical) }),
  withoutLesser,
  (state) => ({ ...state, watched: state.watched.map(withFewerTasks), unsent: state.unsent.map(eventWithFewerTasks) }),
  // 300 addresses of each of a hundred names are the rest.
  (state) => ({ ...state, names: [] }),
];

function textOf(state: ProxyState): string {
  return JSON.stringify({ format: FORMAT, ...state });
}

function sizeOf(text: string): number {
  return Buffer.byteLength(text);
}

function isEdgeOfCritical({ change, incident }: IncidentEvent): boolean {
  return change !== 'changed' && incident.severity === 'critical';
}

/** Leaves out rows that are not critical, the least severe and then the newest first, until the rest fits. */
function withoutLesser(state: ProxyState): ProxyState {
  const rank = (row: WatchedVerdict) => SEVERITY_LEVELS[row.severity];
  const lesser = state.watched
    .filter((row) => rank(row) < SEVERITY_LEVELS.critical)
    .sort((a, b) => rank(a) - rank(b) || b.firstSeen - a.firstSeen || (a.id < b.id ? -1 : 1));
  let excess = sizeOf(textOf(state)) - MAX_BYTES;
  const dropped = new Set<WatchedVerdict>();
  for (const row of lesser) {
    if (excess <= 0) {
      break;
    }
    dropped.add(row);
    excess -= sizeOf(JSON.stringify(row)) + 1;
  }
  return { ...state, watched: state.watched.filter((row) => !dropped.has(row)) };
}

/** The first tasks by id: the same ones in each check. */
function withFewerTasks(row: WatchedVerdict): WatchedVerdict {
  const [first, rest] = [row.tasks.filter(({ open }) => open), row.tasks.filter(({ open }) => !open)];
  return { ...row, tasks: [...first, ...rest].slice(0, KEPT_TASKS) };
}

function eventWithFewerTasks(event: IncidentEvent): IncidentEvent {
  return { ...event, incident: { ...event.incident, tasks: event.incident.tasks.slice(0, 1), slots: [], live: [] } };
}
