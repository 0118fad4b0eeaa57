import type { SimulationOptions } from './options';
import { Random } from './random';

/** A span of virtual time, seconds since the start; the end is not part of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One address of the load balancer. Times are seconds since the start; what never happens is infinite. */
export interface AddressLife {
  readonly address: string;
  readonly zone: number;
  /** From when to when its network interface exists. */
  readonly interfaces: Span;
  /** From when to when DNS names it, zonal shifts aside. */
  readonly dns: Span;
  /** To whom AWS gives the address after it. @default - to nobody */
  readonly nextOwner?: string;
}

/** DNS drops the addresses of a zone; their interfaces stay. */
interface ZonalShift extends Span {
  readonly zone: number;
}

/** What is true of the load balancer between two changes. */
interface Version {
  readonly from: number;
  readonly interfaces: readonly string[];
  readonly named: readonly AddressLife[];
}

/** Zones of the load balancer, as far as it has addresses for them. */
const ZONES = 3;
/** Before the start: long enough for processes and caches to have settled. */
export const BEFORE = -3600;

/** An ELB has its interface before DNS names it. */
const AHEAD = { from: 60, to: 300 };
/** How often an interface is deleted as soon as DNS drops it, and how long it stays otherwise. No figure is published. */
const ABRUPT = 0.3;
const LINGERS = { from: 60, to: 1800 };
const GROWN = { from: 3600, to: 6 * 3600 };
const SHIFTED = { from: 2 * 3600, to: 6 * 3600 };

/** Everything that happens to the load balancer, known in advance: the truth that incidents are compared with. */
export class History {
  public readonly zones: number;
  public readonly lives: readonly AddressLife[];
  public readonly shifts: readonly ZonalShift[];
  readonly #byAddress = new Map<string, AddressLife>();
  readonly #versions: Version[] = [];
  #last = 0;

  public constructor({ addresses, moves, scalings, strangers, foreign, zonalShift, hours, seed }: SimulationOptions) {
    const random = new Random(seed, 'load balancer');
    const end = hours * 3600;
    this.zones = Math.min(ZONES, addresses);
    const lives: AddressLife[] = [];
    const add = (from: number, dnsTo = Number.POSITIVE_INFINITY) => {
      const index = lives.length;
      const ahead = from === Number.NEGATIVE_INFINITY ? 0 : random.between(AHEAD.from, AHEAD.to);
      lives.push({
        address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
        zone: index % this.zones,
        interfaces: { from: from - ahead, to: dnsTo + lingering(random) },
        dns: { from, to: dnsTo },
      });
    };
    for (let i = 0; i < addresses; i += 1) {
      add(Number.NEGATIVE_INFINITY);
    }
    const times = Array.from({ length: moves + strangers + foreign }, () => random.between(0.05, 0.85) * end).sort(
      (a, b) => a - b,
    );
    const strange = new Set(random.some(times, strangers + foreign));
    for (const at of times) {
      const settled = lives.flatMap(({ dns }, i) => (dns.from < at && dns.to === Number.POSITIVE_INFINITY ? [i] : []));
      const index = random.oneOf(settled);
      const old = lives[index]!;
      lives[index] = {
        ...old,
        dns: { ...old.dns, to: at },
        interfaces: { ...old.interfaces, to: at + lingering(random) },
        ...(strange.has(at) && { nextOwner: `interface eni-${index} of another load balancer` }),
      };
      add(at);
    }
    for (let i = 0; i < scalings; i += 1) {
      const at = random.between(0.05, 0.85) * end;
      const until = at + random.between(GROWN.from, GROWN.to);
      for (let more = random.whole(1, addresses); more > 0; more -= 1) {
        add(at, until);
      }
    }
    this.lives = lives;
    this.shifts = Array.from({ length: zonalShift }, () => {
      // After the faults, so that a task can hold what DNS drops.
      const from = random.between(0.35, 0.6) * end;
      return { zone: random.whole(0, this.zones - 1), from, to: from + random.between(SHIFTED.from, SHIFTED.to) };
    });
    for (const life of lives) {
      this.#byAddress.set(life.address, life);
    }
    const changes = lives.flatMap(({ interfaces, dns }) => [interfaces.from, interfaces.to, dns.from, dns.to]);
    changes.push(...this.shifts.flatMap(({ from, to }) => [from, to]));
    const starts = [...new Set(changes)].filter((at) => Number.isFinite(at)).sort((a, b) => a - b);
    for (const from of [Number.NEGATIVE_INFINITY, ...starts]) {
      this.#versions.push(this.#versionAt(from));
    }
  }

  public lifeOf(address: string): AddressLife | undefined {
    return this.#byAddress.get(address);
  }

  public interfacesAt(at: number): readonly string[] {
    return this.#versions[this.#indexAt(at)]!.interfaces;
  }

  /** The addresses that the load balancer's own name servers have. */
  public namedAt(at: number): readonly AddressLife[] {
    return this.#versions[this.#indexAt(at)]!.named;
  }

  /** Until when an answer of these name servers stays right. */
  public unchangedUntil(at: number): number {
    return this.#versions[this.#indexAt(at) + 1]?.from ?? Number.POSITIVE_INFINITY;
  }

  /** Whether DNS names an address, or did so at some time since. */
  public isNamedSince(address: string, since: number, at: number): boolean {
    const life = this.#byAddress.get(address);
    if (life === undefined || life.dns.from > at || life.dns.to <= since) {
      return false;
    }
    const hidden = this.shifts.some(({ zone, from, to }) => zone === life.zone && from <= since && to > at);
    return !hidden;
  }

  #versionAt(from: number): Version {
    const exists = this.lives.filter(({ interfaces }) => includes(interfaces, from));
    const shifted = new Set(this.shifts.filter((shift) => includes(shift, from)).map(({ zone }) => zone));
    const all = this.lives.filter(({ dns }) => includes(dns, from));
    const left = all.filter(({ zone }) => !shifted.has(zone));
    // DNS never names nothing because of a shift.
    return { from, interfaces: exists.map(({ address }) => address), named: left.length === 0 ? all : left };
  }

  /** The last version that began by then. Most questions are about the same version as the question before. */
  #indexAt(at: number): number {
    const versions = this.#versions;
    if (versions[this.#last]!.from <= at && (versions[this.#last + 1]?.from ?? Number.POSITIVE_INFINITY) > at) {
      return this.#last;
    }
    let [low, high] = [0, versions.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (versions[middle]!.from <= at) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    this.#last = low;
    return low;
  }
}

export function includes({ from, to }: Span, at: number): boolean {
  return from <= at && at < to;
}

function lingering(random: Random): number {
  return random.chance(ABRUPT) ? 0 : random.between(LINGERS.from, LINGERS.to);
}
