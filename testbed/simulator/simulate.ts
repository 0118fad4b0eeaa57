import type { IncidentEvent } from '../../lambda/controller/domain/incident';
import { type ProxyReport, reportOn, reportUnchecked } from '../../lambda/controller/domain/proxy-report';
import type { ObservedTask, ObservedUpstream, RawObservation } from '../../lambda/controller/domain/raw-observation';
import { NO_STATE, type ProxyState } from '../../lambda/controller/domain/state';
import type { IncidentChange } from '../../lib/contract/incident-event';
import type { Severity, VerdictKind } from '../../lib/contract/verdicts';
import { type Classification, classify, type Notice } from './classification';
import { type Drift, type DriftKind, driftsOf } from './drifts';
import { DNS_NAME, Environment } from './environment';
import { flagsOf, type SimulationOptions, simulationOptions } from './options';
import { Random } from './random';

/** An incident that the truth does not confirm, or a drift that has none. */
export interface Finding {
  /** The flags that repeat it. */
  readonly flags: string;
  /** Seconds since the start. */
  readonly at: number;
  readonly what: string;
}

/** Drifts of one kind. */
interface DriftCounts {
  readonly count: number;
  readonly found: number;
  /** Not found, and nobody can know of them. */
  readonly undecidable: number;
}

/** From a drift to its incident. @default - no drift was found */
interface Latency {
  readonly latencyP50Seconds?: number;
  readonly latencyP95Seconds?: number;
}

/** What a simulation found. Its member names are those of `--format json`. */
export interface SimulationResult extends Latency {
  readonly checks: number;
  readonly days: number;
  /** Incidents that opened, by kind and severity. One that became more severe counts again. */
  readonly incidents: Readonly<Record<string, Readonly<Partial<Record<Severity, number>>>>>;
  /** Critical incidents, and those of severity warning, that the truth does not confirm. */
  readonly falseCritical: number;
  readonly falseWarning: number;
  /** Critical incidents about a task that does not follow, but about an address that is still the load balancer's. */
  readonly harmlessCritical: number;
  readonly drifts: Readonly<Partial<Record<DriftKind, DriftCounts & Latency>>>;
  readonly missed: number;
  /** The drift that was found last after it began. @default - no drift was found */
  readonly slowest?: Finding;
  /** The false incidents and the missed drifts, at most {@link MOST_FINDINGS}. */
  readonly findings: readonly Finding[];
}

/** What is kept of a run, so that runs can be added up. */
interface Tally {
  checks: number;
  days: number;
  incidents: Record<string, Partial<Record<Severity, number>>>;
  falseCritical: number;
  falseWarning: number;
  harmlessCritical: number;
  drifts: Partial<Record<DriftKind, { count: number; undecidable: number; latencies: number[]; found: number }>>;
  missed: number;
  slowest?: Finding & { readonly latency: number };
  findings: Finding[];
}

const MOST_FINDINGS = 20;
/** Virtual time begins here, ms since 1970. */
const EPOCH = Date.UTC(2026, 10, 22, 12);
const LEVELS: Readonly<Record<Severity, number>> = { info: 1, warning: 2, critical: 3 };

/** An incident from its opening to its closing. */
interface Episode {
  readonly kind: VerdictKind;
  readonly address?: string;
  readonly openedAt: number;
  closedAt: number;
  /** From when on each task was named with each severity. */
  readonly named: { readonly task: string; readonly severity: Severity; readonly at: number }[];
}

/** A environment, the checker over it, and what the checker said. */
class Run {
  readonly #environment: Environment;
  readonly #options: SimulationOptions;
  readonly #episodes = new Map<string, Episode>();
  readonly #random: Random;
  #state: ProxyState = NO_STATE;
  /** Whether the last listing lacked a task. */
  #leftOut = false;

  public constructor(
    options: SimulationOptions,
    private readonly tally: Tally,
  ) {
    this.#environment = new Environment(options);
    this.#options = this.#environment.options;
    this.#random = new Random(options.seed, 'checks');
  }

  /** Runs all checks. @param onCheck after each, with the time, seconds */
  public finish(onCheck?: (at: number) => void): void {
    const { hours, interval, jitter, missed } = this.#options;
    const end = hours * 3600;
    const first = this.#random.between(0, interval);
    for (let due = first; due < end; due += interval) {
      const at = due + this.#random.between(0, jitter);
      if (missed > 0 && this.#random.chance(missed / 100)) {
        continue;
      }
      this.#check(at);
      this.tally.checks += 1;
      onCheck?.(at);
    }
    this.tally.days += hours / 24;
    this.#compare();
  }

  #check(at: number): void {
    const { throttled } = this.#options;
    const now = Math.round(EPOCH + at * 1000);
    if (throttled > 0 && this.#random.chance(throttled / 100)) {
      this.#take(
        reportUnchecked(this.#environment.record, this.#state, 'ThrottlingException: Rate exceeded', now),
        at,
        new Set(),
      );
      return;
    }
    const { raw, unreachable } = this.#observe(at);
    let report = reportOn(this.#environment.record, this.#state, raw, now);
    if (report.unexplained.length > 0) {
      const owners = this.#ownersOf(report.unexplained, at);
      // As the controller does: whose an address is costs a call, so only then.
      report = owners === undefined ? report : reportOn(this.#environment.record, this.#state, { ...raw, owners }, now);
    }
    this.#take(report, at, unreachable);
  }

  #observe(at: number): { raw: RawObservation; unreachable: Set<string> } {
    const { completeness, affinity, unreachable: failing, unlisted, tasks: desired } = this.#options;
    const { history, service, ownView } = this.#environment;
    const complete = completeness === 'complete';
    const outage = this.#environment.isOutageAt(at);
    const upstream: ObservedUpstream = {
      dns: this.#environment.dnsAt(at),
      zonesAsked: this.#environment.knowsZonesAt(at),
      owned: [],
      ...(complete && !outage && { interfaces: history.interfacesAt(at) }),
      readable: complete,
      ...(complete && !outage && { routing: affinity === 'none' ? 'any' : 'zonal' }),
      problems: [],
      degraded: complete && outage ? ['DescribeNetworkInterfaces: RequestLimitExceeded'] : [],
    };
    const unreachable = new Set<string>();
    let running = service.runningAt(at);
    // Two listings in a row that lack the only task are the end of the task, as far as anybody can know.
    this.#leftOut = !this.#leftOut && unlisted > 0 && running.length > 0 && this.#random.chance(unlisted / 100);
    if (this.#leftOut) {
      const left = this.#random.oneOf(running);
      running = running.filter((task) => task !== left);
    }
    const tasks = running.map((task): ObservedTask => {
      const identity = {
        id: task.id,
        endpoint: `${task.id}:9990`,
        startedAt: Math.round(EPOCH + task.from * 1000),
        revision: 'simulated:1',
      };
      if (failing > 0 && this.#random.chance(failing / 100)) {
        unreachable.add(task.id);
        return { task: identity, unreachable: 'ETIMEDOUT' };
      }
      return { task: identity, runtime: task.read(at, DNS_NAME, ownView) };
    });
    const raw: RawObservation = {
      upstreams: [upstream],
      tasks,
      deploying: this.#environment.isDeployingAt(at),
      desiredCount: this.#environment.isPausedAt(at) ? 0 : desired,
    };
    return { raw, unreachable };
  }

  /** Whose addresses are, by the interfaces of this account. */
  #ownersOf(addresses: readonly string[], at: number): Record<string, string> | undefined {
    const { completeness, owners = completeness === 'complete' ? 'yes' : 'no' } = this.#options;
    const found = addresses.flatMap((address) => {
      const life = this.#environment.history.lifeOf(address);
      return life?.nextOwner !== undefined && life.interfaces.to <= at ? [[address, life.nextOwner]] : [];
    });
    return owners === 'no' || found.length === 0 || this.#environment.isOutageAt(at)
      ? undefined
      : Object.fromEntries(found);
  }

  /** What a person is told of a check, compared with the truth. */
  #take(report: ProxyReport, at: number, unreachable: ReadonlySet<string>): void {
    const { tally } = this;
    // The controller saves the state as text, and without the events that it delivered.
    this.#state = { ...report.state, unsent: [] };
    for (const event of report.events) {
      const notice = noticeOf(event, at);
      const before = this.#episodes.get(notice.id);
      if (event.change === 'closed') {
        if (before !== undefined) {
          before.closedAt = at;
        }
        continue;
      }
      const episode = before ?? this.#open(notice);
      const highest = Math.max(0, ...episode.named.map(({ severity }) => LEVELS[severity]));
      episode.named.push(...notice.tasks.map((task) => ({ task, severity: notice.severity, at })));
      if (LEVELS[notice.severity] <= highest) {
        continue;
      }
      const counts = tally.incidents[notice.kind] ?? {};
      tally.incidents[notice.kind] = { ...counts, [notice.severity]: (counts[notice.severity] ?? 0) + 1 };
      if (notice.severity !== 'info') {
        this.#count(classify(notice, this.#environment, { unreachable }), notice);
      }
    }
  }

  #open({ id, kind, address, at }: Notice): Episode {
    const episode: Episode = { kind, address, openedAt: at, closedAt: Number.POSITIVE_INFINITY, named: [] };
    this.#episodes.set(id, episode);
    return episode;
  }

  #count(classification: Classification, { kind, severity, address, tasks, at }: Notice): void {
    const { tally } = this;
    if (classification === 'harmless') {
      tally.harmlessCritical += severity === 'critical' ? 1 : 0;
    }
    if (classification === 'false') {
      tally[severity === 'critical' ? 'falseCritical' : 'falseWarning'] += 1;
      this.#note(
        at,
        `false ${severity} ${kind}${address === undefined ? '' : ` of ${address}`} on ${tasks.join(', ') || 'the proxy'}`,
        severity === 'critical',
      );
    }
  }

  /** The drifts of the environment, each with the first incident that found it. */
  #compare(): void {
    const { tally } = this;
    const episodes = [...this.#episodes.values()];
    for (const drift of driftsOf(this.#environment)) {
      const counts = tally.drifts[drift.kind] ?? { count: 0, found: 0, undecidable: 0, latencies: [] };
      tally.drifts[drift.kind] = counts;
      counts.count += 1;
      const found = foundAt(drift, episodes);
      if (found !== undefined) {
        counts.found += 1;
        if (drift.decidable) {
          const latency = Math.max(0, found - drift.from);
          counts.latencies.push(latency);
          if (latency > (tally.slowest?.latency ?? 0)) {
            tally.slowest = {
              ...this.#finding(drift.from, `found after ${Math.round(latency)} s: ${nameOf(drift)}`),
              latency,
            };
          }
        }
      } else if (!drift.decidable) {
        counts.undecidable += 1;
      } else {
        tally.missed += 1;
        this.#note(drift.from, `missed ${nameOf(drift)} for ${Math.round(drift.to - drift.from)} s`, true);
      }
    }
  }

  #finding(at: number, what: string): Finding {
    return { flags: flagsOf(this.#options), at: Math.round(at), what };
  }

  #note(at: number, what: string, important: boolean): void {
    const finding = this.#finding(at, what);
    if (important) {
      this.tally.findings.unshift(finding);
    } else if (this.tally.findings.length < MOST_FINDINGS) {
      this.tally.findings.push(finding);
    }
  }
}

function nameOf({ kind, address, task }: Drift): string {
  return `${kind}${address === undefined ? '' : ` of ${address}`} on ${task}`;
}

/** Whether an incident is about an address, or about none. */
function isAbout(episode: Episode, address: string | undefined): boolean {
  return address === undefined || episode.address === undefined || episode.address === address;
}

function foundAt(
  { from, to, task, address, foundBy, atLeast }: Drift,
  episodes: readonly Episode[],
): number | undefined {
  let first: number | undefined;
  for (const episode of episodes) {
    const about = foundBy.includes(episode.kind) && isAbout(episode, address);
    if (!about || episode.openedAt >= to || episode.closedAt <= from) {
      continue;
    }
    for (const named of episode.named) {
      if (named.task === task && LEVELS[named.severity] >= LEVELS[atLeast] && named.at < to) {
        first = Math.min(first ?? named.at, named.at);
      }
    }
  }
  return first;
}

/** A run of nothing. */
export function emptyTally(): Tally {
  return {
    checks: 0,
    days: 0,
    incidents: {},
    falseCritical: 0,
    falseWarning: 0,
    harmlessCritical: 0,
    drifts: {},
    missed: 0,
    findings: [],
  };
}

/** Adds one simulation to a tally. @param onCheck after each check, with the share that is done, 0 to 1 */
export function addSimulation(
  given: Partial<SimulationOptions>,
  tally: Tally,
  onCheck?: (share: number) => void,
): void {
  const options = simulationOptions(given);
  const { proxies, seed, hours } = options;
  for (let i = 0; i < proxies; i += 1) {
    // The first proxy is that of the seed alone.
    const own = i === 0 ? seed : new Random(seed, 'proxy', i).whole(0, 2 ** 31 - 1);
    new Run({ ...options, proxies: 1, seed: own }, tally).finish((at) =>
      onCheck?.((i + at / (hours * 3600)) / proxies),
    );
  }
}

/** The result of a tally. */
export function resultOf({ findings, drifts, ...tally }: Tally): SimulationResult {
  const all = Object.values(drifts).flatMap(({ latencies }) => latencies);
  const kinds = Object.entries(drifts).map(([kind, { latencies, ...counts }]) => [
    kind,
    { ...counts, ...latencyOf(latencies) },
  ]);
  return {
    ...tally,
    drifts: Object.fromEntries(kinds),
    ...latencyOf(all),
    findings: findings.slice(0, MOST_FINDINGS),
  };
}

function latencyOf(latencies: readonly number[]): Latency {
  const sorted = [...latencies].sort((a, b) => a - b);
  const percentile = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1]!);
  return sorted.length === 0 ? {} : { latencyP50Seconds: percentile(0.5), latencyP95Seconds: percentile(0.95) };
}

/** One simulation. */
export function simulate(given: Partial<SimulationOptions>, onCheck?: (share: number) => void): SimulationResult {
  const tally = emptyTally();
  addSimulation(given, tally, onCheck);
  return resultOf(tally);
}

function noticeOf({ change, incident }: IncidentEvent, at: number): Notice & { readonly change: IncidentChange } {
  const { id, kind, severity, address, tasks, firstSeen } = incident;
  return { id, kind, severity, address, tasks, since: (firstSeen - EPOCH) / 1000, at, change };
}
