import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENT_HEADER } from '../../testbed/node-process';
import { request } from '../../testbed/request';
import { PERIODS, type RunningAs, startAll } from '../elb/competitors';
import { load } from '../wrk';
import { zoneCompetitors } from './competitors';
import { type Answerer, ZoneWorld } from './world';

/** The load while the zone works: connections, with a pause between an answer and the next request. */
export const CONNECTIONS = 8;
const PAUSE_MILLIS = 20;
/** A node of weight 1 gets one of about 500 or 1,000 requests: so long that each gets several. */
const STAY_SECONDS = 40;
/** Requests of each proxy per second while something happens to the zone, each on its own connection. */
export const RATE = 20;
/** A request without an answer by then is lost. */
const LOST_MILLIS = 10_000;
/** A request that was sent earlier and still has no answer is not one of those that an event cuts. */
const UNDER_WAY_SECONDS = 1;
/** The proxies know their addresses and zones. */
const SETTLED_MILLIS = 3 * PERIODS.holdValidMillis + 2000;
/** After a zone came back. */
export const RETURNED_SECONDS = 4;

/** What happens to the zone one after the other, and how long it is watched, s. */
export const EVENTS = [
  { name: 'works', seconds: 2, happen: async () => {} },
  { name: 'leaves DNS', seconds: 14, happen: async (world: ZoneWorld) => world.point(false) },
  { name: 'is in DNS again', seconds: 12, happen: async (world: ZoneWorld) => world.point(true) },
  { name: 'refuses', seconds: 8, happen: async (world: ZoneWorld) => world.refuse() },
  { name: 'works again', seconds: 10, happen: async (world: ZoneWorld) => world.restart() },
  { name: 'falls silent', seconds: 12, happen: async (world: ZoneWorld) => world.own.freeze() },
] as const;

/** The name of an event. */
export type EventName = (typeof EVENTS)[number]['name'];

/** A request. Times are s since the first one. */
export interface Sample {
  readonly at: number;
  /** When it was answered or lost. */
  readonly end: number;
  /** Nothing when it is lost. */
  readonly by: Answerer;
}

/** What happened to the requests of a proxy after an event. Times are s after it. */
export interface EventFigures {
  readonly sent: number;
  readonly lost: number;
  /** The last request that the zone answered; 0 when there is none. */
  readonly lastOwn: number;
  /** The last request that was lost; 0 when there is none. */
  readonly lastLost: number;
  /** Percent of the requests that the zone answered, those of the first `RETURNED_SECONDS` apart. */
  readonly laterShare: number;
}

/** How many requests stayed in the zone while it worked. */
export interface Stayed {
  readonly proxy: string;
  readonly ours: boolean;
  readonly requests: number;
  readonly lost: number;
  /** Percent. */
  readonly share: number;
}

/** What happened to a proxy. */
export interface ZoneResult extends Stayed {
  readonly events: Readonly<Record<EventName, EventFigures>>;
  readonly samples: readonly Sample[];
}

/** When each event happened, s after the first request. */
export type EventTimes = Readonly<Record<EventName, number>>;

export interface ZoneFigures {
  /** Two nodes in each zone. */
  readonly events: readonly ZoneResult[];
  readonly times: EventTimes;
  /** Four nodes in each zone, of which an answer shows 8 in all. */
  readonly partial: readonly Stayed[];
  readonly missing: readonly string[];
}

/** Runs all proxies beside each other, so that they share the state of the machine. */
export async function measureZones(wrk: readonly string[], progress: (line: string) => void): Promise<ZoneFigures> {
  const partial = await inWorld(4, progress, (world, running) => measureStayed(wrk, world, running, STAY_SECONDS));
  const { result, missing } = await inWorld(2, progress, async (world, running) => {
    const stayed = await measureStayed(wrk, world, running, STAY_SECONDS);
    const { times, samples } = await playEvents(world, running, progress);
    return {
      times,
      events: stayed.map((one, i) => ({ ...one, events: figuresOf(samples[i]!, times), samples: samples[i]! })),
    };
  });
  return { ...result, partial: partial.result, missing: [...new Set([...partial.missing, ...missing])] };
}

async function inWorld<T>(
  nodesEach: number,
  progress: (line: string) => void,
  measure: (world: ZoneWorld, running: readonly RunningAs[]) => Promise<T>,
): Promise<{ result: T; missing: readonly string[] }> {
  const { all, missing } = await zoneCompetitors(nodesEach, progress);
  const world = await ZoneWorld.start(nodesEach);
  const started = await startAll(all, () => world.target());
  try {
    progress(`zones of ${nodesEach} nodes, ${started.running.length} proxies`);
    await sleep(SETTLED_MILLIS);
    const result = await measure(world, started.running);
    return { result, missing: [...missing, ...started.missing] };
  } finally {
    await Promise.all(started.running.map(({ stop }) => stop()));
    await world.close();
  }
}

async function measureStayed(
  wrk: readonly string[],
  world: ZoneWorld,
  running: readonly RunningAs[],
  seconds: number,
): Promise<Stayed[]> {
  const clients = running.map((_, i) => `client-${i}`);
  const loads = await Promise.all(
    running.map(({ port }, i) =>
      load(wrk, {
        url: `http://127.0.0.1:${port}/`,
        connections: CONNECTIONS,
        seconds,
        pauseMillis: PAUSE_MILLIS,
        headers: { [CLIENT_HEADER]: clients[i]! },
      }),
    ),
  );
  const counts = await world.counts(clients);
  return running.map(({ competitor: { name, ours } }, i) => {
    const { own, other } = counts[i]!;
    return { proxy: name, ours, requests: own + other, lost: loads[i]!.lost, share: (100 * own) / (own + other) };
  });
}

async function playEvents(world: ZoneWorld, running: readonly RunningAs[], progress: (line: string) => void) {
  const samples: Sample[][] = running.map(() => []);
  const pending: Promise<void>[] = [];
  const start = Date.now();
  const now = () => (Date.now() - start) / 1000;
  const ask = async (port: number, to: Sample[]) => {
    const at = now();
    const answer = await request('127.0.0.1', port, LOST_MILLIS);
    to.push({ at, end: now(), by: world.answererOf(answer) });
  };
  const timer = setInterval(() => {
    pending.push(...running.map(({ port }, i) => ask(port, samples[i]!)));
  }, 1000 / RATE);
  const times: Partial<Record<EventName, number>> = {};
  try {
    for (const { name, seconds, happen } of EVENTS) {
      progress(`the zone ${name}`);
      times[name] = now();
      await happen(world);
      await sleep(seconds * 1000);
    }
  } finally {
    clearInterval(timer);
    await Promise.all(pending);
  }
  for (const some of samples) {
    some.sort((one, other) => one.at - other.at);
  }
  return { times: times as EventTimes, samples };
}

/** The event that a request belongs to: the last one before it was sent, or one while it was under way. */
function eventOf({ at, end }: Sample, times: EventTimes): EventName {
  const isUnderWay = (from: number) => at < from && from - at < UNDER_WAY_SECONDS && end >= from;
  return EVENTS.findLast(({ name }) => at >= times[name] || isUnderWay(times[name]))!.name;
}

function figuresOf(samples: readonly Sample[], times: EventTimes): ZoneResult['events'] {
  return Object.fromEntries(
    EVENTS.map(({ name }) => {
      const from = times[name];
      const within = samples.filter((sample) => eventOf(sample, times) === name);
      const later = within.filter(({ at }) => at >= from + RETURNED_SECONDS);
      const last = (by: Answerer) => Math.max(0, (within.findLast((one) => one.by === by)?.at ?? from) - from);
      const figures: EventFigures = {
        sent: within.length,
        lost: within.filter(({ by }) => by === undefined).length,
        lastOwn: last('own'),
        lastLost: last(undefined),
        laterShare: (100 * later.filter(({ by }) => by === 'own').length) / Math.max(1, later.length),
      };
      return [name, figures];
    }),
  ) as ZoneResult['events'];
}
