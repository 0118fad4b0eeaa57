import { setTimeout as sleep } from 'node:timers/promises';
import { branchOrder } from '../lib/haproxy/version/branches';
import type { HaproxyBinary } from '../testbed/binaries';
import type { ConfigurationKind } from '../testbed/proxy-under-test';
import { TestbedError } from '../testbed/testbed-error';
import { Control } from './control';
import { DemoTestbed } from './demo-testbed';
import type { StartEnvironment } from './environments/environment';
import { type DemoEvent, type DemoResult, reached } from './figures';
import { Recorder } from './recorder';
import { FOX, type Scenario, type Step } from './scenario';
import { nameOf, type Timeline } from './timeline';

/** How often the demo checks whether the next step is due. */
const ROUND_MILLIS = 100;

/** A demo at a moment. Times are seconds since its start. */
export interface Snapshot {
  readonly at: number;
  readonly timelines: readonly Timeline[];
  readonly events: readonly DemoEvent[];
  /** What comes next, and in how many seconds at most; nothing while HAProxys start. */
  readonly next?: { readonly soon: string; readonly seconds: number };
}

/** Where a demo reports to. The calls must not block. */
export interface DemoOutput {
  /** Something happened, one line. */
  readonly note: (at: number, text: string) => void;
  /** A second has passed. */
  readonly tick: (snapshot: Snapshot) => void;
}

/**
 * Runs a scenario with a pinned and a generated HAProxy of each binary: its steps change the load balancer and DNS,
 * each HAProxy gets requests, and the real checker checks each once a second.
 *
 * @param binaries may come one by one: each is started when it comes, and the first step waits for the last
 * @param start makes the environment; processes of this machine when left out
 * @throws TestbedError when the environment cannot be made or no HAProxy starts
 */
export async function runDemo(
  scenario: Scenario,
  binaries: AsyncIterable<HaproxyBinary> | Iterable<HaproxyBinary>,
  output: DemoOutput,
  start?: StartEnvironment,
): Promise<DemoResult> {
  const testbed = await DemoTestbed.start(scenario.testbed, start);
  const control = await Control.start();
  const demo = new Demo(scenario, testbed, control, output);
  try {
    await demo.start(binaries);
    for (const step of scenario.steps) {
      await demo.wait(step);
      await demo.take(step);
    }
    return demo.result();
  } finally {
    await demo.stop();
    await control.stop();
    await testbed.close();
  }
}

class Demo {
  readonly #recorders: Recorder[] = [];
  readonly #events: DemoEvent[] = [];
  readonly #start = Date.now();
  readonly #ticker: NodeJS.Timeout;
  #next?: { readonly soon: string; readonly at: number };

  public constructor(
    private readonly scenario: Scenario,
    private readonly testbed: DemoTestbed,
    private readonly control: Control,
    private readonly output: DemoOutput,
  ) {
    this.#ticker = setInterval(() => this.#tick(), 1000);
  }

  /** Starts both kinds of each binary. One that does not start is reported; the others continue. */
  public async start(binaries: AsyncIterable<HaproxyBinary> | Iterable<HaproxyBinary>): Promise<void> {
    let why = 'give one with HAPROXY_BINARIES=/path/to/haproxy';
    for await (const binary of binaries) {
      for (const kind of ['pinned', 'generated'] as const) {
        await this.#add(binary, kind).catch((error) => {
          if (!(error instanceof TestbedError)) {
            throw error;
          }
          why = error.message;
          this.output.note(this.#seconds(), why);
        });
      }
    }
    // They come in the order in which they are available.
    this.#recorders.sort((a, b) => branchOrder(a.timeline.version) - branchOrder(b.timeline.version));
    if (this.#recorders.length === 0) {
      throw new TestbedError(`no HAProxy is available: ${why}`);
    }
  }

  /** Waits until a step's time has come, or what it waits for. */
  public async wait({ after, orWhen, soon }: Step): Promise<void> {
    const at = this.#seconds() + after;
    this.#next = { soon, at };
    while (this.#seconds() < at && !(orWhen && reached(orWhen, { ...this.#recorded(), shown: this.testbed.shown }))) {
      await sleep(ROUND_MILLIS);
    }
  }

  /** Applies the changes of a step. */
  public async take(step: Step): Promise<void> {
    const {
      note,
      label,
      measured,
      addresses,
      owned,
      dns,
      stop = [],
      restart = [],
      takenOver = [],
      repair = false,
    } = step;
    const { environment } = this.testbed;
    await Promise.all(restart.map((node) => environment.restartNode(node)));
    const at = this.#seconds();
    if (addresses) {
      await this.testbed.point(addresses, owned);
    }
    if (dns) {
      await environment.failDns(dns === 'answers' ? undefined : dns);
    }
    if (note !== undefined) {
      this.#events.push({ at, note, label, repair, measured, addresses: this.testbed.shown.length });
      this.output.note(at, note);
    }
    await Promise.all([...stop, ...takenOver].map((node) => environment.stopNode(node)));
    await Promise.all(takenOver.map((node) => environment.restartNode(node, FOX)));
    if (repair) {
      await Promise.all(this.#recorders.map((recorder) => recorder.repair()));
    }
  }

  public result(): DemoResult {
    return { ...this.#recorded(), scenario: this.scenario, endedAt: this.#seconds(), lateness: this.control.lateness };
  }

  public async stop(): Promise<void> {
    clearInterval(this.#ticker);
    await Promise.all(this.#recorders.map((recorder) => recorder.stop()));
  }

  async #add(binary: HaproxyBinary, kind: ConfigurationKind): Promise<void> {
    const subject = await this.testbed.add(binary, kind);
    const note = (text: string) => this.output.note(this.#seconds(), text);
    const recorder = new Recorder(subject, this.scenario.requestsPerSecond, () => this.#seconds(), note);
    this.#recorders.push(recorder);
    note(`${nameOf(recorder.timeline)} answers`);
    recorder.run();
  }

  #tick(): void {
    const at = this.#seconds();
    const next = this.#next && { soon: this.#next.soon, seconds: Math.max(0, this.#next.at - at) };
    this.output.tick({ ...this.#recorded(), at, next });
  }

  #recorded(): { timelines: Timeline[]; events: DemoEvent[] } {
    return { timelines: this.#recorders.map(({ timeline }) => timeline), events: this.#events };
  }

  #seconds(): number {
    return (Date.now() - this.#start) / 1000;
  }
}
