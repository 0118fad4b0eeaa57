import { type ProxyReport, reportOn, reportUnchecked } from '../../lambda/controller/domain/proxy-report';
import type { RawObservation } from '../../lambda/controller/domain/raw-observation';
import { NO_STATE, type ProxyState } from '../../lambda/controller/domain/state';
import { decodeState, encodeState } from '../../lambda/controller/state/codec';
import type { ObservedRuntime } from '../../lib/contract/probe';
import type { RegistryRecord } from '../../lib/contract/registry-record';
import { RECORD, START } from './observations';

/** How a process goes on between checks. */
type Behaviour = 'follows' | 'silent' | 'failing';

/**
 * Checks of one proxy, one after the other, each by a function instance that has only the saved state. Uptimes and
 * counters of the processes go on with the clock, from the hour that they have at the start.
 */
export class Watch {
  #written: string;
  readonly #record: RegistryRecord;

  public constructor(record: Partial<RegistryRecord> = {}, state: ProxyState = NO_STATE) {
    this.#record = { ...RECORD, ...record };
    this.#written = encodeState(state);
  }

  /** The state as it was saved last. */
  public get state(): ProxyState {
    return decodeState(this.#written)!;
  }

  /** One check, this many seconds after the start. */
  public check(seconds: number, seen: RawObservation, behaviour: Behaviour = 'follows'): ProxyReport {
    const aged = { ...seen, tasks: seen.tasks.map((task) => this.#age(task, seconds, behaviour)) };
    return this.#saved(reportOn(this.#record, this.state, aged, START + seconds * 1000));
  }

  /** A check that could not read the proxy. */
  public unchecked(seconds: number, why = 'the run had no time left'): ProxyReport {
    return this.#saved(reportUnchecked(this.#record, this.state, why, START + seconds * 1000));
  }

  /** What opened, changed and closed by a check, as `opened KIND ADDRESS (TASKS)`. */
  public events(seconds: number, seen: RawObservation, behaviour?: Behaviour): string[] {
    return eventsOf(this.check(seconds, seen, behaviour));
  }

  /** The same for checks each minute, with the second of each, both ends included. */
  public minutely(from: number, to: number, seen: RawObservation, behaviour?: Behaviour): string[] {
    const events: string[] = [];
    for (let at = from; at <= to; at += 60) {
      events.push(...this.events(at, seen, behaviour).map((event) => `${at} ${event}`));
    }
    return events;
  }

  #saved(report: ProxyReport): ProxyReport {
    this.#written = encodeState(report.state);
    return report;
  }

  #age(task: RawObservation['tasks'][number], seconds: number, behaviour: Behaviour): RawObservation['tasks'][number] {
    if (!('runtime' in task)) {
      return task;
    }
    const { runtime } = task;
    return { ...task, runtime: { ...runtime, ...agedBy(runtime, seconds, behaviour, this.#record) } };
  }
}

function agedBy(
  { uptimeSeconds, resolvers }: ObservedRuntime,
  seconds: number,
  behaviour: Behaviour,
  { resolutionSeconds }: RegistryRecord,
): Partial<ObservedRuntime> {
  const queries = behaviour === 'silent' ? 0 : Math.floor(seconds / resolutionSeconds);
  return {
    uptimeSeconds: uptimeSeconds + seconds,
    ...(resolvers !== undefined && {
      resolvers: resolvers.map((one) => ({
        ...one,
        sent: one.sent + queries,
        valid: one.valid + (behaviour === 'failing' ? 0 : queries),
      })),
    }),
  };
}

/** What opened, changed and closed, as `opened KIND ADDRESS (TASKS)`. */
export function eventsOf({ events }: Pick<ProxyReport, 'events'>): string[] {
  return events.map(({ change, incident: { kind, severity, address, tasks, section } }) =>
    [change, severity, kind, section, address, tasks.length > 0 && `(${tasks.join(' ')})`].filter(Boolean).join(' '),
  );
}
