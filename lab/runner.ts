import type { ProxyReport } from '../lambda/controller/domain/proxy-report';
import type { Contender } from './contender';
import { LabError } from './lab-error';
import { type Lane, type LaneIncident, nameOf, type Sample } from './lane';

const CHECK_MILLIS = 1000;
/** A request that has no answer by then is lost. */
const LOST_MILLIS = 3000;

/** Sends requests to one HAProxy, lets the checker look at it, and writes down what happens. */
export class Runner {
  public readonly lane: Lane;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #pending = new Set<Promise<void>>();
  #looking?: Promise<void>;
  #paused = false;

  /**
   * @param seconds since the start of the demo
   * @param note takes a line about something that happened
   */
  public constructor(
    private readonly contender: Contender,
    private readonly requestsPerSecond: number,
    private readonly seconds: () => number,
    private readonly note: (text: string) => void,
  ) {
    const { binary, kind, holdsSeveral, readable } = contender;
    this.lane = {
      version: binary.version,
      source: binary.source,
      kind,
      configuration: contender.configuration(kind),
      holdsSeveral,
      readable,
      startedAt: seconds(),
      samples: [],
      looks: [],
      incidents: [],
    };
  }

  /** Begins. Requests are sent at their times, whether or not the ones before have been answered. */
  public run(): void {
    this.#timers.push(
      setInterval(() => this.#keep(this.#request()), 1000 / this.requestsPerSecond),
      setInterval(() => this.#keep(this.#look()), CHECK_MILLIS),
    );
  }

  /** Restarts a pinned one with the generated configuration. What it is doing is let go on before. */
  public async mend(): Promise<void> {
    if (this.lane.kind !== 'pinned') {
      return;
    }
    this.#paused = true;
    await Promise.all(this.#pending);
    this.lane.mendedAt = this.seconds();
    await this.contender.restart('generated').catch((error) => {
      if (!(error instanceof LabError)) {
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

  /** What fails in the background fails the process: it is a fault of the lab. */
  #keep(work: Promise<void>): void {
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
  }

  async #request(): Promise<void> {
    if (this.#paused) {
      return;
    }
    const sample: Sample = { at: this.seconds() };
    this.lane.samples.push(sample);
    sample.answer = await this.contender.answer(LOST_MILLIS);
  }

  /** One check at a time: it takes seconds while DNS is silent. */
  async #look(): Promise<void> {
    if (this.#paused || this.#looking) {
      return;
    }
    this.#noteCrash();
    this.#looking = this.#check().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  async #check(): Promise<void> {
    const { observation, verdicts, events } = await this.contender.check(Date.now());
    const at = this.seconds();
    const held = observation.tasks.flatMap((task) => ('runtime' in task ? heldBy(task.runtime) : []));
    const kinds = [...new Set(verdicts.map(({ kind }) => kind))];
    this.lane.looks.push({ at, held, queries: this.contender.queries, verdicts: kinds });
    for (const { event, incident } of events) {
      this.#tell(event, incident, at);
    }
  }

  #tell(event: ProxyReport['events'][number]['event'], incident: Omit<LaneIncident, 'openedAt'>, at: number): void {
    const { id, kind, severity, address, message } = incident;
    const what = `${kind}${address === undefined ? '' : ` ${address}`}`;
    if (event === 'incident-opened') {
      this.lane.incidents.push({ id, kind, severity, address, message, openedAt: at });
      this.note(`incident on ${nameOf(this.lane)}: ${what}`);
    } else if (event === 'incident-resolved') {
      for (const open of this.lane.incidents.filter((known) => known.id === id)) {
        open.resolvedAt = at;
      }
      this.note(`incident over on ${nameOf(this.lane)}: ${what}`);
    }
  }

  #noteCrash(): void {
    const why = this.contender.crash;
    if (why !== undefined) {
      this.#crashed(`${nameOf(this.lane)} has ended by itself: ${why}`);
    }
  }

  /** Tells it once. */
  #crashed(why: string): void {
    if (this.lane.crash === undefined) {
      this.lane.crash = { at: this.seconds(), why };
      this.note(why);
    }
  }
}

function heldBy({ slots }: { readonly slots: readonly { readonly address?: string }[] }): string[] {
  return [...new Set(slots.flatMap(({ address }) => address ?? []))].sort();
}
