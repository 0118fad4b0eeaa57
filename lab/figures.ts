import type { VerdictKind } from '../lib/contract/verdicts';
import { CHICK, EGG, type Expectation, type FigureName, FOX, type Milestone, type Scenario } from './scenario';
import { nameOf, openIncidents, type RequestSample, type Timeline } from './timeline';

/** A step that has happened. */
export interface DemoEvent {
  /** Seconds since the start of the demo. */
  readonly at: number;
  readonly note: string;
  readonly label?: string;
  readonly repair: boolean;
  /** How many addresses DNS has for the load balancer from here on. */
  readonly addresses: number;
  readonly measured?: 'from' | 'until';
}

/** A run of a scenario. Times are seconds since the start of the demo. */
export interface DemoResult {
  readonly scenario: Scenario;
  readonly timelines: readonly Timeline[];
  readonly events: readonly DemoEvent[];
  readonly endedAt: number;
  /** The longest time of a request without HAProxy, seconds. On a busy machine every time is longer by up to this. */
  readonly lateness: number;
}

/** What a run has recorded so far. */
export type Progress = Pick<DemoResult, 'timelines' | 'events'> & { readonly shown: readonly string[] };

const NEVER = Number.POSITIVE_INFINITY;

/** The time over which figures are taken. */
interface Window {
  readonly from: number;
  readonly to: number;
  /** How many addresses the load balancer has in it. */
  readonly addresses: number;
}

/** How a figure is shown and measured. */
interface Figure {
  /** Its heading in a table. */
  readonly head: string;
  readonly unit: 's' | '%' | '';
  readonly of: (timeline: Timeline, window: Window) => number;
}

/** What is measured of a timeline. Seconds are since the measured step. */
export const FIGURES: Readonly<Record<FigureName, Figure>> = {
  kept: { head: 'stayed in the zone', unit: '%', of: keptInZone },
  follows: { head: 'first new answer', unit: 's', of: followsAfter },
  settles: { head: 'only new answers', unit: 's', of: settlesAfter },
  spreads: { head: 'holds all after', unit: 's', of: spreadsAfter },
  held: { head: 'addresses held', unit: '', of: mostHeld },
  lost: { head: 'lost requests', unit: '', of: ({ requests }: Timeline) => requests.filter(isLost).length },
  queries: { head: 'DNS queries', unit: '', of: queriesBeforeRepair },
  silent: {
    head: 'seen silent',
    unit: 's',
    of: (timeline: Timeline) => opened(timeline, 'silent-resolver', timeline.startedAt),
  },
  leaves: { head: 'no request after', unit: 's', of: leavesAfter },
  foreign: {
    head: 'seen foreign',
    unit: 's',
    of: (timeline: Timeline, { from }: Window) => opened(timeline, 'foreign-address', from),
  },
  stale: {
    head: 'seen stale',
    unit: 's',
    of: (timeline: Timeline, { from }: Window) => opened(timeline, 'stale-address', from),
  },
  criticals: {
    head: 'critical incidents',
    unit: '',
    of: ({ incidents }: Timeline) => incidents.filter(({ severity }) => severity === 'critical').length,
  },
  open: { head: 'still open', unit: '', of: (timeline: Timeline) => openIncidents(timeline).length },
};

/** Figures that come from the runtime API alone. */
const READ_ONLY_BY_API: ReadonlySet<FigureName> = new Set([
  'spreads',
  'held',
  'silent',
  'foreign',
  'stale',
  'criticals',
  'open',
]);

/** A figure of a timeline. `Infinity` means never. */
export function figureOf(name: FigureName, timeline: Timeline, { events }: Pick<DemoResult, 'events'>): number {
  return FIGURES[name].of(timeline, windowOf(events));
}

/** A figure as text. */
export function formatFigure(name: FigureName, value: number): string {
  const { unit } = FIGURES[name];
  if (value === NEVER) {
    return 'never';
  }
  return unit === '' ? String(value) : `${value.toFixed(1)} ${unit}`;
}

/** Everything that is not as the scenario expects, one line each. */
export function surprises(result: DemoResult): string[] {
  return result.timelines.flatMap((timeline) => [
    ...(timeline.crash ? [timeline.crash.why] : []),
    ...result.scenario.expectations
      .filter((expected) => concerns(expected, timeline))
      .flatMap((expected) => surprise(expected, timeline, result)),
  ]);
}

/**
 * From this lateness on a busy machine may be the reason for anything, also for a lost request. Found by trial on two cores:
 * 0.1 s on a quiet machine, 0.3 s with 4 busy processes beside, 0.9 s with 12, which is when requests were lost.
 */
const BUSY_SECONDS = 0.4;

/** Whether the machine was too busy for a run that proves anything, in one line with what to do. */
export function tooBusy({ lateness }: DemoResult): string | undefined {
  return lateness < BUSY_SECONDS
    ? undefined
    : `This machine was too busy to judge: a request without HAProxy took up to ${lateness.toFixed(1)} s. Run it again when less runs beside it.`;
}

/** The incidents of generated HAProxys that the scenario does not cause, one line each. */
export function falseIncidents({ scenario: { rightIncidents = [] }, timelines }: DemoResult): string[] {
  return timelines.flatMap((timeline) =>
    timeline.incidents
      .filter(({ kind }) => timeline.kind === 'generated' && !rightIncidents.includes(kind))
      .map(({ severity, kind, message }) => `${nameOf(timeline)}: ${severity} ${kind}: ${message}`),
  );
}

function concerns({ of, holdsSeveral, notOf = [], figure }: Expectation, timeline: Timeline): boolean {
  const able =
    (!holdsSeveral || timeline.holdsSeveral) && !notOf.some((branch) => timeline.version.startsWith(`${branch}.`));
  return of === timeline.kind && able && (timeline.readable || !READ_ONLY_BY_API.has(figure));
}

function surprise(expected: Expectation, timeline: Timeline, result: DemoResult): string[] {
  const { figure, min = 0, max = NEVER } = expected;
  const value = figureOf(figure, timeline, result);
  const { head, unit } = FIGURES[figure];
  const slack = unit === 's' ? result.lateness : 0;
  if (value >= min && value <= max + slack) {
    return [];
  }
  const bound = value < min ? `at least ${formatFigure(figure, min)}` : `at most ${formatFigure(figure, max)}`;
  const wanted = min === NEVER ? 'never' : bound;
  return [`${nameOf(timeline)}: ${head} ${formatFigure(figure, value)}, expected ${wanted}`];
}

/** Whether a milestone has been reached. HAProxys that have crashed or cannot be read do not count. */
export function reached(milestone: Milestone, { timelines, events, shown }: Progress): boolean {
  const running = timelines.filter(({ crash, readable }) => crash === undefined && readable);
  const window = windowOf(events);
  const every = (kind: Timeline['kind'], holds: (timeline: Timeline) => boolean) =>
    running.every((timeline) => timeline.kind !== kind || holds(timeline));
  const test: Record<Milestone, () => boolean> = {
    'silence seen': () => every('pinned', (timeline) => opened(timeline, 'silent-resolver', 0) < NEVER),
    'staleness seen': () => every('pinned', (timeline) => opened(timeline, 'stale-address', 0) < NEVER),
    'stranger seen': () =>
      every('generated', (timeline) => !timeline.holdsSeveral || opened(timeline, 'foreign-address', 0) < NEVER),
    followed: () => every('generated', (timeline) => followsAfter(timeline, window) < NEVER),
    drained: () => every('generated', ({ checks }) => checks.at(-1)?.held.every((a) => shown.includes(a)) ?? false),
    spread: () => every('generated', (timeline) => !timeline.holdsSeveral || holdsAll(timeline, shown)),
    calm: () => running.every((timeline) => openIncidents(timeline).length === 0),
  };
  return test[milestone]();
}

/** From the step that is measured from to the one that is measured until, the repair, or the end. */
function windowOf(events: readonly DemoEvent[]): Window {
  const { at: from = NEVER, addresses = 0 } = events.find(({ measured }) => measured === 'from') ?? {};
  const to = events.find(({ at, measured, repair }) => at >= from && (measured === 'until' || repair))?.at ?? NEVER;
  return { from, to, addresses };
}

const isLost = ({ answer }: RequestSample) => answer === undefined;

const within =
  ({ from, to }: Window) =>
  ({ at }: { readonly at: number }) =>
    at >= from && at < to;

/** Percent of the answers before the measured step that came from the zone, whose nodes are the old ones. */
function keptInZone({ requests, startedAt }: Timeline, { from }: Window): number {
  // A new process holds addresses at once, and compares them with its zone a second later.
  const before = requests.filter(({ at }) => at >= startedAt + 3 && at < from);
  return (100 * before.filter(({ answer }) => answer === EGG).length) / Math.max(1, before.length);
}

function followsAfter({ requests }: Timeline, window: Window): number {
  return (requests.filter(within(window)).find(({ answer }) => answer === CHICK)?.at ?? NEVER) - window.from;
}

/** The time of the first new answer after which no old one came and no request was lost. */
function settlesAfter({ requests }: Timeline, window: Window): number {
  const answered = requests.filter(within(window));
  const last = answered.findLastIndex(({ answer }) => answer !== CHICK);
  return (answered[last + 1]?.at ?? NEVER) - window.from;
}

/** The time of the first request after the last one that a stranger answered. */
function leavesAfter({ requests }: Timeline, window: Window): number {
  const sent = requests.filter(within(window));
  const last = sent.findLastIndex(({ answer }) => answer === FOX);
  return last < 0 ? 0 : (sent[last + 1]?.at ?? NEVER) - window.from;
}

function spreadsAfter({ checks }: Timeline, window: Window): number {
  const all = checks.filter(within(window)).find(({ held }) => held.length >= window.addresses);
  return (all?.at ?? NEVER) - window.from;
}

function mostHeld({ checks }: Timeline, window: Window): number {
  return Math.max(0, ...checks.filter(within(window)).map(({ held }) => held.length));
}

function holdsAll({ checks }: Timeline, shown: readonly string[]): boolean {
  return shown.every((address) => checks.at(-1)?.held.includes(address));
}

function queriesBeforeRepair({ checks, repairedAt = NEVER }: Timeline): number {
  return checks.findLast(({ at }) => at < repairedAt)?.queries ?? 0;
}

function opened({ incidents }: Timeline, kind: VerdictKind, since: number): number {
  return (incidents.find((incident) => incident.kind === kind)?.openedAt ?? NEVER) - since;
}
