import { setTimeout as sleep } from 'node:timers/promises';
import { checkProxy, type ProxyReport } from '../lambda/drift-checker/check';
import { NO_STATE, type ProxyState } from '../lambda/drift-checker/incidents';
import { lookUp } from '../lambda/drift-checker/senses/dns';
import { readRuntime } from '../lambda/drift-checker/senses/runtime-client';
import { UPSTREAM_BACKEND } from '../lib/haproxy/model/check-upstream';
import type { HaproxyConfigModel } from '../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../lib/haproxy/render/config';
import { HaproxyVersion } from '../lib/haproxy/version';
import type { RegistryRecord, RegistryUpstream } from '../lib/private/contract';
import type { HaproxyBinary } from './binaries';
import type { DnsListener } from './dns-server';
import { HaproxyProcess } from './haproxy-process';
import { pinned } from './pinned';
import { freePorts } from './ports';
import { request } from './request';

/** Something of the lab that did not work on this machine, in one line. */
export class LabError extends Error {
  public override readonly name = 'LabError';
}

/** The two configurations of the lab: one that never resolves again, and the one that this project writes. */
export type ConfigurationKind = 'pinned' | 'generated';

/** What a contender needs of the world around it. */
export interface Surroundings {
  /** Name and port of the load balancer. */
  readonly upstream: { readonly dnsName: string; readonly port: number };
  /** The address that the machine's own resolver would find for the name at the start. */
  readonly addressAtStart: string;
  /** The DNS port of this contender alone. */
  readonly dns: DnsListener;
  /** The DNS port of the checker. */
  readonly checkerDns: DnsListener;
  readonly holdValidMillis: number;
  readonly holdObsoleteMillis: number;
  /** Seconds that a finding must last before it is an incident. */
  readonly graceSeconds: number;
}

/** One HAProxy of the lab, with the real checker beside it. */
export class Contender {
  /** Starts it and waits until it answers. */
  public static async start(
    binary: HaproxyBinary,
    kind: ConfigurationKind,
    surroundings: Surroundings,
  ): Promise<Contender> {
    const [listen, health, runtimeApi] = await freePorts(3);
    const contender = new Contender(binary, kind, surroundings, listen!, health!, runtimeApi!);
    await contender.restart(kind);
    return contender;
  }

  #process?: HaproxyProcess;
  #state: ProxyState = NO_STATE;

  private constructor(
    public readonly binary: HaproxyBinary,
    public readonly kind: ConfigurationKind,
    private readonly surroundings: Surroundings,
    private readonly listen: number,
    private readonly health: number,
    private readonly runtimeApi: number,
  ) {}

  /** The text of a configuration of this contender. */
  public configuration(kind: ConfigurationKind): string {
    const { upstream, dns, holdValidMillis, holdObsoleteMillis, addressAtStart } = this.surroundings;
    const local = (port: number) => ({ address: '127.0.0.1', port });
    const model: HaproxyConfigModel = {
      upstream: { ...upstream, slots: 4 },
      listen: local(this.listen),
      health: local(this.health),
      runtimeApi: local(this.runtimeApi),
      resolution: { nameservers: [dns.address], holdValidMillis, holdObsoleteMillis },
    };
    const version = HaproxyVersion.of(this.binary.branch);
    const generated = HaproxyConfig.render(version, model);
    return kind === 'generated' ? generated : pinned(version, generated, addressAtStart);
  }

  /** How many DNS queries it has sent. */
  public get queries(): number {
    return this.surroundings.dns.queries;
  }

  /** Replaces the process by one with the given configuration. */
  public async restart(kind: ConfigurationKind): Promise<void> {
    await this.stop();
    this.#process = HaproxyProcess.of(this.binary, this.configuration(kind));
    for (const deadline = Date.now() + 10_000; (await this.answer()) === undefined; await sleep(50)) {
      if (this.#process.ended || Date.now() > deadline) {
        const why = this.#process.output.trim().split('\n').at(-1) ?? '';
        await this.stop();
        throw new LabError(`HAProxy ${this.binary.version} (${kind}) does not start: ${why}`);
      }
    }
  }

  /** What one request on a fresh connection is answered with; nothing when it fails. */
  public answer(): Promise<string | undefined> {
    return request('127.0.0.1', this.listen);
  }

  /** One check of the real checker. What it remembers is kept here, as the function keeps it in the registry. */
  public async check(now: number): Promise<ProxyReport> {
    const senses = {
      upstream: async ({ dnsName }: RegistryUpstream, { nameservers }: RegistryRecord) => ({
        ...(await lookUp(dnsName, nameservers)),
        owned: [],
      }),
      tasks: async () => [{ id: `${this.binary.branch}-${this.kind}`, endpoint: `127.0.0.1:${this.runtimeApi}` }],
      runtime: readRuntime,
    };
    const report = await checkProxy(this.record, this.#state, senses, now);
    this.#state = report.state;
    return report;
  }

  /** Ends the process. */
  public async stop(): Promise<void> {
    await this.#process?.stop();
    this.#process = undefined;
  }

  private get record(): RegistryRecord {
    const { upstream, checkerDns, holdValidMillis, holdObsoleteMillis, graceSeconds } = this.surroundings;
    return {
      proxy: `HAProxy ${this.binary.version} ${this.kind}`,
      haproxyVersion: this.binary.branch,
      upstreams: [{ backend: UPSTREAM_BACKEND, ...upstream }],
      nameservers: [checkerDns.address],
      tasks: { endpoints: [`127.0.0.1:${this.runtimeApi}`] },
      resolutionSeconds: holdValidMillis / 1000,
      // The lab's records live for a second.
      dnsWindowSeconds: 1 + (holdValidMillis + holdObsoleteMillis) / 1000,
      graceSeconds,
    };
  }
}
