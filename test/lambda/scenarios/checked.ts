import { setTimeout as sleep } from 'node:timers/promises';
import { checkProxy, type Probes } from '../../../lambda/controller/check';
import type { ProxyReport } from '../../../lambda/controller/domain/proxy-report';
import type { Task } from '../../../lambda/controller/domain/raw-observation';
import { NO_STATE } from '../../../lambda/controller/domain/state';
import { localProbes } from '../../../lambda/controller/local-probes';
import { decodeState, encodeState } from '../../../lambda/controller/state/codec';
import { readRuntime } from '../../../lambda/probe/runtime-client';
import type { ProcessAnswer } from '../../../lib/contract/probe';
import type { RegistryRecord } from '../../../lib/contract/registry-record';
import type { HaproxyBinary } from '../../../testbed/binaries';
import { registryRecord } from '../../../testbed/checker';
import { type IdleProxySettings, startIdleProxy } from '../../../testbed/idle-proxy';
import { ElbDns, elbNameFor } from '../../../testbed/load-balancer';
import type { ProxyUnderTest } from '../../../testbed/proxy-under-test';
import { until } from '../../haproxy/running';
import { anyBinary } from '../../support/binaries';
import { START } from '../observations';

const BINARY = anyBinary();

/** The load balancer's name. */
export const NAME = elbNameFor(BINARY);

/** How a proxy differs from one that follows DNS on the newest binary. */
interface ProxySettings extends IdleProxySettings {
  readonly binary?: HaproxyBinary;
  /** How many addresses its own name server shows at a time. @default 8 */
  readonly shown?: number;
}

/** A real HAProxy and its own name server. The checker has another one, so that they can disagree. */
export class ProxyWithDns {
  public static async start(
    addresses: readonly string[],
    { binary = BINARY, shown = 8, ...settings }: ProxySettings = {},
  ): Promise<ProxyWithDns> {
    const dns = new ElbDns({ answersAtMost: shown });
    dns.point(...addresses);
    try {
      return new ProxyWithDns(binary, dns, await startIdleProxy(binary, await dns.listen(), settings));
    } catch (error) {
      await dns.close();
      throw error;
    }
  }

  private constructor(
    public readonly binary: HaproxyBinary,
    public readonly dns: ElbDns,
    private readonly haproxy: ProxyUnderTest,
  ) {}

  /** The load balancer's name. */
  public get name(): string {
    return elbNameFor(this.binary);
  }

  /** Its runtime API, as a task. */
  public get task(): Task {
    return { id: 'task', endpoint: this.haproxy.endpoint };
  }

  /** Port of its runtime API on 127.0.0.1. */
  public get port(): number {
    return this.haproxy.listeners.runtimeApi.port;
  }

  /** The addresses that its slots hold now. */
  public held(): Promise<string[]> {
    return this.haproxy.held();
  }

  /** Waits until it holds these addresses and no others. */
  public async holds(...addresses: string[]): Promise<void> {
    await until(`slots with ${addresses.join(', ') || 'no address'}`, async () => {
      const held = await this.held();
      return held.sort().join() === [...addresses].sort().join() || undefined;
    });
  }

  /** Waits until it has run for so long that its queries, or their absence, mean something. */
  public async settles(): Promise<void> {
    await until(
      'an uptime of 3 s',
      async () => (await readRuntime(this.haproxy.endpoint)).uptimeSeconds >= 3 || undefined,
    );
  }

  public async stop(): Promise<void> {
    await this.haproxy.stop();
    await this.dns.close();
  }
}

/**
 * How the clock of checks goes beside the real one.
 *
 * - `set`: the test sets it and the real one hardly moves, so that uptimes and counters are moved with it: a process that
 *   has asked DNS since its start goes on asking once in a period
 * - `fast`: both go on, this one faster: the periods of a process are shorter, and only its uptime is moved
 */
type Pace = 'set' | 'fast';

/** Checks of real processes with real queries, one after the other. */
export class TimedChecker {
  readonly record: RegistryRecord;
  /** Addresses of the load balancer's interfaces; undefined if they cannot be read. */
  public interfaces?: readonly string[];
  #state = NO_STATE;

  public constructor(
    private readonly tasks: readonly Task[],
    nameserver: string,
    more: Partial<RegistryRecord> = {},
    private readonly pace: Pace = 'set',
  ) {
    this.record = registryRecord(BINARY, nameserver, { dnsWindowSeconds: 100, ...more });
  }

  /** One check, this many seconds after the start, by a function instance that has only the saved state. */
  public async check(seconds: number): Promise<ProxyReport> {
    const { tasks, interfaces, record, pace } = this;
    const period = pace === 'set' ? record.resolutionSeconds : Number.POSITIVE_INFINITY;
    const local = localProbes({ tasks, interfaces });
    const probes: Probes = {
      ...local,
      balancer: async (upstream) => ({ ...(await local.balancer(upstream)), routing: 'any' }),
      ask: async (questions, about) => {
        const answer = await local.ask(questions, about);
        return { ...answer, processes: answer.processes.map((one) => aged(one, seconds, period)) };
      },
    };
    const report = await checkProxy(record, this.#state, probes, START + seconds * 1000);
    this.#state = decodeState(encodeState(report.state))!;
    return report;
  }

  /** Checks at these seconds after the start: what opened, changed and closed, and when. */
  public async events(...times: number[]): Promise<string[]> {
    const reported: string[] = [];
    for (const seconds of times) {
      const { events } = await this.check(seconds);
      reported.push(
        ...events.map(({ change, incident: { severity, kind } }) => `${seconds} ${change} ${severity} ${kind}`),
      );
    }
    return reported;
  }
}

/** A process as it would be after these seconds. One that sends queries sends one more in each of these periods. */
function aged(answer: ProcessAnswer, seconds: number, periodSeconds: number): ProcessAnswer {
  if (!('runtime' in answer)) {
    return answer;
  }
  const { runtime } = answer;
  const resolvers = runtime.resolvers?.map((one) => {
    const queries = one.sent > 0 ? Math.round(seconds / periodSeconds) : 0;
    return { ...one, sent: one.sent + queries, valid: one.valid + (one.valid > 0 ? queries : 0) };
  });
  return {
    runtime: { ...runtime, uptimeSeconds: runtime.uptimeSeconds + seconds, ...(resolvers && { resolvers }) },
  };
}

/** A clock that runs faster than the real one, from the moment on that it is made. */
export class FastClock {
  readonly #start = Date.now();

  /** @param speed how many times as fast */
  public constructor(private readonly speed: number) {}

  /** In milliseconds since 1970. */
  public readonly now = (): number => this.#start + (Date.now() - this.#start) * this.speed;

  /** Whole seconds since its start. */
  public get seconds(): number {
    return Math.round((this.now() - this.#start) / 1000);
  }

  /** Waits until this many seconds after its start. */
  public async reaches(seconds: number): Promise<void> {
    await sleep(Math.max(0, (this.#start + seconds * 1000 - this.now()) / this.speed));
  }
}

/** Every 60 s from one time to another one, both included. */
export const minutely = (from: number, to: number) =>
  Array.from({ length: (to - from) / 60 + 1 }, (_, i) => from + 60 * i);
