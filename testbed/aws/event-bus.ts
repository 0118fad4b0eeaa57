import { randomUUID } from 'node:crypto';
import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { ACCOUNT, REGION } from './arn';
import { AwsError } from './aws-error';
import { type EventPattern, matches } from './event-pattern';
import type { AwsHandlers } from './operations';

/** Most entries of one call, and most bytes of all of them. */
const MAX_ENTRIES = 10;
const MAX_BYTES = 256 * 1024;

/** An event as a target gets it. */
export interface DeliveredEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** Why an entry is not taken, as the answer has it. */
type EntryFailure = Readonly<Record<'ErrorCode' | 'ErrorMessage', string>>;

/** The default event bus: rules that give events to targets in memory. */
export class EventBus {
  readonly #rules: { pattern: EventPattern; target: (event: DeliveredEvent) => void }[] = [];

  /** Every event that was taken, in the order of the entries. */
  public readonly events: DeliveredEvent[] = [];

  /** Refuses entries, for example with `ThrottlingException` or `InternalFailure`. @default - takes all that are valid */
  public refuse?: (entry: PutEventsRequestEntry) => EntryFailure | undefined;

  /** How often a target gets an event: EventBridge delivers at least once. */
  public deliveries = 1;

  /** Calls a target with each event that has what the pattern asks for. */
  public rule(pattern: EventPattern, target: (event: DeliveredEvent) => void): void {
    this.#rules.push({ pattern, target });
  }

  public readonly handlers = {
    'events:PutEvents': ({ Entries: entries = [] }) => {
      if (entries.length < 1 || entries.length > MAX_ENTRIES) {
        const bound = entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${MAX_ENTRIES}`;
        throw invalid(
          `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`,
        );
      }
      if (entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > MAX_BYTES) {
        throw invalid('Total size of the entries in the request is over the limit.');
      }
      const Entries = entries.map((entry) => this.#take(entry));
      return { Entries, FailedEntryCount: Entries.filter((result) => 'ErrorCode' in result).length };
    },
  } satisfies AwsHandlers;

  #take(entry: PutEventsRequestEntry): EntryFailure | { EventId: string } {
    const failure = faultOf(entry) ?? this.refuse?.(entry);
    if (failure !== undefined) {
      return failure;
    }
    // The time arrives as seconds since 1970.
    const time = entry.Time === undefined ? new Date() : new Date(Number(entry.Time) * 1000);
    const event: DeliveredEvent = {
      version: '0',
      id: randomUUID(),
      'detail-type': entry.DetailType!,
      source: entry.Source!,
      account: ACCOUNT,
      time: time.toISOString().replace(/\.\d+/, ''),
      region: REGION,
      resources: entry.Resources ?? [],
      detail: JSON.parse(entry.Detail!),
    };
    this.events.push(event);
    for (const { pattern, target } of this.#rules) {
      for (let left = matches(pattern, event) ? this.deliveries : 0; left > 0; left -= 1) {
        target(event);
      }
    }
    return { EventId: event.id };
  }
}

function faultOf(entry: PutEventsRequestEntry): EntryFailure | undefined {
  for (const member of ['Source', 'DetailType', 'Detail'] as const) {
    if (!entry[member]) {
      const ErrorMessage = `Parameter ${member} is not valid. Reason: ${member} is a required argument.`;
      return { ErrorCode: 'InvalidArgument', ErrorMessage };
    }
  }
  try {
    const detail: unknown = JSON.parse(entry.Detail!);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? undefined : MALFORMED;
  } catch {
    return MALFORMED;
  }
}

const MALFORMED: EntryFailure = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevents-size */
function entryBytes({
  Time,
  Source = '',
  DetailType = '',
  Detail = '',
  Resources = [],
}: PutEventsRequestEntry): number {
  return (Time === undefined ? 0 : 14) + Buffer.byteLength([Source, DetailType, Detail, ...Resources].join(''));
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
