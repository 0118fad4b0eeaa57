import type { IncidentChange } from '../lib/contract/incident-event';
import { isReadable } from '../testbed/proxy-under-test';
import { TestbedError } from '../testbed/testbed-error';
import type { DemoProxy } from './demo-testbed';
import { nameOf, type RequestSample, type Timeline, type TimelineIncident } from './timeline';

const CHECK_MILLIS = 1000;
/** A request that has no answer by then is lost. */
const LOST_MILLIS = 3000;

/** Sends requests to one HAProxy, lets the checker check it, and records what happens. */
export class Recorder {
  public readonly timeline: Timeline;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #pending = new Set<Promise<void>>();
  #checking?: Promise<void>;
  #paused = false;

  /**
   * @param seconds since the start of the demo
   * @param note takes a line about something that happened
   */
  public constructor(
    private readonly subject: DemoProxy,
    private readonly requestsPerSecond: number,
    private readonly seconds: () => number,
    private readonly note: (text: string) => void,
  ) {
    const { proxy } = subject;
    const { binary, kind, holdsSeveral } = proxy;
    this.timeline = {
      version: binary.version,
      source: binary.source,
      kind,
      configuration: proxy.configuration(),
      holdsSeveral,
      readable: isReadable(binary),
      startedAt: seconds(),
      requests: [],
      checks: [],
      incidents: [],
    };
  }

  /** Starts. A request is sent at its time, whether or not the ones before have been answered. */
  public run(): void {
    this.#timers.push(
      setInterval(() => this.#keep(this.#request()), 1000 / this.requestsPerSecond),
      setInterval(() => this.#keep(this.#checkOnce()), CHECK_MILLIS),
    );
  }

  /**
   * Restarts a pinned HAProxy with the generated configuration, once all requests and checks in progress have ended.
   */
  public async repair(): Promise<void> {
    if (this.timeline.kind !== 'pinned') {
      return;
    }
    this.#paused = true;
    await Promise.all(this.#pending);
    this.timeline.repairedAt = this.seconds();
    await this.subject.repair().catch((error) => {
      if (!(error instanceof TestbedError)) {
        throw error;
      }
      this.#crashed(error.message);
    });
    this.#paused = false;
  }

  /** Ends when the last request has been answered or given up. */
  public async stop(): Promise<void> {
    this.#paused = true;
    for (const timer of this.#timers) {
      clearInterval(timer);
    }
    await Promise.all(this.#pending);
  }

  /** An error in the background ends the process: it is a fault of the demo itself. */
  #keep(work: Promise<void>): void {
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
  }

  async #request(): Promise<void> {
    if (this.#paused) {
      return;
    }
    const sample: RequestSample = { at: this.seconds() };
    this.timeline.requests.push(sample);
    sample.answer = await this.subject.proxy.answer(LOST_MILLIS);
  }

  /** Runs one check at a time: a check takes seconds while DNS is silent. */
  async #checkOnce(): Promise<void> {
    if (this.#paused || this.#checking) {
      return;
    }
    this.#noteCrash();
    this.#checking = this.#check().finally(() => {
      this.#checking = undefined;
    });
    await this.#checking;
  }

  async #check(): Promise<void> {
    const { observation, verdicts, events } = await this.subject.check();
    const at = this.seconds();
    const held = observation.tasks.flatMap((task) => ('runtime' in task ? heldBy(task.runtime) : []));
    const kinds = [...new Set(verdicts.map(({ kind }) => kind))];
    this.timeline.checks.push({ at, held, queries: this.subject.proxy.queries, verdicts: kinds });
    for (const { change, incident } of events) {
      this.#record(change, incident, at);
    }
  }

  #record(change: IncidentChange, incident: Omit<TimelineIncident, 'openedAt'>, at: number): void {
    const { id, kind, severity, address, message } = incident;
    const what = `${kind}${address === undefined ? '' : ` ${address}`}`;
    if (change === 'opened') {
      this.timeline.incidents.push({ id, kind, severity, address, message, openedAt: at });
      this.note(`incident on ${nameOf(this.timeline)}: ${what}`);
    } else if (change === 'changed') {
      for (const open of this.timeline.incidents.filter((known) => known.id === id && known.severity !== 'critical')) {
        open.severity = severity;
      }
    } else {
      for (const open of this.timeline.incidents.filter((known) => known.id === id)) {
        open.resolvedAt = at;
      }
      this.note(`incident closed on ${nameOf(this.timeline)}: ${what}`);
    }
  }

  #noteCrash(): void {
    const why = this.subject.proxy.crash;
    if (why !== undefined) {
      this.#crashed(`${nameOf(this.timeline)} has ended by itself: ${why}`);
    }
  }

  /** Records the first crash only. */
  #crashed(why: string): void {
    if (this.timeline.crash === undefined) {
      this.timeline.crash = { at: this.seconds(), why };
      this.note(why);
    }
  }
}

function heldBy({ slots }: { readonly slots: readonly { readonly address?: string }[] }): string[] {
  return [...new Set(slots.flatMap(({ address }) => address ?? []))].sort();
}
