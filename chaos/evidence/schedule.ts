import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Kind } from './compare';

/** Something that is to happen. Times are in cycles of a run and a census, from the start. */
export interface Planned {
  readonly kind: Kind;
  /** @default - the monitor as a whole */
  readonly proxy?: number;
  readonly begin: number;
  readonly end: number;
}

const OF_PROXIES: readonly Kind[] = ['drift', 'killed', 'stopped', 'failed', 'malformed', 'unregistered'];
const OF_MONITORS: readonly Kind[] = ['down', 'closed'];

/** Faults of proxies: at most 2 + 6 cycles of these. */
const BLOCK = 11;
/** A fault of the monitor: at most 5 cycles of these. */
const MONITOR_BLOCK = 8;
/** At the start and at the end nothing happens. */
const CALM = 1;

/** What happens in so many cycles: with the same seed, the same. Two things that happen to one proxy are apart. */
export function scheduleOf(cycles: number, proxies: number, seed: number): Planned[] {
  const random = xoroshiro128plus(seed);
  const between = (from: number, to: number) => uniformInt(random, Math.round(from * 100), Math.round(to * 100)) / 100;
  const planned: Planned[] = [];
  let at = CALM;
  for (let block = 0; at + BLOCK + CALM <= cycles; block += 1) {
    for (let proxy = 0; proxy < proxies; proxy += 1) {
      const begin = at + between(0, 2);
      planned.push({
        kind: OF_PROXIES[(block + proxy) % OF_PROXIES.length]!,
        proxy,
        begin,
        end: begin + between(4, 6),
      });
    }
    at += BLOCK;
    if (at + MONITOR_BLOCK + CALM <= cycles) {
      const begin = at + between(0, 0.9);
      planned.push({ kind: OF_MONITORS[block % OF_MONITORS.length]!, begin, end: begin + between(3.5, 5) });
      at += MONITOR_BLOCK;
    }
  }
  return planned.sort((a, b) => a.begin - b.begin);
}
