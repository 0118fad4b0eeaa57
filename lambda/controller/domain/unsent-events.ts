import type { IncidentEvent } from './incident';
import { SEVERITY_LEVELS } from './severity';
import type { ProxyState } from './state';

/** What a state keeps of events that are not delivered: as many, or as many bytes of JSON. */
export const MAX_EVENTS = 200;
export const MAX_BYTES = 64 * 1024;

/**
 * The state with more events to deliver: pure. When they are too many, changes give first, then what opened or closed
 * without being critical, the newest first. What opened or closed and is critical is never dropped.
 */
export function withUnsent(state: ProxyState, events: readonly IncidentEvent[]): ProxyState {
  if (events.length === 0) {
    return state;
  }
  const { kept, dropped } = bounded([...state.unsent, ...events]);
  const droppedEvents = (state.droppedEvents ?? 0) + dropped;
  return { ...state, unsent: kept, ...(droppedEvents > 0 && { droppedEvents }) };
}

/** The state without events that were delivered: pure. */
export function withoutDelivered(state: ProxyState, eventIds: ReadonlySet<string>): ProxyState {
  const unsent = state.unsent.filter(({ eventId }) => !eventIds.has(eventId));
  const { droppedEvents: _, ...rest } = state;
  return { ...(unsent.length === 0 ? rest : state), unsent };
}

function bounded(events: readonly IncidentEvent[]): { kept: IncidentEvent[]; dropped: number } {
  const sizes = events.map((event) => JSON.stringify(event).length);
  let bytes = sizes.reduce((a, b) => a + b, 0);
  let count = events.length;
  const dropped = new Set<number>();
  const isFull = () => count > MAX_EVENTS || bytes > MAX_BYTES;
  if (isFull()) {
    for (const index of inOrderOfDropping(events)) {
      if (!isFull()) {
        break;
      }
      dropped.add(index);
      bytes -= sizes[index]!;
      count -= 1;
    }
  }
  return { kept: events.filter((_, i) => !dropped.has(i)), dropped: dropped.size };
}

/** The events that may be dropped, the first one first. */
function inOrderOfDropping(events: readonly IncidentEvent[]): number[] {
  const rank = ({ change, incident }: IncidentEvent) => (change === 'changed' ? 0 : SEVERITY_LEVELS[incident.severity]);
  return events
    .map((event, index) => ({ index, rank: rank(event) }))
    .filter((one) => one.rank < SEVERITY_LEVELS.critical)
    .sort((a, b) => a.rank - b.rank || b.index - a.index)
    .map(({ index }) => index);
}
