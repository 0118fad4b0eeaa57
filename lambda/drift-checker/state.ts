import { gunzipSync, gzipSync } from 'node:zlib';
import { VERDICTS } from '../../lib/private/contract';
import type { DnsWindow, ProxyState, Watched } from './incidents';
import { mergeRepaired } from './repair';

/** Characters that a standard SSM parameter holds. A state that is larger is compressed. */
const MAX_VALUE = 4096;
const COMPRESSED = 'gzip:';
/** Whatever a parameter says, it is not blown up beyond this many bytes. */
const MAX_INFLATED = 1024 * 1024;

/** A state as the text of a parameter. */
export function encodeState(state: ProxyState): string {
  const text = JSON.stringify(state);
  return text.length <= MAX_VALUE ? text : `${COMPRESSED}${gzipSync(text).toString('base64')}`;
}

/** Reads the text of a parameter; nothing when it is not a state of this version. */
export function decodeState(text: string): ProxyState | undefined {
  try {
    const value: unknown = JSON.parse(text.startsWith(COMPRESSED) ? inflate(text) : text);
    return isState(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What two runs that overlapped know together: nothing that either has seen is lost, and what both have seen is as old
 * as the older of them says. What only one of them saw end is open again until the next check. Pure.
 */
export function mergeStates(one: ProxyState, other: ProxyState): ProxyState {
  const watched: Record<string, Watched> = { ...other.watched };
  for (const [key, mine] of Object.entries(one.watched)) {
    const theirs = watched[key];
    watched[key] = theirs === undefined ? mine : mergeWatched(mine, theirs);
  }
  const repaired = mergeRepaired(one.repaired, other.repaired);
  return { dns: { ...other.dns, ...one.dns }, watched, ...(repaired && { repaired }) };
}

function mergeWatched(mine: Watched, theirs: Watched): Watched {
  const opened = [mine.openedAt, theirs.openedAt].filter((at) => at !== undefined);
  return {
    ...theirs,
    ...mine,
    firstSeen: Math.min(mine.firstSeen, theirs.firstSeen),
    ...(opened.length > 0 && { openedAt: Math.min(...opened) }),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isState(value: unknown): value is ProxyState {
  return (
    isObject(value) &&
    isObject(value.dns) &&
    isObject(value.watched) &&
    Object.values(value.dns).every(isWindow) &&
    Object.values(value.watched).every(isWatched)
  );
}

function isWindow(value: unknown): value is DnsWindow {
  return isObject(value) && Object.values(value).every((leftAt) => leftAt === null || typeof leftAt === 'number');
}

function isWatched(value: unknown): value is Watched {
  return (
    isObject(value) &&
    Object.hasOwn(VERDICTS, String(value.kind)) &&
    typeof value.severity === 'string' &&
    typeof value.firstSeen === 'number' &&
    (value.openedAt === undefined || typeof value.openedAt === 'number')
  );
}

function inflate(text: string): string {
  return gunzipSync(Buffer.from(text.slice(COMPRESSED.length), 'base64'), { maxOutputLength: MAX_INFLATED }).toString();
}
