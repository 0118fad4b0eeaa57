import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkProxy } from '../lambda/controller/check';
import { NO_STATE, type ProxyState } from '../lambda/controller/domain/state';
import { lookUp } from '../lambda/probe/dns';
import { readRuntime } from '../lambda/probe/runtime-client';
import type { RegistryRecord } from '../lib/contract/registry-record';
import { HaproxyConfig } from '../lib/haproxy/render/config';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import { Balancer, ELB_NAME } from '../testbed/balancer';
import type { HaproxyBinary } from '../testbed/binaries';
import { DnsRelay } from '../testbed/dns-relay';
import { HaproxyProcess } from '../testbed/haproxy-process';
import { freePorts } from '../testbed/ports';
import { TcpRelay } from '../testbed/tcp-relay';

const PERIODS = { holdValidMillis: 1000, holdObsoleteMillis: 3000, checkMillis: 500 } as const;
const CLIENTS = 4;
const PAUSE_MILLIS = 20;
/** Longer than any standstill that is played. */
const TIMEOUT_MILLIS = 20_000;

/** What clients saw over a time. */
export interface Traffic {
  readonly answered: number;
  readonly lost: number;
}

/** What differs from the usual stage. */
interface Options {
  /** A command that becomes HAProxy. @default - none */
  readonly before?: readonly string[];
  /** A network between HAProxy and the nodes, and between the checker and the runtime API. @default - loopback alone */
  readonly relayed?: boolean;
}

/** A HAProxy with the generated configuration between clients and a load balancer, and the checker beside it. */
export class Stage {
  public static async set(binary: HaproxyBinary, { before = [], relayed = false }: Options = {}): Promise<Stage> {
    const [port, listen, health, runtimeApi] = (await freePorts(4)) as [number, number, number, number];
    const balancer = new Balancer(port);
    const stage = new Stage(binary, balancer, listen, health, runtimeApi, before);
    try {
      if (relayed) {
        stage.toNodes = await TcpRelay.start(port);
        stage.toRuntimeApi = await TcpRelay.start(runtimeApi);
      }
      balancer.point(await balancer.add(2));
      stage.relay = await DnsRelay.start((await balancer.listen()).address);
      stage.checkerDns = (await balancer.listen()).address;
      await stage.startProxy();
    } catch (error) {
      await stage.strike();
      throw error;
    }
    return stage;
  }

  /** What stands between HAProxy and its name server. */
  public relay!: DnsRelay;
  /** What stands between HAProxy and the nodes, where something does. */
  public toNodes?: TcpRelay;
  /** What stands between the checker and HAProxy, where something does. */
  public toRuntimeApi?: TcpRelay;
  public checkerDns!: string;
  public haproxy!: HaproxyProcess;
  #state: ProxyState = NO_STATE;

  private constructor(
    private readonly binary: HaproxyBinary,
    public readonly balancer: Balancer,
    public readonly listen: number,
    public readonly health: number,
    public readonly runtimeApi: number,
    private readonly before: readonly string[],
  ) {}

  /** Starts the process and waits until it answers. */
  public async startProxy(): Promise<void> {
    const at = (port: number) => ({ address: '127.0.0.1', port });
    const config = HaproxyConfig.render(HaproxyVersion.of(this.binary.branch), {
      upstream: {
        dnsName: ELB_NAME,
        port: this.balancer.port,
        healthCheck: { intervalMillis: PERIODS.checkMillis },
      },
      listen: at(this.listen),
      health: at(this.health),
      runtimeApi: at(this.runtimeApi),
      resolution: { ...PERIODS, nameservers: [this.relay.address] },
    });
    const command = [...this.before, ...this.binary.command];
    this.haproxy = HaproxyProcess.of({ ...this.binary, command }, config);
    for (const deadline = Date.now() + 15_000; (await this.traffic(0)).answered === 0; await sleep(100)) {
      if (this.haproxy.ended || Date.now() > deadline) {
        throw new Error(`HAProxy does not start: ${this.haproxy.output.trim().split('\n').at(-1)}`);
      }
    }
  }

  /** Clients ask all the time, on kept connections, for so many seconds; once each when there are none. */
  public async traffic(seconds: number): Promise<Traffic> {
    const end = Date.now() + seconds * 1000;
    const agent = new Agent({ keepAlive: true });
    let [answered, lost] = [0, 0];
    const client = async () => {
      do {
        const ok = await this.#request(agent);
        answered += ok ? 1 : 0;
        lost += ok ? 0 : 1;
        await sleep(seconds === 0 ? 0 : PAUSE_MILLIS);
      } while (Date.now() < end);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    agent.destroy();
    return { answered, lost };
  }

  /** Traffic for so many seconds, while the load balancer gets one more node. @returns also whether HAProxy has found it */
  public async growth(seconds: number): Promise<Traffic & { found: boolean }> {
    const traffic = this.traffic(seconds);
    const [added] = (await this.balancer.add(1)) as [string];
    this.balancer.point([...(await this.held()), added]);
    return { ...(await traffic), found: (await this.held()).includes(added) };
  }

  /** One check of the real checker. @returns what it would say, and the incidents that are open */
  public async check(now = Date.now()): Promise<{ verdicts: string[]; open: string[] }> {
    const senses = {
      upstream: async () => ({ ...(await lookUp(ELB_NAME, [this.checkerDns])), owned: [] }),
      tasks: async () => [{ id: 'task', endpoint: this.#endpoint }],
      runtime: (endpoint: string) => readRuntime(endpoint),
    };
    const report = await checkProxy(this.#record, this.#state, senses, now);
    this.#state = report.state;
    return { verdicts: report.verdicts.map(({ kind }) => kind), open: report.open.map(({ kind }) => kind) };
  }

  /** What the process holds now. */
  public async held(): Promise<string[]> {
    const { slots } = await readRuntime(`127.0.0.1:${this.runtimeApi}`);
    return slots.flatMap(({ backend, address }) => (backend === 'upstream' && address ? [address] : []));
  }

  /** Ends everything. */
  public async strike(): Promise<void> {
    await this.haproxy?.stop();
    await this.relay?.close();
    await this.toNodes?.close();
    await this.toRuntimeApi?.close();
    await this.balancer.close();
  }

  /** The port of the nodes, as HAProxy knows it. */
  public get nodePort(): number {
    return this.toNodes?.port ?? this.balancer.port;
  }

  get #endpoint(): string {
    return `127.0.0.1:${this.toRuntimeApi?.port ?? this.runtimeApi}`;
  }

  #request(agent: Agent): Promise<boolean> {
    return new Promise((resolve) => {
      const pending = get({ host: '127.0.0.1', port: this.listen, agent, timeout: TIMEOUT_MILLIS }, (response) => {
        response.on('error', () => resolve(false));
        response.resume().on('end', () => resolve(response.statusCode === 200));
      });
      pending.on('timeout', () => pending.destroy());
      pending.on('error', () => resolve(false));
    });
  }

  get #record(): RegistryRecord {
    return {
      proxy: 'chaos',
      haproxyVersion: this.binary.branch,
      upstreams: [{ backend: 'upstream', dnsName: ELB_NAME, port: this.nodePort }],
      nameservers: [this.checkerDns],
      tasks: { endpoints: [this.#endpoint] },
      resolutionSeconds: PERIODS.holdValidMillis / 1000,
      dnsWindowSeconds: 1 + (PERIODS.holdValidMillis + PERIODS.holdObsoleteMillis) / 1000,
      graceSeconds: 2,
    };
  }
}
