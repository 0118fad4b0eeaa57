import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE, INCIDENT_EVENTS, type IncidentEventDetail } from '../../../lib/contract/incident-event';
import { reasonOf } from '../domain/reason';
import { REQUIRED } from './client-options';
import type { TimeLimit } from './time-limit';

/** How many events one call takes. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MAX_EVENTS = 10;
/** Bytes of all events of one call; the limit is 256 KB, which counts a few bytes more for each. */
const MAX_BYTES = 240_000;

const eventBridge = new EventBridgeClient(REQUIRED);

/** What became of events. */
interface Sent {
  /** `eventId` of those that EventBridge has taken. */
  readonly delivered: ReadonlySet<string>;
  /** What failed, one line each. */
  readonly failures: readonly string[];
}

/** Sends events to the default bus. Never rejects. */
export async function sendEvents(details: readonly IncidentEventDetail[], time: TimeLimit): Promise<Sent> {
  const delivered = new Set<string>();
  const failures = new Set<string>();
  for (const batch of batchesOf(details)) {
    try {
      const { Entries = [] } = await time.within(() =>
        eventBridge.send(new PutEventsCommand({ Entries: batch.entries })),
      );
      batch.ids.forEach((id, i) => {
        const { EventId, ErrorCode = 'no answer', ErrorMessage = '' } = Entries[i] ?? {};
        if (EventId === undefined) {
          failures.add(`PutEvents refused an event: ${ErrorCode}${ErrorMessage && `: ${ErrorMessage}`}`);
        } else {
          delivered.add(id);
        }
      });
    } catch (error) {
      failures.add(`PutEvents failed: ${reasonOf(error)}`);
    }
  }
  return { delivered, failures: [...failures] };
}

function batchesOf(details: readonly IncidentEventDetail[]) {
  const batches: { ids: string[]; entries: ReturnType<typeof entryOf>[]; bytes: number }[] = [];
  for (const detail of details) {
    const entry = entryOf(detail);
    const bytes = Buffer.byteLength(entry.Detail);
    const last = batches.at(-1);
    if (last === undefined || last.ids.length === MAX_EVENTS || last.bytes + bytes > MAX_BYTES) {
      batches.push({ ids: [detail.eventId], entries: [entry], bytes });
      continue;
    }
    last.ids.push(detail.eventId);
    last.entries.push(entry);
    last.bytes += bytes;
  }
  return batches;
}

function entryOf(detail: IncidentEventDetail) {
  return {
    Source: EVENT_SOURCE,
    DetailType: INCIDENT_EVENTS[detail.change].detailType,
    Time: new Date(detail.at),
    Detail: JSON.stringify(detail),
  };
}
