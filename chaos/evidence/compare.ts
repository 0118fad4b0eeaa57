import type { MonitorMonth } from '../../lambda/census/documents';
import type { VerdictKind } from '../../lib/contract/verdicts';

/** What was done to a proxy, or to the monitor. */
export const KINDS = {
  drift: 'the load balancer moves, and HAProxy does not learn it',
  killed: 'HAProxy is killed',
  stopped: 'HAProxy is stopped',
  failed: 'the load balancer fails',
  malformed: 'the record of the proxy is malformed',
  unregistered: 'the proxy is not registered',
  down: 'no caller can invoke the controller',
  closed: 'the census cannot invoke the controller',
} as const;

export type Kind = keyof typeof KINDS;

/** What really happened. Times are ms since 1970. */
export interface Happened {
  readonly kind: Kind;
  /** @default - the monitor as a whole */
  readonly proxy?: string;
  readonly begin: number;
  readonly end: number;
  /** The address that HAProxy held and the load balancer did not have. */
  readonly address?: string;
}

/** Incidents that belong to what happened; the first one must be there. */
const INCIDENTS: Partial<Record<Kind, readonly VerdictKind[]>> = {
  drift: ['stale-address'],
  killed: ['unreachable-task', 'unchecked'],
  stopped: ['unreachable-task', 'unchecked'],
  failed: ['unknown-upstream'],
  malformed: ['invalid-record'],
};

const BLIND: readonly Kind[] = ['killed', 'stopped', 'failed', 'malformed', 'down'];

/** How far times may be apart. */
interface Tolerance {
  /** Between two runs, ms. */
  readonly every: number;
  /** How long a run takes, and the clock of the samples, ms. */
  readonly slack: number;
}

interface Interval {
  readonly begin: number;
  readonly end: number;
}

interface Row extends Interval {
  readonly proxy: string;
  readonly what: string;
  readonly kind?: VerdictKind;
  readonly address?: string;
  used: boolean;
}

/**
 * What the document of a month says wrongly, or does not say, of what really happened. Each line is one fault.
 *
 * @param happened with an end each, further apart than the tolerance
 */
export function faultsIn(
  { proxies }: Pick<MonitorMonth, 'proxies'>,
  happened: readonly Happened[],
  { every, slack }: Tolerance,
): string[] {
  const blind = proxies.flatMap(({ name, blind: rows }) =>
    rows.map(
      ({ from, until, why }): Row => ({ proxy: name, what: `blind (${why})`, ...intervalOf(from, until), used: false }),
    ),
  );
  const incidents = proxies.flatMap(({ name, incidents: rows }) =>
    rows
      .filter(({ severity }) => severity !== 'info')
      .map(({ kind, address, since, overAt }): Row => {
        const more = { kind, ...(address !== undefined && { address }) };
        return { proxy: name, what: `incident ${kind}`, ...more, ...intervalOf(since, overAt), used: false };
      }),
  );
  const faults: string[] = [];
  for (const one of happened) {
    const names = one.proxy === undefined ? proxies.map(({ name }) => name) : [one.proxy];
    for (const proxy of names) {
      const kinds = INCIDENTS[one.kind] ?? [];
      // An incident begins with the first check that finds it, and a blind time with the last one that does not.
      const [begins, ends] = [
        { begin: one.begin - slack, end: one.begin + every + slack },
        { begin: one.end - slack, end: one.end + every + slack },
      ];
      const own = incidents.filter(
        (row) => row.proxy === proxy && kinds.includes(row.kind!) && within(row.begin, begins),
      );
      const [first] = own.filter(({ kind, address }) => kind === kinds[0] && address === one.address);
      if (kinds.length > 0 && (first === undefined || !within(first.end, ends))) {
        faults.push(
          `${textOf(one, proxy)}: ${first === undefined ? `no incident ${kinds[0]}` : `its incident ends at ${timeOf(first.end)}`}`,
        );
      }
      for (const row of own) {
        row.used = true;
      }
      if (BLIND.includes(one.kind)) {
        const starts = { begin: one.begin - every - slack, end: one.begin + slack };
        const rows = blind.filter((row) => row.proxy === proxy && within(row.begin, starts) && within(row.end, ends));
        if (rows.length !== 1) {
          faults.push(`${textOf(one, proxy)}: ${rows.length} blind times of it`);
        }
        for (const row of rows) {
          row.used = true;
        }
      }
    }
  }
  for (const { proxy, what, begin, end } of [...blind, ...incidents].filter(({ used }) => !used)) {
    faults.push(`${proxy}: ${what} from ${timeOf(begin)} to ${timeOf(end)}: nothing happened then`);
  }
  return faults;
}

const intervalOf = (from: string, until?: string): Interval => ({
  begin: Date.parse(from),
  end: until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until),
});

const within = (time: number, { begin, end }: Interval) => time >= begin && time <= end;

const timeOf = (time: number) => (Number.isFinite(time) ? new Date(time).toISOString().slice(11, 19) : 'the end');

const textOf = ({ kind, begin, end }: Happened, proxy: string) =>
  `${proxy}: ${KINDS[kind]} from ${timeOf(begin)} to ${timeOf(end)}`;
