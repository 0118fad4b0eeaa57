import type { ObservedRuntime, Slot } from '../../lib/contract/probe';
import { UPSTREAM_BACKEND } from '../../lib/haproxy/model/check-upstream';
import { readAnswer } from '../../lib/haproxy/runtime-api/answer';
import { SERVERS_STATE } from '../../lib/haproxy/runtime-api/servers-state';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { HaproxyModel } from './haproxy-model';
import { BEFORE, type History, includes, type Span } from './history';
import type { DecidedOptions } from './options';
import { Random } from './random';
import type { DnsClient, Resolvers } from './resolvers';
import { type Fate, OUT_AFTER, serversState } from './server-state';

/** How a task does not follow the load balancer. */
type FaultKind = 'pinned' | 'silent' | 'stuck';

/** A fault of one task. A pinned task has it from its start. */
interface Fault {
  readonly kind: FaultKind;
  readonly at: number;
  /** The address that a pinned task holds. */
  readonly address?: string;
}

/** `hold timeout`, `refused` and `other` of the generated configuration, seconds. */
const HOLD_OUTAGE = 600;
/** Sessions on each slot with an address. */
const SESSIONS = 5;
/** Queries that a question for its own view makes a process send whose slots do not resolve the name. */
const VIEW_QUERIES = 1;

/** One HAProxy task from its start to its end. */
export class HaproxyTask implements Span {
  public readonly id: string;
  readonly #model: HaproxyModel;
  readonly #client: DnsClient;
  readonly #capabilities: ReturnType<typeof HaproxyVersion.of>['_capabilities'];
  /** What a stuck slot keeps, once it is stuck. */
  #stuck?: { readonly slot: number; readonly address: string };
  #viewQueries = 0;

  public constructor(
    seat: number,
    generation: number,
    public readonly from: number,
    public to: number,
    public readonly fault: Fault | undefined,
    private readonly options: DecidedOptions,
    private readonly history: History,
    resolvers: Resolvers,
    private readonly checked: boolean,
  ) {
    this.id = `task-${seat + 1}-${generation}`;
    this.#client = resolvers.client(this.id);
    this.#capabilities = HaproxyVersion.of(options.branch)._capabilities;
    const { serverTemplate, holdObsolete } = this.#capabilities;
    this.#model = new HaproxyModel({
      startedAt: from,
      period: options.period,
      holdObsolete: holdObsolete ? options.holdObsolete : 0,
      holdOutage: HOLD_OUTAGE,
      slots: serverTemplate ? options.slots : 1,
      ask: this.#client.ask,
    });
  }

  /** The addresses that its fault makes it keep. Known once the fault is there. */
  public get keptAddresses(): readonly string[] {
    switch (this.fault?.kind) {
      case 'pinned':
        return [this.fault.address!];
      case 'silent':
        return this.#model.slots.filter((address) => address !== undefined);
      case 'stuck':
        return this.#stuck === undefined ? [] : [this.#stuck.address];
      default:
        return [];
    }
  }

  /** Whether it has a fault by then. */
  public faultAt(at: number): Fault | undefined {
    return this.fault !== undefined && this.fault.at <= at ? this.fault : undefined;
  }

  /** The addresses that take traffic now. Times must not go back. */
  public heldAt(at: number): readonly (string | undefined)[] {
    const fault = this.faultAt(at);
    if (fault?.kind === 'pinned') {
      return [fault.address];
    }
    if (fault?.kind === 'silent') {
      this.#model.advance(fault.at);
      return this.#model.slots;
    }
    if (fault?.kind === 'stuck' && this.#stuck === undefined) {
      this.#model.advance(fault.at);
      this.#stuck = this.#stickAt(fault.at);
    }
    if (this.#client.isAnswered(this.#model.nextQuery, at)) {
      this.#model.skip(at);
    }
    this.#model.advance(at);
    if (fault?.kind !== 'stuck') {
      return this.#model.slots;
    }
    const held = [...this.#model.slots];
    if (this.#stuck !== undefined) {
      held[this.#stuck.slot] = this.#stuck.address;
    }
    return held;
  }

  /**
   * Whether a slot with this address gets traffic: a health check takes a dead address out, and with a proof of identity
   * also one that somebody else has.
   */
  public sends(address: string, at: number): boolean {
    if (!this.checked || this.faultAt(at)?.kind === 'pinned') {
      return true;
    }
    const { identity } = this.options;
    const fate = this.#fateOf(address);
    if (fate === undefined || (fate.is === 'foreign' && identity === 'none')) {
      return true;
    }
    return at < fate.at + (this.#hasAbilities ? OUT_AFTER : 0);
  }

  /** What its runtime API says. */
  public read(at: number, dnsName: string, ownView: boolean): ObservedRuntime {
    const { branch } = this.options;
    const held = this.heldAt(at);
    const pinned = this.faultAt(at)?.kind === 'pinned';
    const silent = this.faultAt(at)?.kind === 'silent';
    const slots =
      this.#hasAbilities && !pinned
        ? this.#slotsWithAbilities(held, at, dnsName)
        : held.map((address, i) => this.#slotOf(address, i, at, dnsName));
    const { sent, valid, timeouts } = this.#model;
    const failures: Readonly<Record<string, number>> = pinned || timeouts === 0 ? {} : { timeout: timeouts };
    const counters = pinned ? { sent: this.#viewQueries, valid: this.#viewQueries } : { sent, valid };
    const asks = ownView && pinned;
    // The question comes after the counters were read.
    this.#viewQueries += asks ? VIEW_QUERIES : 0;
    const view = pinned ? [...this.#client.lookUp(at).addresses].sort() : [...this.#model.known].sort();
    return {
      version: `${branch}.30`,
      uptimeSeconds: Math.floor(at - this.from),
      madeFor: branch,
      slots,
      ...(branch !== '1.7' && { resolvers: [{ section: 'dns', ...counters, failures }] }),
      ...(ownView && !silent && { views: { [dnsName]: view } }),
      ...(asks && { viewQueries: [{ section: 'dns', sent: VIEW_QUERIES, valid: VIEW_QUERIES }] }),
    };
  }

  /** Whether its configuration prefers a zone or requires a proof of identity. */
  get #hasAbilities(): boolean {
    return this.options.identity !== 'none' || this.options.locality !== 'none';
  }

  #slotOf(address: string | undefined, i: number, at: number, dnsName: string): Slot {
    const pinned = this.faultAt(at)?.kind === 'pinned';
    return {
      backend: UPSTREAM_BACKEND,
      name: pinned ? 'pinned' : `elb${i + 1}`,
      ...(address !== undefined && { address }),
      ...(this.#capabilities.serverTemplate && { fqdn: dnsName }),
      checked: !pinned && (this.checked || !this.#capabilities.autonomousResolution),
      ...(address !== undefined && !this.sends(address, at) && { down: true as const }),
      changedSeconds: Math.floor(at - (pinned ? this.from : this.#model.changedAt[i]!)),
      sessions: address === undefined ? 0 : SESSIONS,
    };
  }

  /** The same as its runtime API prints it, and as the probe reads that. */
  #slotsWithAbilities(held: readonly (string | undefined)[], at: number, dnsName: string): Slot[] {
    const { identity, locality } = this.options;
    const { serverTemplate, initState } = this.#capabilities;
    const { changedAt, former } = this.#model;
    const text = serversState(
      held.map((address, i) => ({ address, since: changedAt[i]!, former: former[i] })),
      at,
      {
        backend: UPSTREAM_BACKEND,
        fqdn: serverTemplate ? dnsName : undefined,
        identity: identity === 'none' ? undefined : identity,
        startsDown: identity !== 'none' && initState,
        fateOf: (address) => this.#fateOf(address),
        isNear: locality === 'none' ? undefined : (address) => this.history.lifeOf(address)?.zone === this.#client.zone,
      },
    );
    return readAnswer(SERVERS_STATE, text).map((slot) => ({
      ...slot,
      sessions: slot.address === undefined || slot.down ? 0 : SESSIONS,
    }));
  }

  #fateOf(address: string): Fate | undefined {
    const life = this.history.lifeOf(address);
    const at = life?.interfaces.to ?? Number.POSITIVE_INFINITY;
    return at === Number.POSITIVE_INFINITY ? undefined : { at, is: life?.nextOwner === undefined ? 'dead' : 'foreign' };
  }

  /** The slot whose address ends first: a slot that is stuck matters only then. */
  #stickAt(at: number) {
    const ends = this.#model.slots.map((address, slot) => ({
      slot,
      address: address!,
      end: address === undefined ? Number.NaN : (this.history.lifeOf(address)?.dns.to ?? Number.POSITIVE_INFINITY),
    }));
    const [first] = ends.filter(({ end }) => end > at).sort((a, b) => (a.end === b.end ? 0 : a.end - b.end));
    return first;
  }
}

/** What happens to the service. */
interface Replacement {
  readonly seat: number;
  readonly at: number;
  /** When the next task starts, if not at once. */
  readonly next?: number;
  readonly fault?: Fault;
}

/** A task that is replaced answers for so long beside its successor. */
const OVERLAP = 20;
/** Between two tasks of a deployment. */
const ROLLING = 30;
const PAUSE = { from: 2 * 3600, to: 10 * 3600 };

/** All tasks of a service over the time of the simulation. */
export class Service {
  public readonly tasks: readonly HaproxyTask[];
  public readonly deployments: readonly Span[];
  public readonly pauses: readonly Span[];

  public constructor(options: DecidedOptions, history: History, resolvers: Resolvers) {
    const { tasks: seats, hours, seed, restarts, deployments, pauses } = options;
    const end = hours * 3600;
    const random = new Random(seed, 'service');
    const needed = options.identity !== 'none' || options.locality !== 'none';
    const checked = (options.checks === undefined ? random.chance(0.5) : options.checks === 'yes') || needed;
    this.deployments = Array.from({ length: deployments }, () => {
      const from = random.between(0.05, 0.9) * end;
      return { from, to: from + seats * ROLLING + OVERLAP };
    });
    this.pauses = Array.from({ length: pauses }, () => {
      const from = random.between(0.05, 0.7) * end;
      return { from, to: from + random.between(PAUSE.from, PAUSE.to) };
    });
    const faults = faultsOf(options, history, resolvers, random);
    const replacements: Replacement[] = [];
    for (const { from } of this.deployments) {
      replacements.push(...Array.from({ length: seats }, (_, seat) => ({ seat, at: from + seat * ROLLING })));
    }
    for (const { from, to } of this.pauses) {
      replacements.push(...Array.from({ length: seats }, (_, seat) => ({ seat, at: from, next: to + seat })));
    }
    for (let i = 0; i < restarts; i += 1) {
      const restart = { seat: random.whole(0, seats - 1), at: random.between(0.02, 1) * end };
      if (!faults.has(restart.seat)) {
        replacements.push(restart);
      }
    }
    for (const [seat, fault] of faults) {
      if (fault.kind === 'pinned') {
        replacements.push({ seat, at: fault.at, fault });
      }
    }
    replacements.sort((a, b) => a.at - b.at);
    this.tasks = Array.from({ length: seats }, (_, seat) => {
      const started: HaproxyTask[] = [];
      let from = BEFORE - random.between(0, 3600);
      let fault = faults.get(seat);
      const start = (to: number, has: Fault | undefined) =>
        started.push(new HaproxyTask(seat, started.length + 1, from, to, has, options, history, resolvers, checked));
      let pinned: Fault | undefined;
      for (const { at, next = at, fault: begins } of replacements.filter((one) => one.seat === seat)) {
        if (at < from) {
          continue;
        }
        const has = pinned ?? (fault?.kind !== 'pinned' && fault !== undefined && fault.at < at ? fault : undefined);
        start(next === at ? at + OVERLAP : at, has);
        fault = has !== undefined ? undefined : fault;
        pinned = begins;
        from = next;
      }
      start(Number.POSITIVE_INFINITY, pinned ?? (fault?.kind === 'pinned' ? undefined : fault));
      return started;
    }).flat();
  }

  public runningAt(at: number): HaproxyTask[] {
    return this.tasks.filter((task) => includes(task, at));
  }
}

/** Which seats get which fault, and when. */
function faultsOf(
  { tasks, pinned, silent, stuck, strangers, foreign, hours, ttl }: DecidedOptions,
  history: History,
  resolvers: Resolvers,
  random: Random,
): Map<number, Fault> {
  const end = hours * 3600;
  const strange = history.lives.filter(({ nextOwner }) => nextOwner !== undefined);
  const kinds: (FaultKind | 'stranger' | 'foreign')[] = [
    ...new Array(strangers).fill('stranger'),
    ...new Array(foreign).fill('foreign'),
    ...new Array(pinned).fill('pinned'),
    ...new Array(silent).fill('silent'),
    ...new Array(stuck).fill('stuck'),
  ];
  const seats = random.some(
    Array.from({ length: tasks }, (_, seat) => seat),
    kinds.length,
  );
  return new Map(
    seats.map((seat, i): [number, Fault] => {
      const at = random.between(0.02, 0.3) * end;
      const kind = kinds[i]!;
      if (kind === 'stranger' || kind === 'foreign') {
        const { address, dns } = strange[i]!;
        const from = random.between(Math.max(0.01 * end, dns.from + ttl), dns.to);
        return [seat, kind === 'stranger' ? { kind: 'pinned', at: from, address } : { kind: 'silent', at: from }];
      }
      if (kind !== 'pinned') {
        return [seat, { kind, at }];
      }
      const { addresses } = resolvers.client(`pinned ${seat}`).lookUp(at);
      const endOf = (address: string) => {
        const life = history.lifeOf(address);
        const shift = history.shifts.find(({ zone, from }) => zone === life?.zone && from > at)?.from;
        return Math.min(life?.dns.to ?? Number.POSITIVE_INFINITY, shift ?? Number.POSITIVE_INFINITY);
      };
      // An address that changes later shows more than one that stays.
      const changing = addresses.filter((address) => Number.isFinite(endOf(address)));
      return [seat, { kind, at, address: random.oneOf(changing.length === 0 ? addresses : changing) }];
    }),
  );
}
