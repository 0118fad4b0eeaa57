import { readRuntime } from '../lambda/probe/runtime-client';
import type { RegistryRecord } from '../lib/contract/registry-record';
import { UPSTREAM_BACKEND } from '../lib/haproxy/model/check-upstream';
import type { HaproxyConfigModel } from '../lib/haproxy/model/config-model';
import { HEALTH_CHECK } from '../lib/haproxy/model/options';
import { HaproxyConfig } from '../lib/haproxy/render/config';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import type { HaproxyBinary } from './binaries';
import { registryRecord } from './checker';
import type { DnsListener } from './dns-server';
import { HaproxyProcess } from './haproxy-process';
import { elbNameFor, nodeAddress } from './load-balancer';
import { pinned } from './pinned';
import { freePorts } from './ports';
import { request } from './request';
import { PORT_IN_USE, reasonIn, type ServerProcess, untilReady } from './server-process';
import { TestbedError } from './testbed-error';

/** The two configurations: one that never resolves the name again, and the one that this project generates. */
export type ConfigurationKind = 'pinned' | 'generated';

/** The ports of one HAProxy, as its configuration binds them. */
export type Listeners = Readonly<Record<'listen' | 'health' | 'runtimeApi', { address?: string; port: number }>>;

/** Where one HAProxy runs. */
export interface ProxyHost {
  /** The load balancer's name, as this HAProxy can use it. */
  readonly dnsName: string;
  /** The name server that this HAProxy alone asks. */
  readonly dns: Readonly<DnsListener>;
  /** What a configuration is to bind; other ports when asked again. */
  listeners(): Promise<Listeners>;
  /** Runs HAProxy with a configuration; the one before has been stopped. */
  run(config: string): Promise<RunningProxy>;
}

/** A HAProxy that has been started. */
export interface RunningProxy {
  /** The port of 127.0.0.1 that takes requests. */
  readonly port: number;
  /** `IP:PORT` of its runtime API. */
  readonly endpoint: string;
  readonly process: Pick<ServerProcess, 'crash' | 'stop'>;
}

/** How a process of this machine differs from the usual one. */
interface LocalHostOptions {
  /** Finds free TCP ports of 127.0.0.1. @default freePorts */
  readonly findPorts?: (count: number) => Promise<readonly number[]>;
  /** Variables of the process. @default - none besides those of this process */
  readonly environment?: Record<string, string>;
}

/** A process of this machine. */
export class LocalHost implements ProxyHost {
  #ports: readonly number[] = [];
  #process?: HaproxyProcess;

  public constructor(
    private readonly binary: HaproxyBinary,
    public readonly dns: Readonly<DnsListener>,
    private readonly options: LocalHostOptions = {},
  ) {}

  public get dnsName(): string {
    return elbNameFor(this.binary);
  }

  /** The process that runs, or ran last. */
  public get process(): HaproxyProcess {
    return this.#process!;
  }

  public async listeners(): Promise<Listeners> {
    const { findPorts = freePorts } = this.options;
    this.#ports = await findPorts(3);
    const [listen, health, runtimeApi] = this.#ports.map((port) => ({ address: '127.0.0.1', port }));
    return { listen: listen!, health: health!, runtimeApi: runtimeApi! };
  }

  public async run(config: string): Promise<RunningProxy> {
    const [port, , runtimeApi] = this.#ports;
    this.#process = HaproxyProcess.of(this.binary, config, this.options.environment);
    return { port: port!, endpoint: `127.0.0.1:${runtimeApi}`, process: this.#process };
  }
}

/** How a HAProxy is configured. */
interface ProxySettings {
  /** @default 'generated' */
  readonly kind?: ConfigurationKind;
  /** The address that a pinned one holds. @default 127.0.0.1, what the machine's own resolver finds for `localhost` */
  readonly pinnedTo?: string;
  /** The model of the configuration; the name, the name server and the listeners are those of the host. */
  readonly model: Partial<Omit<HaproxyConfigModel, 'upstream'>> & {
    readonly upstream: Omit<HaproxyConfigModel['upstream'], 'dnsName'>;
  };
  /** Changes the text of the configuration. @default - it stays as it is rendered */
  readonly edit?: (config: string) => string;
}

/** Whether the runtime API of a release can be read: HAProxy 3.1.0 to 3.1.4 cannot connect to abstract sockets. */
export function isReadable({ version }: HaproxyBinary): boolean {
  return !HaproxyVersion.of(version).warnings.some(({ message }) => message.includes('connect to abstract sockets'));
}

/** How often other ports are tried when another process has taken one meanwhile. */
const PORT_TRIES = 3;

/** One HAProxy with its configuration. */
export class ProxyUnderTest {
  /** The configuration that it was made with. */
  public readonly kind: ConfigurationKind;
  #running?: RunningProxy;
  #endpoint = '';
  #listeners?: Listeners;
  #closed = false;

  public constructor(
    public readonly binary: HaproxyBinary,
    private readonly host: ProxyHost,
    private readonly settings: ProxySettings,
  ) {
    this.kind = settings.kind ?? 'generated';
  }

  /** `IP:PORT` of the runtime API, as the checker takes it; of the last process when none runs. */
  public get endpoint(): string {
    return this.#endpoint;
  }

  /** The ports that it binds. */
  public get listeners(): Listeners {
    return this.#listeners!;
  }

  /** How many DNS queries it has sent. */
  public get queries(): number {
    return this.host.dns.queries;
  }

  /** Why the process has ended by itself, in one line; nothing while it runs. */
  public get crash(): string | undefined {
    const crash = this.#running?.process.crash;
    return crash === undefined ? undefined : reasonIn(crash);
  }

  /** Whether the backend of its configuration can hold more than one address. */
  public get holdsSeveral(): boolean {
    return this.kind === 'generated' && HaproxyVersion.of(this.binary.branch)._capabilities.serverTemplate;
  }

  /** The text of one of its configurations. */
  public configuration(kind = this.kind): string {
    const { model, pinnedTo = nodeAddress(0), edit = (config) => config } = this.settings;
    const version = HaproxyVersion.of(this.binary.branch);
    const generated = HaproxyConfig.render(version, {
      ...this.#listeners,
      ...model,
      upstream: { dnsName: this.host.dnsName, ...model.upstream },
      resolution: { nameservers: [this.host.dns.address], ...model.resolution },
    });
    return edit(kind === 'generated' ? generated : pinned(version, generated, pinnedTo));
  }

  /**
   * Starts the process and waits until it is ready.
   *
   * @param isReady whether it is ready. @default - when it has answered a request
   * @throws TestbedError of one line when it does not start
   */
  public async start(isReady?: () => Promise<boolean>): Promise<void> {
    for (let left = PORT_TRIES; ; left -= 1) {
      this.#listeners = await this.host.listeners();
      try {
        return await this.restart(this.kind, isReady);
      } catch (error) {
        if (left === 0 || !PORT_IN_USE.test((error as Error).message)) {
          throw error;
        }
      }
    }
  }

  /** Replaces the process by one with the given configuration, on the same ports. */
  public async restart(kind = this.kind, isReady = async () => (await this.answer()) !== undefined): Promise<void> {
    await this.#end();
    const name = `HAProxy ${this.binary.version} (${kind})`;
    if (this.#closed) {
      throw new TestbedError(`${name} was stopped before it started`);
    }
    this.#running = await this.host.run(this.configuration(kind));
    this.#endpoint = this.#running.endpoint;
    await untilReady(name, this.#running.process, isReady).catch((error) => {
      this.#running = undefined;
      throw error;
    });
  }

  /** What one request on a fresh connection is answered with; nothing when it fails or takes too long. */
  public answer(withinMillis?: number): Promise<string | undefined> {
    const { port } = this.#running ?? {};
    return port === undefined ? Promise.resolve(undefined) : request('127.0.0.1', port, withinMillis);
  }

  /** The addresses that its slots hold now. */
  public async held(): Promise<string[]> {
    const { slots } = await readRuntime(this.endpoint);
    return slots.flatMap(({ backend, address }) => (backend === UPSTREAM_BACKEND && address ? [address] : []));
  }

  /** The registry's record of it: its periods are those of its configuration. */
  public record(nameserver: string, more: Partial<RegistryRecord> = {}): RegistryRecord {
    const { upstream, resolution: { holdValidMillis = 1000, holdObsoleteMillis = 2000 } = {} } = this.settings.model;
    return registryRecord(this.binary, nameserver, {
      proxy: `HAProxy ${this.binary.version} ${this.kind}`,
      upstreams: [
        {
          backend: UPSTREAM_BACKEND,
          dnsName: this.host.dnsName,
          port: upstream.port,
          ...(upstream.identity && {
            identity: upstream.identity.response ? 'response' : 'certificate',
            downCheckSeconds: (upstream.healthCheck?.intervalMillis ?? HEALTH_CHECK.interval.default) / 1000,
          }),
        },
      ],
      tasks: { endpoints: [this.endpoint] },
      resolutionSeconds: holdValidMillis / 1000,
      // The records of the test bed's name server live for a second.
      dnsWindowSeconds: 1 + (holdValidMillis + holdObsoleteMillis) / 1000,
      ...more,
    });
  }

  /** Ends the process for good. */
  public async stop(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.process.stop();
  }
}
