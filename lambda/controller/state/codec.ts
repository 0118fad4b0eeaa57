import type { IncidentEvent } from '../domain/incident';
import { SEVERITY_LEVELS } from '../domain/severity';
import type { ProxyState, WatchedVerdict } from '../domain/state';
import { fits, STATE_SCHEMA } from './schema';

/** First member of every state. A text with another one was not written by this version. */
const FORMAT = 2;

/** An item of DynamoDB has 400 KB. The rest is for its other attributes. */
export const MAX_BYTES = 350 * 1024;

/**
 * A state as a text of at most 350 KB: the same state is the same text. What does not fit gives in this order: the
 * counters, the tasks and the history; events of changes; what is watched and not critical, information first and the newest first; most of the
 * tasks of critical incidents, and their texts, which the next check writes again. A critical incident never gives.
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
  ({ listing: _, history: _history, ...state }) => ({ ...state, samples: [] }),
  (state) => ({ ...state, unsent: state.unsent.filter(isEdgeOfCritical) }),
  withoutLesser,
  (state) => withFewerTasks(state, 100),
  (state) => withFewerTasks(state, 10),
  // 300 addresses of each of many names.
  (state) => ({ ...state, names: [] }),
  (state) => ({ ...withFewerTasks(state, 1), watched: withFewerTasks(state, 1).watched.map(withoutTexts) }),
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

/** Keeps the first tasks by id, so that they are the same ones in each check. Events keep the count of all. */
function withFewerTasks(state: ProxyState, kept: number): ProxyState {
  const watched = state.watched.map((row) => {
    const [open, others] = [row.tasks.filter((task) => task.open), row.tasks.filter((task) => !task.open)];
    return { ...row, tasks: [...open, ...others].slice(0, kept) };
  });
  const unsent = state.unsent.map((event) => {
    const { tasks, slots = [], live } = event.incident;
    const lists = { tasks: tasks.slice(0, kept), slots: slots.slice(0, kept), live: live.slice(0, kept) };
    return { ...event, incident: { ...event.incident, ...lists } };
  });
  return { ...state, watched, unsent };
}

function withoutTexts({ slots: _, ...row }: WatchedVerdict): WatchedVerdict {
  return { ...row, message: '', remediation: '' };
}
