import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyBinary } from '../testbed/binaries';
import type { ConfigurationKind } from './contender';
import { type DemoResult, type Mark, reached } from './figures';
import type { Build } from './ground';
import { LabError } from './lab-error';
import { type Lane, nameOf } from './lane';
import { Runner } from './runner';
import type { Scenario, Step } from './scenario';
import { World } from './world';

/** How often it is looked whether the next step has come. */
const ROUND_MILLIS = 100;

/** What a spectator is shown. Times are seconds since the start of the demo. */
export interface View {
  readonly at: number;
  readonly lanes: readonly Lane[];
  readonly marks: readonly Mark[];
  /** What comes next, and in how many seconds at most; nothing while HAProxys are started. */
  readonly next?: { readonly soon: string; readonly seconds: number };
}

/** Who watches a demo. It is called between two things that happen, and must not wait. */
export interface Spectator {
  /** Something happened, one line. */
  readonly note: (at: number, text: string) => void;
  /** A second has passed. */
  readonly tick: (view: View) => void;
}

/**
 * Plays a scenario with a pinned and a generated HAProxy of each binary: the world changes as its steps say, requests go
 * to each, and the real checker looks at each once a second.
 *
 * @param binaries may come one by one: each is started when it comes, and the first step waits for the last
 * @param build what the world is made of; processes of this machine when left out
 * @throws LabError when the world cannot be made or no HAProxy starts
 */
export async function runDemo(
  scenario: Scenario,
  binaries: AsyncIterable<HaproxyBinary> | Iterable<HaproxyBinary>,
  spectator: Spectator,
  build?: Build,
): Promise<DemoResult> {
  const world = await World.create(scenario.world, build);
  const demo = new Demo(scenario, world, spectator);
  try {
    await demo.start(binaries);
    for (const step of scenario.steps) {
      await demo.wait(step);
      await demo.take(step);
    }
    return demo.result();
  } finally {
    await demo.stop();
    await world.close();
  }
}

class Demo {
  readonly #runners: Runner[] = [];
  readonly #marks: Mark[] = [];
  readonly #start = Date.now();
  readonly #ticker: NodeJS.Timeout;
  #next?: { readonly soon: string; readonly at: number };
  #lateness = 0;

  public constructor(
    private readonly scenario: Scenario,
    private readonly world: World,
    private readonly spectator: Spectator,
  ) {
    this.#ticker = setInterval(() => this.#tick(), 1000);
  }

  /** Starts both kinds of each binary. One that does not start is told of; the others go on. */
  public async start(binaries: AsyncIterable<HaproxyBinary> | Iterable<HaproxyBinary>): Promise<void> {
    let why = 'name one with HAPROXY_BINARIES=/path/to/haproxy';
    for await (const binary of binaries) {
      for (const kind of ['pinned', 'generated'] as const) {
        await this.#add(binary, kind).catch((error) => {
          if (!(error instanceof LabError)) {
            throw error;
          }
          why = error.message;
          this.spectator.note(this.#seconds(), why);
        });
      }
    }
    if (this.#runners.length === 0) {
      throw new LabError(`no HAProxy to be had: ${why}`);
    }
  }

  /** Waits until a step's time has come, or what it waits for. */
  public async wait({ after, orWhen, soon }: Step): Promise<void> {
    const at = this.#seconds() + after;
    this.#next = { soon, at };
    while (this.#seconds() < at && !(orWhen && reached(orWhen, { ...this.#measured(), shown: this.world.shown }))) {
      const before = Date.now();
      await sleep(ROUND_MILLIS);
      this.#lateness = Math.max(this.#lateness, (Date.now() - before - ROUND_MILLIS) / 1000);
    }
  }

  /** Changes the world as a step says. */
  public async take(step: Step): Promise<void> {
    const { note, mark, measured, addresses, owned, dns, stop = [], restart = [], mend = false } = step;
    await this.world.restartNodes(restart);
    const at = this.#seconds();
    if (addresses) {
      await this.world.point(addresses, owned);
    }
    if (dns) {
      await this.world.failDns(dns === 'answers' ? undefined : dns);
    }
    if (note !== undefined) {
      this.#marks.push({ at, note, label: mark, mend, measured, addresses: this.world.shown.length });
      this.spectator.note(at, note);
    }
    await this.world.stopNodes(stop);
    if (mend) {
      await Promise.all(this.#runners.map((runner) => runner.mend()));
    }
  }

  public result(): DemoResult {
    return { ...this.#measured(), scenario: this.scenario, endedAt: this.#seconds(), lateness: this.#lateness };
  }

  public async stop(): Promise<void> {
    clearInterval(this.#ticker);
    await Promise.all(this.#runners.map((runner) => runner.stop()));
  }

  async #add(binary: HaproxyBinary, kind: ConfigurationKind): Promise<void> {
    const contender = await this.world.add(binary, kind);
    const note = (text: string) => this.spectator.note(this.#seconds(), text);
    const runner = new Runner(contender, this.scenario.requestsPerSecond, () => this.#seconds(), note);
    this.#runners.push(runner);
    note(`${nameOf(runner.lane)} answers`);
    runner.run();
  }

  #tick(): void {
    const at = this.#seconds();
    const next = this.#next && { soon: this.#next.soon, seconds: Math.max(0, this.#next.at - at) };
    this.spectator.tick({ ...this.#measured(), at, next });
  }

  #measured(): { lanes: Lane[]; marks: Mark[] } {
    return { lanes: this.#runners.map(({ lane }) => lane), marks: this.#marks };
  }

  #seconds(): number {
    return (Date.now() - this.#start) / 1000;
  }
}
