import { gunzipSync, gzipSync } from 'node:zlib';
import { type Severity, VERDICTS } from '../../../lib/contract/verdicts';
import type { Counters } from '../domain/counters';
import type { DnsMemory } from '../domain/live-addresses';
import type { Repaired } from '../domain/repair-plan';
import { keyOf, type VerdictIdentity } from '../domain/verdicts/verdict';

/** A verdict that is being watched. Times are milliseconds since 1970. */
export interface Watched extends VerdictIdentity {
  readonly severity: Severity;
  /** `backend/slot` for each slot concerned. */
  readonly slots?: readonly string[];
  readonly firstSeen: number;
  /** When it became an incident; nothing before. */
  readonly openedAt?: number;
  /** Digest of what was last told of it: the slots concerned and the live addresses. */
  readonly told?: string;
  /** Id of the OpsItem that was opened for it. */
  readonly opsItem?: string;
}

/** What is remembered of a proxy between two checks. */
export interface ProxyState {
  /** By DNS name. */
  readonly dns: Readonly<Record<string, DnsMemory>>;
  /** By `keyOf`. */
  readonly watched: Readonly<Record<string, Watched>>;
  readonly counters?: Counters;
  /** The last repair; nothing when there was none. */
  readonly repaired?: Repaired;
  /** How many watched verdicts had no room; the oldest are kept. */
  readonly truncated?: number;
}

/** Nothing seen yet. */
export const NO_STATE: ProxyState = { dns: {}, watched: {} };

/** Characters that a standard SSM parameter holds. */
const MAX_CHARACTERS = 4096;
/** A text that is not plain JSON. */
const COMPRESSED = 'gzip:';
/** Whatever a text says, it is not blown up beyond this many bytes. */
const MAX_INFLATED = 1024 * 1024;
/** More verdicts than this never fit, however well they compress. */
const MAX_WATCHED = 1000;
/** First member of every state. A text with another one is foreign. */
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
      // Neighbours that are alike compress well.
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

/** Reads what `encodeState` wrote; nothing when the text is foreign or corrupt. */
export function decodeState(text: string): ProxyState | undefined {
  try {
    const value: unknown = JSON.parse(text.startsWith(COMPRESSED) ? inflate(text) : text);
    return isObject(value) && value.format === FORMAT ? stateOf(value) : undefined;
  } catch {
    return undefined;
  }
}

type Row = readonly (string | number | readonly string[] | null)[];

/** A watched verdict without what its kind says. */
function rowOf({ kind, upstream, task, address, cause, slots, firstSeen, openedAt, told, opsItem }: Watched): Row {
  return [kind, upstream, task, address, cause, slots, firstSeen, openedAt, told, opsItem].map(
    (value) => value ?? null,
  );
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
    (repaired === undefined || isRepaired(repaired)) &&
    (truncated === undefined || isCount(truncated));
  return whole
    ? { dns, watched: Object.fromEntries(rows.map((row) => [keyOf(row), row])), counters, repaired, truncated }
    : undefined;
}

function watchedOf(row: unknown): Watched | undefined {
  if (!Array.isArray(row) || row.length !== 10 || !Object.hasOwn(VERDICTS, String(row[0]))) {
    return undefined;
  }
  const [kind, upstream, task, address, cause, slots, firstSeen, openedAt, told, opsItem] = row.map(
    (value) => value ?? undefined,
  );
  const texts = [upstream, task, address, cause, told, opsItem];
  const whole =
    texts.every((text) => text === undefined || typeof text === 'string') &&
    (slots === undefined || isTexts(slots)) &&
    isCount(firstSeen) &&
    (openedAt === undefined || isCount(openedAt));
  const severity = VERDICTS[kind as Watched['kind']];
  return whole
    ? { kind, severity, upstream, task, address, cause, slots, firstSeen, openedAt, told, opsItem }
    : undefined;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isRepaired(value: unknown): value is Repaired {
  return isObject(value) && isCount(value.at) && isTexts(value.incidents);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
