import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyBinary } from '../testbed/binaries';
import { Checker } from '../testbed/checker';
import { DnsRelay } from '../testbed/dns-relay';
import type { HaproxyProcess } from '../testbed/haproxy-process';
import { LoadBalancer } from '../testbed/load-balancer';
import { NodeProcess } from '../testbed/node-process';
import { type Listeners, LocalHost, ProxyUnderTest } from '../testbed/proxy-under-test';
import { TcpRelay } from '../testbed/tcp-relay';

const PERIODS = { holdValidMillis: 1000, holdObsoleteMillis: 3000 } as const;
const CHECK_MILLIS = 500;
/** Clients at the same time, with a kept connection each. */
export const CLIENTS = 4;
const PAUSE_MILLIS = 20;
/** Longer than HAProxy is stopped in any fault. */
const TIMEOUT_MILLIS = 20_000;

/** Answers that clients got over a time. */
interface TrafficResult {
  readonly answered: number;
  readonly lost: number;
  /** When the last lost request was sent, ms after the first one. @default - none was lost */
  readonly lastLostMillis?: number;
}

/** How a test bed differs from the usual one. */
export interface ChaosTestbedOptions {
  /** A command that becomes HAProxy. @default - none */
  readonly before?: readonly string[];
  /** A network between HAProxy and the nodes, and between the checker and the runtime API. @default - loopback alone */
  readonly relayed?: boolean;
}

/** A HAProxy with the generated configuration between clients and a load balancer, and the checker beside it. */
export class ChaosTestbed {
  public static async start(binary: HaproxyBinary, options: ChaosTestbedOptions = {}): Promise<ChaosTestbed> {
    const loadBalancer = await LoadBalancer.start(['ok', 'ok'], { nodes: new NodeProcess() });
    const testbed = new ChaosTestbed(loadBalancer);
    try {
      await testbed.#start(binary, options);
    } catch (error) {
      await testbed.close();
      throw error;
    }
    return testbed;
  }

  /** The network between HAProxy and its name server. */
  public dnsRelay!: DnsRelay;
  /** The network between HAProxy and the nodes, where there is one. */
  public toNodes?: TcpRelay;
  /** The network between the checker and HAProxy, where there is one. */
  public toRuntimeApi?: TcpRelay;
  readonly #checker = new Checker();
  #checkerNameserver!: string;
  #host!: LocalHost;
  #proxy?: ProxyUnderTest;

  private constructor(public readonly loadBalancer: LoadBalancer) {}

  async #start(binary: HaproxyBinary, { before = [], relayed = false }: ChaosTestbedOptions): Promise<void> {
    const { loadBalancer } = this;
    loadBalancer.dns.point(...loadBalancer.addresses);
    this.dnsRelay = await DnsRelay.start((await loadBalancer.dns.listen()).address);
    this.#checkerNameserver = (await loadBalancer.dns.listen()).address;
    if (relayed) {
      this.toNodes = await TcpRelay.start(loadBalancer.port);
    }
    this.#host = new LocalHost({ ...binary, command: [...before, ...binary.command] }, this.dnsRelay);
    this.#proxy = new ProxyUnderTest(binary, this.#host, {
      model: {
        upstream: { port: this.nodePort, healthCheck: { intervalMillis: CHECK_MILLIS } },
        resolution: PERIODS,
      },
    });
    await this.#proxy.start();
    if (relayed) {
      this.toRuntimeApi = await TcpRelay.start(this.listeners.runtimeApi.port);
    }
  }

  /** The process of HAProxy. */
  public get haproxy(): HaproxyProcess {
    return this.#host.process;
  }

  /** The ports that HAProxy binds. */
  public get listeners(): Listeners {
    return this.#proxy!.listeners;
  }

  /** The port of the nodes in HAProxy's configuration. */
  public get nodePort(): number {
    return this.toNodes?.port ?? this.loadBalancer.port;
  }

  /** Starts HAProxy again, on the same ports, and waits until it answers. */
  public restartHaproxy(): Promise<void> {
    return this.#proxy!.restart();
  }

  /** Clients send requests without a break for so many seconds, on kept connections. */
  public async traffic(seconds: number): Promise<TrafficResult> {
    const start = Date.now();
    const agent = new Agent({ keepAlive: true });
    let [answered, lost] = [0, 0];
    let lastLostMillis: number | undefined;
    const client = async () => {
      for (let sent = 0; sent < seconds * 1000; sent = Date.now() - start) {
        if (await this.#request(agent)) {
          answered += 1;
        } else {
          lost += 1;
          lastLostMillis = Math.max(lastLostMillis ?? 0, sent);
        }
        await sleep(PAUSE_MILLIS);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    agent.destroy();
    return { answered, lost, lastLostMillis };
  }

  /** Traffic for so many seconds, while the load balancer gets one more node. @returns also whether HAProxy found it */
  public async trafficDuringScaleOut(seconds: number): Promise<TrafficResult & { found: boolean }> {
    const traffic = this.traffic(seconds);
    const [added] = (await this.loadBalancer.add(['ok'])) as [string];
    this.loadBalancer.dns.point(...(await this.held()), added);
    return { ...(await traffic), found: (await this.held()).includes(added) };
  }

  /** Runs the checker once. @returns the kinds of the verdicts, and of the open incidents that are more than information */
  public async check(now = Date.now()): Promise<{ verdicts: string[]; open: string[] }> {
    const { runtimeApi } = this.listeners;
    const record = this.#proxy!.record(this.#checkerNameserver, {
      graceChecks: 2,
      tasks: { endpoints: [`127.0.0.1:${this.toRuntimeApi?.port ?? runtimeApi.port}`] },
    });
    const report = await this.#checker.check(record, {}, now);
    const open = report.open.filter(({ severity }) => severity !== 'info');
    return { verdicts: report.verdicts.map(({ kind }) => kind), open: open.map(({ kind }) => kind) };
  }

  /** The addresses that HAProxy holds now. */
  public held(): Promise<string[]> {
    return this.#proxy!.held();
  }

  /** Ends everything. */
  public async close(): Promise<void> {
    await this.#proxy?.stop();
    await this.dnsRelay?.close();
    await this.toNodes?.close();
    await this.toRuntimeApi?.close();
    await this.loadBalancer.close();
  }

  #request(agent: Agent): Promise<boolean> {
    const { port } = this.listeners.listen;
    return new Promise((resolve) => {
      const pending = get({ host: '127.0.0.1', port, agent, timeout: TIMEOUT_MILLIS }, (response) => {
        response.on('error', () => resolve(false));
        response.resume().on('end', () => resolve(response.statusCode === 200));
      });
      pending.on('timeout', () => pending.destroy());
      pending.on('error', () => resolve(false));
    });
  }
}
