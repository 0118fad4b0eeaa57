import type { Severity, VerdictKind } from '../../lib/contract/verdicts';
import type { Environment } from './environment';
import type { History, Span } from './history';
import type { DecidedOptions } from './options';
import { FULL_ANSWER } from './resolvers';
import { OUT_AFTER } from './server-state';
import type { HaproxyTask } from './tasks';

/** What is wrong with a task. */
export type DriftKind = 'pinned' | 'silent' | 'move' | 'stranger' | 'zonal-shift' | 'failing' | 'foreign';

/** Something wrong with one task, for a time. The checker finds it if an incident about it is open in this time. */
export interface Drift extends Span {
  readonly kind: DriftKind;
  readonly task: string;
  readonly address?: string;
  /** The verdicts that find it. */
  readonly foundBy: readonly VerdictKind[];
  readonly atLeast: Severity;
  /** Whether the checker can know of it at all; docs/simulation.md says when not. */
  readonly decidable: boolean;
}

/** What shows that a process does not follow, whatever the load balancer does. */
const NOT_FOLLOWING: readonly VerdictKind[] = [
  'pinned',
  'silent-resolver',
  'uncovered-address',
  'leaving-address',
  'stale-address',
];

/** All drifts of a environment that last long enough to be found. Known after the run: a stuck slot sticks during it. */
export function driftsOf({ options, history, service, failures }: Environment): Drift[] {
  const end = options.hours * 3600;
  const drifts: Drift[] = [];
  // Where DNS shows only a part, a process that does not follow has one incident, not one for each address.
  const saidBySilence = options.completeness === 'partial' && history.lives.length >= FULL_ANSWER;
  for (const task of service.tasks) {
    const add = (drift: Omit<Drift, 'task' | 'to'> & { readonly to?: number }) => {
      const to = Math.min(drift.to ?? end, task.to, end);
      const from = Math.max(drift.from, task.from);
      if (from >= 0 && to - from >= findableAfter(options, history.lives.length)) {
        drifts.push({ ...drift, from, to, task: task.id });
      }
    };
    for (const { from, to } of failures) {
      add({
        kind: 'failing',
        from,
        to,
        foundBy: ['failing-resolver', 'no-address'],
        atLeast: 'warning',
        decidable: options.branch !== '1.7',
      });
    }
    const { fault } = task;
    if (fault === undefined || fault.at >= task.to) {
      continue;
    }
    if (fault.kind !== 'stuck') {
      const { kind, at } = fault;
      add({ kind, from: at, foundBy: NOT_FOLLOWING, atLeast: 'warning', decidable: isFaultDecidable(task, options) });
    }
    for (const address of task.keptAddresses) {
      const life = history.lifeOf(address);
      if (life === undefined) {
        continue;
      }
      const dies = life.interfaces.to;
      if (life.nextOwner !== undefined && !task.sends(address, dies + OUT_AFTER)) {
        add({
          kind: 'foreign',
          from: Math.max(dies, fault.at) + OUT_AFTER,
          address,
          foundBy: ['foreign-address'],
          atLeast: 'warning',
          decidable: true,
        });
      }
      if (Number.isFinite(dies) && task.sends(address, dies + OUT_AFTER)) {
        // A process that follows may keep it for as long as caches and `hold obsolete` last.
        const dropped = life.dns.to + options.ttl + options.period + options.holdObsolete;
        add({
          kind: life.nextOwner === undefined ? 'move' : 'stranger',
          from: Math.max(dies, fault.at, fault.kind === 'stuck' ? dropped : 0),
          address,
          foundBy: saidBySilence ? ['stale-address', 'silent-resolver'] : ['stale-address'],
          atLeast: 'critical',
          decidable: options.completeness !== 'unknown',
        });
      }
      for (const shift of history.shifts) {
        if (shift.zone === life.zone && life.dns.to > shift.from) {
          add({
            kind: 'zonal-shift',
            from: Math.max(shift.from, fault.at),
            to: Math.min(shift.to, life.interfaces.to),
            address,
            foundBy: ['leaving-address', 'stale-address'],
            atLeast: 'warning',
            decidable: isShiftDecidable(task, shift, history, options),
          });
        }
      }
    }
  }
  return drifts;
}

/** 1.7 has no counters; and where a process says its own view, the question itself makes a pinned one send queries. */
function isFaultDecidable({ fault }: HaproxyTask, { branch, addresses, completeness }: DecidedOptions): boolean {
  return branch !== '1.7' && (fault?.kind !== 'pinned' || (addresses > 1 && completeness !== 'unknown'));
}

/** DNS shows that it dropped an address only where its answers are whole, and about all zones. */
function isShiftDecidable(task: HaproxyTask, shift: Span, history: History, options: DecidedOptions): boolean {
  const { affinity, zonalNames, completeness } = options;
  const whole = history.namedAt(shift.from).length < FULL_ANSWER;
  const zones = affinity === 'none' || (completeness === 'complete' && zonalNames !== 'no');
  return whole && zones && task.fault?.kind !== 'stuck' && completeness !== 'unknown';
}

/** The chance that a large load balancer has an address that no answer has had: the checker wants it below e^-16. */
const CHANCE = 16;

/** Seconds after which a drift should be found on any truth: what lasts shorter is not counted. */
function findableAfter(options: DecidedOptions, addresses: number): number {
  const { interval, jitter, ttl, period, holdObsolete, completeness, outage, stuck } = options;
  const { throttled, missed, unreachable, unlisted } = options;
  const unkind = throttled + missed + unreachable + unlisted > 0 ? 10 : 0;
  const checks = (3 + unkind) * interval + jitter;
  if (completeness === 'complete' && outage === 0 && stuck === 0) {
    return checks;
  }
  const window = Math.max(100, ttl + period + holdObsolete) + ttl + interval;
  const answers = addresses < FULL_ANSWER ? 1 : Math.ceil(CHANCE / -Math.log(1 - FULL_ANSWER / (addresses + 1)));
  return checks + window + answers * Math.max(ttl, interval);
}
