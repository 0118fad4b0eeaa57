import { setTimeout as sleep } from 'node:timers/promises';
import { checkProxy } from '../lambda/controller/check';
import type { ProxyReport } from '../lambda/controller/domain/proxy-report';
import { NO_STATE, type ProxyState } from '../lambda/controller/domain/state';
import { lookUp } from '../lambda/probe/dns';
import { readRuntime } from '../lambda/probe/runtime-client';
import type { RegistryRecord, RegistryUpstream } from '../lib/contract/registry-record';
import { UPSTREAM_BACKEND } from '../lib/haproxy/model/check-upstream';
import type { HaproxyConfigModel } from '../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../lib/haproxy/render/config';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import type { HaproxyBinary } from '../testbed/binaries';
import { pinned } from '../testbed/pinned';
import { request } from '../testbed/request';
import type { Listeners, Place, Running } from './ground';
import { LabError } from './lab-error';

/** The two configurations of the lab: one that never resolves again, and the one that this project writes. */
export type ConfigurationKind = 'pinned' | 'generated';

/** What a contender needs of the world around it. */
export interface Surroundings {
  /** The port of the load balancer. */
  readonly upstreamPort: number;
  /** The address that the machine's own resolver would find for the name at the start. */
  readonly addressAtStart: string;
  /** `IP:PORT` of the name server that the checker asks. */
  readonly checkerNameserver: string;
  readonly holdValidMillis: number;
  readonly holdObsoleteMillis: number;
  /** Seconds that a finding must last before it is an incident. */
  readonly graceSeconds: number;
  /** The addresses that the load balancer's API names now. */
  readonly owned: () => readonly string[];
}

/** How often other ports are tried when another process has taken one meanwhile. */
const PORT_TRIES = 3;
/** How every branch says so. */
const PORT_IN_USE = /cannot bind|address already in use/i;

/** One HAProxy of the lab, with the real checker beside it. */
export class Contender {
  #running?: Running;
  /** Of the last one that ran. */
  #runtimeApi = '';
  #state: ProxyState = NO_STATE;
  #listeners?: Listeners;
  #closed = false;

  public constructor(
    public readonly binary: HaproxyBinary,
    public readonly kind: ConfigurationKind,
    private readonly place: Place,
    private readonly surroundings: Surroundings,
  ) {}

  /** The text of a configuration of this contender. */
  public configuration(kind: ConfigurationKind): string {
    const { holdValidMillis, holdObsoleteMillis, addressAtStart } = this.surroundings;
    const model: HaproxyConfigModel = {
      upstream: this.#upstream,
      ...this.#listeners,
      resolution: { nameservers: [this.place.nameserver], holdValidMillis, holdObsoleteMillis },
    };
    const version = HaproxyVersion.of(this.binary.branch);
    const generated = HaproxyConfig.render(version, model);
    return kind === 'generated' ? generated : pinned(version, generated, addressAtStart);
  }

  /** How many DNS queries it has sent. */
  public get queries(): number {
    return this.place.queries;
  }

  /** Why the process has ended by itself, in one line; nothing while it runs. */
  public get crash(): string | undefined {
    const crash = this.#running?.crash;
    return crash === undefined ? undefined : lastLine(crash);
  }

  /** Whether the backend of a configuration can hold more than one address. */
  public get holdsSeveral(): boolean {
    return this.kind === 'generated' && HaproxyVersion.of(this.binary.branch)._capabilities.serverTemplate;
  }

  /** Whether its runtime API can be read: HAProxy 3.1.0 to 3.1.4 cannot connect to abstract sockets. */
  public get readable(): boolean {
    return !HaproxyVersion.of(this.binary.version).warnings.some(({ message }) => message.includes('abstract sockets'));
  }

  /** Starts the process and waits until it answers. */
  public async start(): Promise<void> {
    for (let left = PORT_TRIES; ; left -= 1) {
      this.#listeners = await this.place.listeners();
      try {
        return await this.restart(this.kind);
      } catch (error) {
        if (left === 0 || !PORT_IN_USE.test((error as Error).message)) {
          throw error;
        }
      }
    }
  }

  /** Replaces the process by one with the given configuration and waits until it answers. */
  public async restart(kind: ConfigurationKind): Promise<void> {
    await this.#end();
    if (this.#closed) {
      throw new LabError(`HAProxy ${this.binary.version} (${kind}) was stopped before it began`);
    }
    this.#running = await this.place.run(this.configuration(kind));
    this.#runtimeApi = this.#running.runtimeApi;
    for (const deadline = Date.now() + 10_000; (await this.answer()) === undefined; await sleep(50)) {
      if (this.crash !== undefined || Date.now() > deadline) {
        const why = this.crash ?? 'it runs and answers nothing';
        await this.#end();
        throw new LabError(`HAProxy ${this.binary.version} (${kind}) does not start: ${why}`);
      }
    }
  }

  /** What one request on a fresh connection is answered with; nothing when it fails or takes too long. */
  public answer(withinMillis?: number): Promise<string | undefined> {
    const { port } = this.#running ?? {};
    return port === undefined ? Promise.resolve(undefined) : request('127.0.0.1', port, withinMillis);
  }

  /** One check of the real checker. What it remembers is kept here, as the function keeps it in the registry. */
  public async check(now: number): Promise<ProxyReport> {
    const senses = {
      upstream: async ({ dnsName }: RegistryUpstream, { nameservers }: RegistryRecord) => ({
        ...(await lookUp(dnsName, nameservers)),
        owned: this.surroundings.owned(),
      }),
      tasks: async () => [{ id: `${this.binary.branch}-${this.kind}`, endpoint: this.#runtimeApi }],
      runtime: (endpoint: string) => readRuntime(endpoint),
    };
    const report = await checkProxy(this.#record, this.#state, senses, now);
    this.#state = report.state;
    return report;
  }

  /** Ends the process for good. */
  public async stop(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  get #upstream(): RegistryUpstream {
    return { dnsName: this.place.dnsName, port: this.surroundings.upstreamPort };
  }

  get #record(): RegistryRecord {
    const { checkerNameserver, holdValidMillis, holdObsoleteMillis, graceSeconds } = this.surroundings;
    return {
      proxy: `HAProxy ${this.binary.version} ${this.kind}`,
      haproxyVersion: this.binary.branch,
      upstreams: [{ backend: UPSTREAM_BACKEND, ...this.#upstream }],
      nameservers: [checkerNameserver],
      tasks: { endpoints: [this.#runtimeApi] },
      resolutionSeconds: holdValidMillis / 1000,
      // The lab's records live for a second.
      dnsWindowSeconds: 1 + (holdValidMillis + holdObsoleteMillis) / 1000,
      graceSeconds,
    };
  }
}

/** The line of a process's output that is most likely to say why it ended. */
function lastLine(output: string): string {
  const lines = output.split('\n').flatMap((line) => line.trim() || []);
  return lines.find((line) => PORT_IN_USE.test(line)) ?? lines.at(-1) ?? 'it said nothing';
}
