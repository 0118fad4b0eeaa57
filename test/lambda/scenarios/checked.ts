import type { Task } from '../../../lambda/controller/domain/observation';
import type { ProxyReport } from '../../../lambda/controller/domain/proxy-report';
import { decodeState, encodeState } from '../../../lambda/controller/state/codec';
import { readRuntime } from '../../../lambda/probe/runtime-client';
import type { RegistryRecord } from '../../../lib/contract/registry-record';
import type { HaproxyBinary } from '../../../testbed/binaries';
import { Checker, registryRecord } from '../../../testbed/checker';
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

/** Checks of real processes with real queries, one after the other, on a clock that the test sets. */
export class TimedChecker {
  readonly record: RegistryRecord;
  /** Addresses of the load balancer's interfaces; undefined if they cannot be read. */
  public interfaces?: readonly string[];
  readonly #checker = new Checker();

  public constructor(
    private readonly tasks: readonly Task[],
    nameserver: string,
    more: Partial<RegistryRecord> = {},
  ) {
    this.record = registryRecord(BINARY, nameserver, { dnsWindowSeconds: 100, ...more });
  }

  /** One check, this many seconds after the start, by a function instance that has only the saved state. */
  public async check(seconds: number): Promise<ProxyReport> {
    const { tasks, interfaces } = this;
    const found = await this.#checker.check(this.record, { tasks, interfaces }, START + seconds * 1000);
    // The counters of a process follow the real clock, and are evaluated since its start.
    this.#checker.state = decodeState(encodeState({ ...found.state, counters: undefined }))!;
    return found;
  }

  /** Checks at these seconds after the start: what opened, changed and was resolved, and when. */
  public async events(...times: number[]): Promise<string[]> {
    const reported: string[] = [];
    for (const seconds of times) {
      const { events } = await this.check(seconds);
      reported.push(
        ...events.map(({ event, incident }) => `${seconds} ${event.replace('incident-', '')} ${incident.kind}`),
      );
    }
    return reported;
  }
}

/** Every 60 s from one time to another one, both included. */
export const minutely = (from: number, to: number) =>
  Array.from({ length: (to - from) / 60 + 1 }, (_, i) => from + 60 * i);
