import type { Answer } from './resolvers';

/** What decides which addresses a HAProxy process holds. Times are seconds. */
interface HaproxyModelOptions {
  readonly startedAt: number;
  /** Time between two DNS queries: `timeout resolve` (2.1 and later) or `hold valid`. */
  readonly period: number;
  /** How long an address is kept after the last answer that had it. */
  readonly holdObsolete: number;
  /** How long addresses are kept while DNS does not answer. */
  readonly holdOutage: number;
  readonly slots: number;
  readonly ask: (at: number) => Answer;
}

/** An address that a resolver knows. */
interface KnownAddress {
  readonly address: string;
  /** When an answer had it last. */
  seenAt: number;
  /** @default - no slot has it */
  slot: number | undefined;
}

/** What a slot held before. */
export interface Former {
  readonly address: string;
  readonly until: number;
}

/** Queries of one resolution without an answer: `resolve_retries`, one a second. */
const RETRIES = 3;

/**
 * Which addresses the slots of one `server-template` hold over time, as HAProxy 1.8 and later decide it:
 *
 * - Each answer refreshes its addresses. An address that no answer had for `holdObsolete` is forgotten at a query.
 * - A slot keeps its address until it is forgotten, then takes one that no other slot has, or none.
 * - While DNS does not answer, slots keep their addresses until the last good answer is `holdOutage` old.
 *
 * `test/testbed/simulator/haproxy-model.test.ts` compares it with real processes.
 */
export class HaproxyModel {
  /** What each slot holds. */
  public readonly slots: (string | undefined)[];
  /** Queries since the start, answers with addresses, and queries without an answer. */
  public sent = 0;
  public valid = 0;
  public timeouts = 0;
  /** When each slot last changed. */
  public readonly changedAt: number[];
  /** What each slot held before; until its last change where it took its address in one step. */
  public readonly former: (Former | undefined)[];
  /** Addresses of recent answers, in the order in which they came. */
  readonly #known = new Map<string, KnownAddress>();
  #nextQuery: number;
  #lastValid: number;
  #lastAnswer: readonly string[] | undefined;
  /** How many slots have an address, and whether an address may be without a slot. */
  #used = 0;
  #isUnassigned = false;
  /** Until when nothing is forgotten: the earliest end of an address that is not in the last answer. */
  #forgetsAt = Number.POSITIVE_INFINITY;

  public constructor(private readonly options: HaproxyModelOptions) {
    this.slots = new Array(options.slots).fill(undefined);
    this.changedAt = new Array(options.slots).fill(options.startedAt);
    this.former = new Array(options.slots).fill(undefined);
    this.#nextQuery = options.startedAt;
    this.#lastValid = options.startedAt;
  }

  /** Addresses that its resolver knows: those of the last answer, and those that are not forgotten yet. */
  public get known(): readonly string[] {
    return [...this.#known.keys()];
  }

  public get nextQuery(): number {
    return this.#nextQuery;
  }

  /** Lets time pass, with all queries up to then. */
  public advance(to: number): void {
    const { period, ask } = this.options;
    while (this.#nextQuery <= to) {
      const at = this.#nextQuery;
      const answer = ask(at);
      // Queries that get the same answer are taken together.
      const last = Math.min(to, Math.max(at, answer.until - 1e-6));
      const queries = 1 + Math.floor((last - at) / period);
      const lastQuery = at + (queries - 1) * period;
      if ('failure' in answer) {
        this.#fail(at, lastQuery, queries);
      } else {
        this.sent += queries;
        this.valid += queries;
        this.#take(answer.addresses, at, lastQuery);
      }
      this.#nextQuery = lastQuery + period;
    }
  }

  /**
   * Lets time pass up to shortly before `to`, with answers of which nothing is left then: their queries are only counted.
   * Where there are more addresses than slots, other ones may be held after it than after all queries.
   */
  public skip(to: number): void {
    const { period, holdObsolete } = this.options;
    const queries = Math.floor((to - holdObsolete - 2 * period - this.#nextQuery) / period);
    if (queries > 0) {
      this.sent += queries;
      this.valid += queries;
      this.#nextQuery += queries * period;
    }
  }

  #fail(at: number, lastQuery: number, queries: number): void {
    this.sent += queries * RETRIES;
    this.timeouts += queries * RETRIES;
    this.#lastAnswer = undefined;
    if (lastQuery - this.#lastValid >= this.options.holdOutage && this.slots.some((address) => address !== undefined)) {
      const until = Math.max(at, this.#lastValid + this.options.holdOutage);
      for (const [slot, address] of this.slots.entries()) {
        this.former[slot] = address === undefined ? this.former[slot] : { address, until };
      }
      this.slots.fill(undefined);
      this.changedAt.fill(until);
      this.#used = 0;
      this.#isUnassigned = true;
      for (const known of this.#known.values()) {
        known.slot = undefined;
      }
    }
  }

  /** The same answer from `at` to `lastQuery`. */
  #take(addresses: readonly string[], at: number, lastQuery: number): void {
    const { period } = this.options;
    this.#lastValid = lastQuery;
    if (addresses !== this.#lastAnswer) {
      this.#lastAnswer = addresses;
      this.#refresh(addresses, at);
      this.#forget(at);
    }
    while (this.#forgetsAt <= lastQuery) {
      const query = at + Math.ceil((this.#forgetsAt - at) / period) * period;
      if (query > lastQuery) {
        break;
      }
      this.#refresh(addresses, query);
      this.#forget(query);
    }
    this.#refresh(addresses, lastQuery);
  }

  #refresh(addresses: readonly string[], at: number): void {
    for (const address of addresses) {
      const known = this.#known.get(address);
      if (known === undefined) {
        this.#known.set(address, { address, seenAt: at, slot: undefined });
        this.#isUnassigned = true;
      } else {
        known.seenAt = at;
      }
    }
  }

  /** Forgets what no answer had for too long, and gives free slots the addresses that no slot has. */
  #forget(at: number): void {
    const { holdObsolete } = this.options;
    this.#forgetsAt = Number.POSITIVE_INFINITY;
    for (const known of this.#known.values()) {
      if (known.seenAt === at) {
        continue;
      }
      const end = known.seenAt + holdObsolete;
      if (end > at) {
        this.#forgetsAt = Math.min(this.#forgetsAt, end);
        continue;
      }
      this.#known.delete(known.address);
      if (known.slot !== undefined) {
        this.#free(known.slot, at);
      }
    }
    if (this.#isUnassigned && this.#used < this.slots.length) {
      this.#assign(at);
    }
  }

  #free(slot: number, at: number): void {
    this.former[slot] = { address: this.slots[slot]!, until: at };
    this.slots[slot] = undefined;
    this.changedAt[slot] = at;
    this.#used -= 1;
    this.#isUnassigned = true;
  }

  #assign(at: number): void {
    let slot = -1;
    for (const known of this.#known.values()) {
      if (known.slot !== undefined) {
        continue;
      }
      slot = this.slots.indexOf(undefined, slot + 1);
      if (slot < 0) {
        // More addresses than slots: they wait until a slot is free.
        return;
      }
      this.slots[slot] = known.address;
      this.changedAt[slot] = at;
      this.#used += 1;
      known.slot = slot;
    }
    this.#isUnassigned = false;
  }
}
