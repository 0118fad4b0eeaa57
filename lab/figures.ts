import type { VerdictKind } from '../lib/contract/verdicts';
import { type Lane, nameOf, openIncidents, type Sample } from './lane';
import type { Expectation, Milestone, Scenario } from './scenario';
import { CHICK } from './world';

/** A step as it happened. */
export interface Mark {
  /** Seconds since the start of the demo. */
  readonly at: number;
  readonly note: string;
  readonly label?: string;
  readonly mend: boolean;
  /** How many addresses DNS has for the load balancer from here on. */
  readonly addresses: number;
  readonly measured?: 'from' | 'until';
}

/** A run of a scenario. Times are seconds since the start of the demo. */
export interface DemoResult {
  readonly scenario: Scenario;
  readonly lanes: readonly Lane[];
  readonly marks: readonly Mark[];
  readonly endedAt: number;
  /** Seconds by which the runner itself was late at most: a busy machine shows in every time that it took. */
  readonly lateness: number;
}

/** What a run has measured so far. */
export type Measured = Pick<DemoResult, 'lanes' | 'marks'> & { readonly shown: readonly string[] };

const NEVER = Number.POSITIVE_INFINITY;

/** The time over which figures are taken. */
interface Window {
  readonly from: number;
  readonly to: number;
  /** How many addresses the load balancer has in it. */
  readonly addresses: number;
}

/** What is measured of a lane: its heading in a table, and how it is taken. Seconds are since the measured step. */
export const FIGURES = {
  follows: { head: 'first new answer', unit: 's', of: followsAfter },
  settles: { head: 'only new answers', unit: 's', of: settlesAfter },
  spreads: { head: 'holds all after', unit: 's', of: spreadsAfter },
  held: { head: 'addresses held', unit: '', of: mostHeld },
  lost: { head: 'lost requests', unit: '', of: ({ samples }: Lane) => samples.filter(isLost).length },
  queries: { head: 'DNS queries', unit: '', of: queriesBeforeMend },
  silent: { head: 'seen silent', unit: 's', of: (lane: Lane) => opened(lane, 'silent-resolver', lane.startedAt) },
  stale: { head: 'seen stale', unit: 's', of: (lane: Lane, { from }: Window) => opened(lane, 'stale-address', from) },
  criticals: {
    head: 'critical incidents',
    unit: '',
    of: ({ incidents }: Lane) => incidents.filter(({ severity }) => severity === 'critical').length,
  },
  open: { head: 'still open', unit: '', of: (lane: Lane) => openIncidents(lane).length },
} as const;

/** One of them. */
export type FigureName = keyof typeof FIGURES;

/** What the checker alone can tell, out of the runtime API. */
const READ: ReadonlySet<FigureName> = new Set(['spreads', 'held', 'silent', 'stale', 'criticals', 'open']);

/** A figure of a lane of a run. `Infinity` is never. */
export function figureOf(name: FigureName, lane: Lane, { marks }: Pick<DemoResult, 'marks'>): number {
  return FIGURES[name].of(lane, windowOf(marks));
}

/** A figure for people. */
export function formatFigure(name: FigureName, value: number): string {
  const { unit } = FIGURES[name];
  return value === NEVER ? 'never' : unit === 's' ? `${value.toFixed(1)} s` : String(value);
}

/** Everything that is not as the scenario expects it, one line each. */
export function surprises(result: DemoResult): string[] {
  return result.lanes.flatMap((lane) => [
    ...(lane.crash ? [lane.crash.why] : []),
    ...result.scenario.expectations
      .filter((expected) => concerns(expected, lane))
      .flatMap((expected) => surprise(expected, lane, result)),
  ]);
}

function concerns({ of, holdsSeveral, notOf = [], figure }: Expectation, lane: Lane): boolean {
  const able = (!holdsSeveral || lane.holdsSeveral) && !notOf.some((branch) => lane.version.startsWith(`${branch}.`));
  return of === lane.kind && able && (lane.readable || !READ.has(figure));
}

function surprise(expected: Expectation, lane: Lane, result: DemoResult): string[] {
  const { figure, min = 0, max = NEVER } = expected;
  const value = figureOf(figure, lane, result);
  const { head, unit } = FIGURES[figure];
  const slack = unit === 's' ? result.lateness : 0;
  if (value >= min && value <= max + slack) {
    return [];
  }
  const bound = value < min ? `at least ${formatFigure(figure, min)}` : `at most ${formatFigure(figure, max)}`;
  const wanted = min === NEVER ? 'never' : bound;
  return [`${nameOf(lane)}: ${head} ${formatFigure(figure, value)}, expected ${wanted}`];
}

/** Whether a milestone has been reached. What has crashed, or cannot be read, is not waited for. */
export function reached(milestone: Milestone, { lanes, marks, shown }: Measured): boolean {
  const running = lanes.filter(({ crash, readable }) => crash === undefined && readable);
  const window = windowOf(marks);
  const every = (kind: Lane['kind'], holds: (lane: Lane) => boolean) =>
    running.every((lane) => lane.kind !== kind || holds(lane));
  const test: Record<Milestone, () => boolean> = {
    'silence seen': () => every('pinned', (lane) => opened(lane, 'silent-resolver', 0) < NEVER),
    'staleness seen': () => every('pinned', (lane) => opened(lane, 'stale-address', 0) < NEVER),
    followed: () => every('generated', (lane) => followsAfter(lane, window) < NEVER),
    drained: () => every('generated', ({ looks }) => looks.at(-1)?.held.every((a) => shown.includes(a)) ?? false),
    spread: () => every('generated', (lane) => !lane.holdsSeveral || holdsAll(lane, shown)),
    calm: () => running.every((lane) => openIncidents(lane).length === 0),
  };
  return test[milestone]();
}

/** From the step that is measured from to the one that is measured until, the mending, or the end. */
function windowOf(marks: readonly Mark[]): Window {
  const { at: from = NEVER, addresses = 0 } = marks.find(({ measured }) => measured === 'from') ?? {};
  const to = marks.find(({ at, measured, mend }) => at >= from && (measured === 'until' || mend))?.at ?? NEVER;
  return { from, to, addresses };
}

const isLost = ({ answer }: Sample) => answer === undefined;

const within =
  ({ from, to }: Window) =>
  ({ at }: { readonly at: number }) =>
    at >= from && at < to;

function followsAfter({ samples }: Lane, window: Window): number {
  return (samples.filter(within(window)).find(({ answer }) => answer === CHICK)?.at ?? NEVER) - window.from;
}

/** When the first of the new answers came after which there was no other answer, lost ones being none of either. */
function settlesAfter({ samples }: Lane, window: Window): number {
  const answered = samples.filter(within(window));
  const last = answered.findLastIndex(({ answer }) => answer !== CHICK);
  return (answered[last + 1]?.at ?? NEVER) - window.from;
}

function spreadsAfter({ looks }: Lane, window: Window): number {
  const all = looks.filter(within(window)).find(({ held }) => held.length >= window.addresses);
  return (all?.at ?? NEVER) - window.from;
}

function mostHeld({ looks }: Lane, window: Window): number {
  return Math.max(0, ...looks.filter(within(window)).map(({ held }) => held.length));
}

function holdsAll({ looks }: Lane, shown: readonly string[]): boolean {
  return shown.every((address) => looks.at(-1)?.held.includes(address));
}

function queriesBeforeMend({ looks, mendedAt = NEVER }: Lane): number {
  return looks.findLast(({ at }) => at < mendedAt)?.queries ?? 0;
}

function opened({ incidents }: Lane, kind: VerdictKind, since: number): number {
  return (incidents.find((incident) => incident.kind === kind)?.openedAt ?? NEVER) - since;
}
