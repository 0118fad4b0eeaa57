import { gunzipSync, gzipSync } from 'node:zlib';
import { VERDICTS } from '../../../lib/contract/verdicts';
import type { Counters } from '../domain/counters';
import { isObject, isText, isTexts } from '../domain/guards';
import type { DnsMemory } from '../domain/live-addresses';
import type { ProxyState, RepairRecord, WatchedVerdict } from '../domain/state';
import { keyOf } from '../domain/verdicts/verdict';

/** Characters that a standard SSM parameter holds. */
const MAX_CHARACTERS = 4096;
/** Start of a text that is not plain JSON. */
const COMPRESSED = 'gzip:';
/** Largest size of an inflated text, in bytes. */
const MAX_INFLATED = 1024 * 1024;
/** More verdicts than this never fit, however well they compress. */
const MAX_WATCHED = 1000;
/** First member of every state. A text with another one was not written by this version. */
const FORMAT = 2;

/**
 * A state as a text that fits into an SSM parameter: JSON, compressed where it is too long. The same state is the same
 * text. What does not fit is left out: first the counters, then the youngest verdicts, which are counted.
 */
export function encodeState(state: ProxyState): string {
  const oldest = Object.values(state.watched).sort(
    (a, b) =>
      (a.openedAt ?? Number.POSITIVE_INFINITY) - (b.openedAt ?? Number.POSITIVE_INFINITY) ||
      a.firstSeen - b.firstSeen ||
      (keyOf(a) < keyOf(b) ? -1 : 1),
  );
  const textWith = (kept: number, counters?: Counters) =>
    textOf({
      format: FORMAT,
      dns: state.dns,
      // Similar neighbours compress well.
      watched: oldest.slice(0, kept).map(rowOf).sort(),
      counters,
      repaired: state.repaired,
      truncated: (state.truncated ?? 0) + oldest.length - kept || undefined,
    });
  const whole = oldest.length > MAX_WATCHED ? undefined : textWith(oldest.length, state.counters);
  if (whole !== undefined && whole.length <= MAX_CHARACTERS) {
    return whole;
  }
  let [fits, fitsNot] = [0, Math.min(oldest.length, MAX_WATCHED) + 1];
  while (fitsNot - fits > 1) {
    const middle = Math.floor((fits + fitsNot) / 2);
    [fits, fitsNot] = textWith(middle).length <= MAX_CHARACTERS ? [middle, fitsNot] : [fits, middle];
  }
  return textWith(fits);
}

/** Reads what `encodeState` wrote; undefined when the text is another version's or corrupt. */
export function decodeState(text: string): ProxyState | undefined {
  try {
    const value: unknown = JSON.parse(text.startsWith(COMPRESSED) ? inflate(text) : text);
    return isObject(value) && value.format === FORMAT ? stateOf(value) : undefined;
  } catch {
    return undefined;
  }
}

type Row = readonly (string | number | readonly string[] | null)[];

/** Columns of a row. Severity is missing: it follows from the kind. */
const COLUMNS = [
  'kind',
  'upstream',
  'task',
  'address',
  'cause',
  'slots',
  'firstSeen',
  'openedAt',
  'lastReportedDigest',
  'opsItem',
] as const satisfies readonly (keyof WatchedVerdict)[];

function rowOf(verdict: WatchedVerdict): Row {
  return COLUMNS.map((column) => verdict[column] ?? null);
}

function textOf(value: object): string {
  const json = JSON.stringify(value);
  return json.length <= MAX_CHARACTERS ? json : `${COMPRESSED}${gzipSync(json, { level: 9 }).toString('base64')}`;
}

function inflate(text: string): string {
  return gunzipSync(Buffer.from(text.slice(COMPRESSED.length), 'base64'), { maxOutputLength: MAX_INFLATED }).toString();
}

function stateOf({ dns, watched, counters, repaired, truncated }: Record<string, unknown>): ProxyState | undefined {
  const rows = Array.isArray(watched) ? watched.map(watchedOf) : [undefined];
  const whole =
    isRecordOf(isDnsMemory)(dns) &&
    rows.every((row) => row !== undefined) &&
    (counters === undefined || isCounters(counters)) &&
    (repaired === undefined || isRepairRecord(repaired)) &&
    (truncated === undefined || isCount(truncated));
  return whole
    ? { dns, watched: Object.fromEntries(rows.map((row) => [keyOf(row), row])), counters, repaired, truncated }
    : undefined;
}

function watchedOf(row: unknown): WatchedVerdict | undefined {
  if (!Array.isArray(row) || row.length !== COLUMNS.length || !Object.hasOwn(VERDICTS, String(row[0]))) {
    return undefined;
  }
  const [kind, upstream, task, address, cause, slots, firstSeen, openedAt, lastReportedDigest, opsItem] = row.map(
    (value) => value ?? undefined,
  );
  const texts = [upstream, task, address, cause, lastReportedDigest, opsItem];
  const whole =
    texts.every((text) => text === undefined || isText(text)) &&
    (slots === undefined || isTexts(slots)) &&
    isCount(firstSeen) &&
    (openedAt === undefined || isCount(openedAt));
  const severity = VERDICTS[kind as WatchedVerdict['kind']];
  return whole
    ? { kind, severity, upstream, task, address, cause, slots, firstSeen, openedAt, lastReportedDigest, opsItem }
    : undefined;
}

function isRepairRecord(value: unknown): value is RepairRecord {
  return isObject(value) && isCount(value.at) && isTexts(value.incidents);
}

function isRecordOf<T>(isOne: (value: unknown) => value is T) {
  return (value: unknown): value is Record<string, T> => isObject(value) && Object.values(value).every(isOne);
}

/** A time or a number of things. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isDnsMemory(value: unknown): value is DnsMemory {
  const isLife = (life: unknown): life is DnsMemory['addresses'][string] =>
    Array.isArray(life) && life.length >= 1 && life.length <= 2 && life.every(isCount);
  return isObject(value) && isRecordOf(isLife)(value.addresses) && isRecordOf(isCount)(value.silent);
}

function isCounters(value: unknown): value is Counters {
  const isPair = (pair: unknown): pair is readonly [number, number] =>
    Array.isArray(pair) && pair.length === 2 && pair.every(isCount);
  return isObject(value) && isCount(value.at) && isRecordOf(isRecordOf(isPair))(value.tasks);
}
