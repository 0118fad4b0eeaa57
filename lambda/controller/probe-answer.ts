import { isIP } from 'node:net';
import {
  CHECK_STATUSES,
  type NameAnswer,
  type ObservedRuntime,
  type ProbeAnswer,
  type ProbeRequest,
  type ProcessAnswer,
  type ProcessQuery,
  type ResolverCounters,
  type ResolverQueries,
  type Slot,
} from '../../lib/contract/probe';

/**
 * The most that an answer may have, per part. A probe reads what strangers send, and somebody may own it: an answer
 * within these bounds breaks nothing.
 */
export const BOUNDS = {
  /** Bytes of an answer: what Lambda itself delivers at most. */
  bytes: 6 * 1024 * 1024,
  /** Addresses of one name. */
  addresses: 1000,
  /** Slots of one process. */
  slots: 5000,
  /** `resolvers` sections of one process. */
  resolvers: 100,
  /** Kinds of failures of one section. */
  failures: 30,
  /** Lines of one name. */
  lines: 10,
  /** Characters of a name of HAProxy, and of a name of DNS. */
  name: 255,
  /** Characters of a line for readers. */
  line: 500,
} as const;

/** Longer than any process runs, in seconds: 1,000 years. */
const MAX_COUNT = Number.MAX_SAFE_INTEGER;

/** An answer is not what was asked for. The message is one line, and has nothing of the answer but a path in it. */
class WrongAnswer extends Error {}

/**
 * Reads what a probe answered: a new object with the known members alone. One name or one process that is not as it
 * must be counts as not answered; the others are read.
 *
 * @throws one line: the answer as a whole is not as it must be
 */
export function readAnswer(payload: Uint8Array, request: Pick<ProbeRequest, 'names' | 'processes'>): ProbeAnswer {
  if (payload.length > BOUNDS.bytes) {
    throw new WrongAnswer(`the answer of the probe has ${payload.length} bytes; at most ${BOUNDS.bytes} are read`);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(payload));
  } catch {
    throw new WrongAnswer('the answer of the probe is not JSON');
  }
  const { names, processes } = object(value, 'it');
  return {
    names: listOf(request.names.length, names, 'names').map((one) =>
      orElse(
        () => nameAnswer(one),
        (why): NameAnswer => ({ addresses: [], largestAnswer: 0, unanswered: ['A', 'AAAA'], degraded: [why] }),
      ),
    ),
    processes: listOf(request.processes.length, processes, 'processes').map((one, i) =>
      orElse(
        () => processAnswer(one, request.processes[i]!),
        (why): ProcessAnswer => ({ unreachable: why }),
      ),
    ),
  };
}

function orElse<T>(read: () => T, instead: (why: string) => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WrongAnswer) {
      return instead(error.message);
    }
    throw error;
  }
}

function nameAnswer(value: unknown): NameAnswer {
  const at = 'name';
  const { addresses, largestAnswer, ttlSeconds, unanswered, problem, degraded } = object(value, at);
  return {
    addresses: list(addresses, `${at}.addresses`, BOUNDS.addresses, address),
    largestAnswer: count(largestAnswer, `${at}.largestAnswer`),
    ...(ttlSeconds !== undefined && { ttlSeconds: count(ttlSeconds, `${at}.ttlSeconds`) }),
    unanswered: list(unanswered, `${at}.unanswered`, 2, oneOf('A', 'AAAA')),
    ...(problem !== undefined && { problem: text(problem, `${at}.problem`, BOUNDS.name) }),
    degraded: list(degraded, `${at}.degraded`, BOUNDS.lines, line),
  };
}

function processAnswer(value: unknown, query: ProcessQuery): ProcessAnswer {
  const at = 'process';
  const answer = object(value, at);
  if (answer.unchecked === true) {
    return { unchecked: true };
  }
  if (answer.unreachable !== undefined) {
    return { unreachable: line(answer.unreachable, `${at}.unreachable`) };
  }
  return { runtime: runtime(answer.runtime, 'runtime', query) };
}

function runtime(value: unknown, at: string, query: ProcessQuery): ObservedRuntime {
  const { version, uptimeSeconds, madeFor, processes, slots, resolvers, views, viewQueries } = object(value, at);
  return {
    version: text(version, `${at}.version`, BOUNDS.name),
    uptimeSeconds: count(uptimeSeconds, `${at}.uptimeSeconds`),
    ...(madeFor !== undefined && { madeFor: text(madeFor, `${at}.madeFor`, BOUNDS.name) }),
    ...(processes !== undefined && { processes: count(processes, `${at}.processes`) }),
    slots: list(slots, `${at}.slots`, BOUNDS.slots, slot),
    ...(resolvers !== undefined && { resolvers: list(resolvers, `${at}.resolvers`, BOUNDS.resolvers, counters) }),
    ...(views !== undefined && { views: viewsOf(views, `${at}.views`, query) }),
    ...(viewQueries !== undefined && {
      viewQueries: list(viewQueries, `${at}.viewQueries`, BOUNDS.resolvers, queries),
    }),
  };
}

function slot(value: unknown, at: string): Slot {
  const {
    backend,
    name,
    fqdn,
    checked,
    out,
    down,
    checkStatus,
    weightless,
    perRequest,
    changedSeconds,
    sessions,
    ...rest
  } = object(value, at);
  return {
    backend: text(backend, `${at}.backend`, BOUNDS.name),
    name: text(name, `${at}.name`, BOUNDS.name),
    ...(rest.address !== undefined && { address: address(rest.address, `${at}.address`) }),
    ...(fqdn !== undefined && { fqdn: text(fqdn, `${at}.fqdn`, BOUNDS.name) }),
    checked: checked === true,
    ...(out !== undefined && { out: oneOf('maintenance', 'draining')(out, `${at}.out`) }),
    ...(down === true && { down }),
    ...(checkStatus !== undefined && { checkStatus: oneOf(...CHECK_STATUSES)(checkStatus, `${at}.checkStatus`) }),
    ...(weightless === true && { weightless }),
    ...(perRequest === true && { perRequest }),
    ...(changedSeconds !== undefined && { changedSeconds: count(changedSeconds, `${at}.changedSeconds`) }),
    ...(sessions !== undefined && { sessions: count(sessions, `${at}.sessions`) }),
  };
}

function queries(value: unknown, at: string): ResolverQueries {
  const { section, sent, valid } = object(value, at);
  return {
    section: text(section, `${at}.section`, BOUNDS.name),
    sent: count(sent, `${at}.sent`),
    valid: count(valid, `${at}.valid`),
  };
}

function counters(value: unknown, at: string): ResolverCounters {
  const { failures } = object(value, at);
  const entries = Object.entries(object(failures, `${at}.failures`));
  if (entries.length > BOUNDS.failures) {
    throw wrong(tooMany(`${at}.failures`, entries.length, BOUNDS.failures));
  }
  return {
    ...queries(value, at),
    failures: Object.fromEntries(
      entries.map(([kind, failed]) => [text(kind, `${at}.failures`, BOUNDS.name), count(failed, `${at}.failures`)]),
    ),
  };
}

/** The views that were asked for, and no others. */
function viewsOf(value: unknown, at: string, { views = {} }: ProcessQuery): ObservedRuntime['views'] {
  const answered = object(value, at);
  return Object.fromEntries(
    Object.keys(views)
      .filter((name) => Object.hasOwn(answered, name))
      .map((name) => [name, list(answered[name], at, BOUNDS.addresses, address)]),
  );
}

// The parts of an answer. Each takes the path of the part, for the message.

function wrong(what: string): WrongAnswer {
  return new WrongAnswer(`the answer of the probe is wrong: ${what}`);
}

function object(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(`${at} must be an object`);
  }
  // Without a prototype: a member that is not there is undefined, whatever its name.
  return Object.assign(Object.create(null), value);
}

function list<T>(value: unknown, at: string, most: number, read: (one: unknown, at: string) => T): T[] {
  if (!Array.isArray(value)) {
    throw wrong(`${at} must be a list`);
  }
  if (value.length > most) {
    throw wrong(tooMany(at, value.length, most));
  }
  return value.map((one, i) => read(one, `${at}[${i}]`));
}

function listOf(length: number, value: unknown, at: string): unknown[] {
  if (Array.isArray(value) && value.length !== length) {
    throw wrong(`${at} has ${value.length} entries, ${length} were asked for`);
  }
  return list(value, at, length, (one) => one);
}

function text(value: unknown, at: string, most: number): string {
  if (typeof value !== 'string' || value.length > most) {
    throw wrong(`${at} must be a text of at most ${most} characters`);
  }
  return value;
}

/** A line for readers: what a terminal or a log viewer would act on is replaced, and what is too long is cut. */
function line(value: unknown, at: string): string {
  if (typeof value !== 'string') {
    throw wrong(`${at} must be a text`);
  }
  return value.slice(0, BOUNDS.line).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
}

function count(value: unknown, at: string): number {
  if (typeof value !== 'number' || !(value >= 0) || value > MAX_COUNT) {
    throw wrong(`${at} must be a number from 0`);
  }
  return value;
}

function address(value: unknown, at: string): string {
  if (typeof value !== 'string' || isIP(value) === 0) {
    throw wrong(`${at} must be an IP address`);
  }
  return value;
}

function oneOf<T extends string>(...allowed: readonly T[]) {
  return (value: unknown, at: string): T => {
    if (!allowed.includes(value as T)) {
      throw wrong(`${at} must be one of ${allowed.join(', ')}`);
    }
    return value as T;
  };
}

function tooMany(at: string, there: number, most: number): string {
  return `${at} has ${there} entries; at most ${most} are read`;
}
