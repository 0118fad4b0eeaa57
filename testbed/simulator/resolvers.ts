import type { AddressLife, History, Span } from './history';
import { includes } from './history';
import type { SimulationOptions } from './options';
import { Random } from './random';

/** What a client of a resolver is told. */
export type Answer = GoodAnswer | { readonly failure: 'timeout'; readonly until: number };

/** An answer with addresses. */
export interface GoodAnswer {
  readonly addresses: readonly string[];
  /** What is left of it. */
  readonly ttlSeconds: number;
  /** Until when the same client is told the same, seconds since the start. */
  readonly until: number;
}

/** The most addresses that an ELB's name server shows in an answer. */
export const FULL_ANSWER = 8;
/** How often a zone's clients are told addresses of other zones under `partial_availability_zone_affinity`. */
const OTHER_ZONES = 0.15;
/** How much of the load balancer a view has that never has all of it. */
const SEEN = 0.7;
/** Fills of a cache that are kept, for the other clients of the cache. */
const REMEMBERED_FILLS = 2000;

/** One view of DNS: what its resolvers are told for good. */
interface View {
  readonly zone: number;
  readonly caches: readonly number[];
  readonly names: (lives: readonly AddressLife[], random: Random) => readonly string[];
}

/** The resolvers of all views, with caches that keep an answer until its time to live ends. */
export class Resolvers {
  readonly #views: readonly View[];
  /** Of each cache its time of the first fill, and the addresses of recent fills. */
  readonly #caches: readonly { readonly phase: number; readonly fills: Map<number, readonly string[]> }[];

  public constructor(
    private readonly history: History,
    private readonly options: SimulationOptions,
    private readonly failures: readonly Span[],
  ) {
    const { views, seed } = options;
    const random = new Random(seed, 'views');
    const difference = options.difference ?? random.oneOf(differencesOf(options));
    let caches = 0;
    this.#views = Array.from({ length: views }, (_, index) => {
      // One view alone has one cache. Behind an address of several resolvers there may be more.
      const count = views === 1 ? 1 : random.whole(1, 2);
      caches += count;
      const own = Array.from({ length: count }, (_, i) => caches - 1 - i);
      return { zone: index % history.zones, caches: own, names: namesOf(index, difference, history, options) };
    });
    this.#caches = Array.from({ length: caches }, () => ({ phase: random.between(0, options.ttl), fills: new Map() }));
  }

  /** A client of one view, by seed. A client of several caches is told by any of them. */
  public client(name: string): DnsClient {
    const random = new Random(this.options.seed, 'client', name);
    const view = this.#views[random.whole(0, this.#views.length - 1)]!;
    const caches = random.chance(0.5) ? view.caches : [random.oneOf(view.caches)];
    return {
      zone: view.zone,
      ask: (at) => {
        const failure = this.failures.find((span) => includes(span, at));
        return failure === undefined ? this.#lookUp(view, caches, name, at) : { failure: 'timeout', until: failure.to };
      },
      isAnswered: (from, to) => !this.failures.some((span) => span.from < to && span.to > from),
      lookUp: (at) => this.#lookUp(view, caches, name, at),
    };
  }

  #lookUp(view: View, caches: readonly number[], name: string, at: number): GoodAnswer {
    if (caches.length === 1) {
      return this.#fromCache(view, caches[0]!, at);
    }
    const cache = new Random(this.options.seed, name, at).oneOf(caches);
    return { ...this.#fromCache(view, cache, at), until: at };
  }

  /** Other clients keep a cache filled: it is filled again as soon as its time to live ends. */
  #fromCache(view: View, index: number, at: number): GoodAnswer {
    const { ttl, seed } = this.options;
    const { phase, fills } = this.#caches[index]!;
    const fill = Math.floor((at - phase) / ttl);
    const filledAt = phase + fill * ttl;
    let addresses = fills.get(fill);
    if (addresses === undefined) {
      const random = new Random(seed, 'fill', index, fill);
      const names = view.names(this.history.namedAt(filledAt), random);
      addresses = names.length > FULL_ANSWER ? random.some(names, FULL_ANSWER) : names;
      if (fills.size >= REMEMBERED_FILLS) {
        fills.clear();
      }
      fills.set(fill, addresses);
    }
    const until = filledAt + ttl;
    return { addresses, until, ttlSeconds: Math.max(0, Math.ceil(until - at)) };
  }
}

/** Asks the resolvers of one view. */
export interface DnsClient {
  readonly zone: number;
  /** The answer, which may be a failure. */
  ask(at: number): Answer;
  /** Whether each question between two times gets an answer with addresses. */
  isAnswered(from: number, to: number): boolean;
  /** The answer of a resolver that never fails: the checker's. */
  lookUp(at: number): GoodAnswer;
}

/** Where interfaces are known, another load balancer behind the same name would be drift. */
function differencesOf({ completeness, affinity }: SimulationOptions) {
  if (affinity !== 'none') {
    return ['caches'] as const;
  }
  return completeness === 'complete'
    ? (['caches', 'addresses'] as const)
    : (['caches', 'addresses', 'balancer'] as const);
}

function namesOf(
  index: number,
  difference: ReturnType<typeof differencesOf>[number],
  { zones }: History,
  { affinity, addresses: count, seed }: SimulationOptions,
): View['names'] {
  if (affinity !== 'none') {
    return (lives, random) => {
      const own = lives.filter(({ zone }) => zone === index % zones);
      const elsewhere = own.length === 0 || (affinity === 'partial' && random.chance(OTHER_ZONES));
      return addressesOf(elsewhere ? lives : own);
    };
  }
  if (difference === 'balancer' && index > 0) {
    const others = Array.from({ length: count }, (_, i) => `10.9${index}.0.${i}`);
    return () => others;
  }
  if (difference === 'addresses') {
    const decided = new Map<string, boolean>();
    const isSeen = (address: string) => {
      const known = decided.get(address) ?? new Random(seed, 'seen', index, address).chance(SEEN);
      decided.set(address, known);
      return known;
    };
    return (lives) => {
      const seen = lives.filter(({ address }) => isSeen(address));
      return addressesOf(seen.length === 0 ? lives : seen);
    };
  }
  return addressesOf;
}

function addressesOf(lives: readonly AddressLife[]): readonly string[] {
  return lives.map(({ address }) => address);
}
