import { setTimeout as sleep } from 'node:timers/promises';
import type { VerdictKind } from '../lib/private/contract';
import type { HaproxyBinary } from './binaries';
import type { ConfigurationKind, Contender } from './contender';
import { CHICK, EGG, World } from './world';

const SAMPLE_MILLIS = 200;
/** Seconds after the start at which the load balancer moves: time enough for every process to be called silent. */
const MOVE_AT = 12;
/** The pinned ones are mended when the checker has seen them all, or this many seconds after the move. */
const MEND_AT_MOST = 20;
/** And the demo ends when all incidents are over and this many seconds have shown it, */
const END_AT_LEAST = 3;
/** or this many seconds after they were mended. */
const END_AT_MOST = 15;

/** An incident that the checker raised. Times are seconds since the start of the demo. */
export interface LaneIncident {
  readonly id: string;
  readonly kind: VerdictKind;
  readonly address?: string;
  readonly message: string;
  readonly openedAt: number;
  resolvedAt?: number;
}

/** What happened to one HAProxy. Times are seconds since the start of the demo. */
export interface Lane {
  readonly version: string;
  readonly source: string;
  readonly kind: ConfigurationKind;
  readonly configuration: string;
  /** What each request was answered with. */
  readonly samples: { readonly at: number; readonly answer?: string }[];
  readonly incidents: LaneIncident[];
  /** DNS queries until the pinned ones were mended. */
  queries: number;
  /** When the first request reached the new address, before anything was mended. */
  firstNew?: number;
  /** When the last request went to the old address, before anything was mended. */
  lastOld?: number;
}

/** A run of the demo. */
export interface DemoResult {
  readonly lanes: readonly Lane[];
  readonly movedAt: number;
  readonly mendedAt: number;
  readonly endedAt: number;
}

/** What a spectator is told while the demo runs. */
export interface Spectator {
  /** Something happened, one line. */
  readonly note: (at: number, text: string) => void;
  /** A second has passed. */
  readonly tick: (at: number, lanes: readonly Lane[]) => void;
}

/**
 * Starts a pinned and a generated HAProxy for each binary, moves the load balancer, lets the checker see it, mends the
 * pinned ones.
 *
 * @param signal ends the demo early; everything is stopped in any case
 */
export async function runDemo(
  binaries: readonly HaproxyBinary[],
  spectator: Spectator,
  signal: AbortSignal,
): Promise<DemoResult> {
  const world = await World.create();
  try {
    const pairs: { contender: Contender; lane: Lane }[] = [];
    for (const binary of binaries) {
      for (const kind of ['pinned', 'generated'] as const) {
        const contender = await world.add(binary, kind);
        pairs.push({ contender, lane: laneOf(contender) });
        signal.throwIfAborted();
      }
    }
    return await watch(world, pairs, spectator, signal);
  } finally {
    await world.close();
  }
}

function laneOf(contender: Contender): Lane {
  const { binary, kind } = contender;
  const configuration = contender.configuration(kind);
  return {
    version: binary.version,
    source: binary.source,
    kind,
    configuration,
    samples: [],
    incidents: [],
    queries: 0,
  };
}

async function watch(
  world: World,
  pairs: readonly { contender: Contender; lane: Lane }[],
  spectator: Spectator,
  signal: AbortSignal,
): Promise<DemoResult> {
  const lanes = pairs.map(({ lane }) => lane);
  const start = Date.now();
  const seconds = () => (Date.now() - start) / 1000;
  let movedAt: number | undefined;
  let mendedAt: number | undefined;
  let lastTick = 0;

  for (;;) {
    const round = Date.now();
    await Promise.all(pairs.map(({ contender, lane }) => sample(contender, lane, seconds, movedAt, mendedAt)));
    const at = seconds();
    if (Math.floor(at) > lastTick) {
      lastTick = Math.floor(at);
      await Promise.all(pairs.map(({ contender, lane }) => check(contender, lane, at, spectator)));
      spectator.tick(lastTick, lanes);
    }
    if (movedAt === undefined && at >= MOVE_AT) {
      movedAt = seconds();
      world.move();
      spectator.note(movedAt, `the load balancer moves: its name now has the address of the ${CHICK}`);
    } else if (movedAt !== undefined && mendedAt === undefined && (allSeen(lanes) || at >= movedAt + MEND_AT_MOST)) {
      mendedAt = seconds();
      spectator.note(mendedAt, 'the pinned ones are mended: restarted with the generated configuration');
      await Promise.all(pairs.map(({ contender }) => contender.kind === 'pinned' && contender.restart('generated')));
    } else if (mendedAt !== undefined && at >= mendedAt + (allOver(lanes) ? END_AT_LEAST : END_AT_MOST)) {
      return { lanes, movedAt: movedAt!, mendedAt, endedAt: seconds() };
    }
    await sleep(Math.max(0, SAMPLE_MILLIS - (Date.now() - round)), undefined, { signal }).catch(() => {});
    signal.throwIfAborted();
  }
}

async function sample(
  contender: Contender,
  lane: Lane,
  seconds: () => number,
  movedAt: number | undefined,
  mendedAt: number | undefined,
): Promise<void> {
  const answer = await contender.answer();
  const at = seconds();
  lane.samples.push({ at, answer });
  if (mendedAt === undefined) {
    lane.queries = contender.queries;
    if (movedAt !== undefined && answer === CHICK) {
      lane.firstNew ??= at;
    } else if (movedAt !== undefined && answer === EGG) {
      lane.lastOld = at;
    }
  }
}

async function check(contender: Contender, lane: Lane, at: number, spectator: Spectator): Promise<void> {
  const { events } = await contender.check(Date.now());
  const name = `HAProxy ${lane.version} (${lane.kind})`;
  for (const { event, incident } of events) {
    const { id, kind, address, message } = incident;
    if (event === 'incident-opened') {
      lane.incidents.push({ id, kind, address, message, openedAt: at });
      spectator.note(at, `incident on ${name}: ${kind}${address === undefined ? '' : ` ${address}`}`);
    } else {
      const open = lane.incidents.find((known) => known.id === id);
      if (open) {
        open.resolvedAt = at;
      }
      spectator.note(at, `incident over on ${name}: ${kind}`);
    }
  }
}

function allSeen(lanes: readonly Lane[]): boolean {
  return lanes.every(
    ({ kind, incidents }) => kind === 'generated' || incidents.some((i) => i.kind === 'stale-address'),
  );
}

function allOver(lanes: readonly Lane[]): boolean {
  return lanes.every(({ incidents }) => incidents.every(({ resolvedAt }) => resolvedAt !== undefined));
}
