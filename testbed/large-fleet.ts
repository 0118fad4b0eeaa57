import type { RunSummary } from '../lambda/controller/report';
import type { RegistryRecord } from '../lib/contract/registry-record';
import { STATE_KEY } from '../lib/contract/state-table';
import { UPSTREAM_BACKEND } from '../lib/haproxy/model/check-upstream';
import { AwsAccount, AwsEndpoints, AwsError, arnOf, QUOTAS, withQuotas } from './aws';
import type { HaproxyBinary } from './binaries';
import { functionWith, PROBE, REGISTRY, STATES } from './fleet';
import { startIdleProxy } from './idle-proxy';
import { ConcurrentLambda, LambdaFailure, type LocalLambda } from './lambda';
import { ElbDns, elbNameFor } from './load-balancer';
import { RuntimeFarm, recordRuntime } from './runtime-farm';

/** What every load balancer has, and every process holds at first. */
const LIVE = '127.0.0.1';

/** How a fleet differs from the usual one. */
export interface LargeFleetSettings {
  readonly proxies: number;
  /** @default 1 */
  readonly tasksEach?: number;
  /** How many ECS clusters the services are in. @default 1 */
  readonly clusters?: number;
  /** @default 256 - what the construct gives */
  readonly controllerMb?: number;
  /** How long a run may take, ms. @default 55,000 - what the construct gives */
  readonly controllerMillis?: number;
  /** @default 256 - what the construct gives */
  readonly probeMb?: number;
  /** The rates of AWS. @default true */
  readonly quotas?: boolean;
}

/** One run of the controller. */
export interface FleetRun {
  readonly summary: RunSummary;
  readonly durationMs: number;
  readonly maxRssMb: number;
  /** Calls of AWS that were refused for their rate. */
  readonly throttled: number;
  /** Log lines that are JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a log line has no type.
  readonly lines: readonly any[];
}

/**
 * A fleet of any size on this machine: the bundled controller and probe under Lambda's own runtime client, an account in
 * memory with the rates of AWS in front, a load balancer and a service for each proxy, and processes that answer as a
 * real HAProxy did.
 *
 * A minute passes between two runs: on the clock of the controller, for the rates of AWS and for the processes.
 */
export class LargeFleet {
  /** Starts it, without an incident. */
  public static async start(binary: HaproxyBinary, settings: LargeFleetSettings): Promise<LargeFleet> {
    const dns = new ElbDns();
    try {
      dns.point(LIVE);
      const haproxy = await startIdleProxy(binary, await dns.listen());
      const recording = await recordRuntime(haproxy.listeners.runtimeApi.port);
      await haproxy.stop();
      const farm = await RuntimeFarm.start(recording, settings.proxies * (settings.tasksEach ?? 1));
      const { address } = await dns.listen();
      const fleet = new LargeFleet(binary, settings, dns, farm, address);
      await fleet.#deploy();
      return fleet;
    } catch (error) {
      await dns.close();
      throw error;
    }
  }

  public readonly account = new AwsAccount();
  /** Names of the proxies. */
  public readonly names: readonly string[];
  #aws?: AwsEndpoints;
  #controller?: LocalLambda;
  #probe?: ConcurrentLambda;
  #extraMillis = 0;
  #throttled = 0;

  private constructor(
    private readonly binary: HaproxyBinary,
    private readonly settings: LargeFleetSettings,
    private readonly dns: ElbDns,
    public readonly farm: RuntimeFarm,
    private readonly nameserver: string,
  ) {
    this.names = Array.from({ length: settings.proxies }, (_, i) => `proxy-${i}`);
  }

  /** The AWS of the fleet. */
  public get aws(): AwsEndpoints {
    return this.#aws!;
  }

  /** The controller, which may be killed. */
  public get controller(): LocalLambda {
    return this.#controller!;
  }

  /** The probe, with what it has done. */
  public get probe(): ConcurrentLambda {
    return this.#probe!;
  }

  /** Another execution environment of the controller, for a run that overlaps; the caller stops it. */
  public another(): LocalLambda {
    const { controllerMb = 256, controllerMillis = 55_000 } = this.settings;
    const limits = { memoryMb: controllerMb, timeoutMs: controllerMillis };
    return functionWith(this.aws.environment, { ...limits, clockAhead: () => this.#extraMillis });
  }

  /** Addresses of the tasks of a proxy. */
  public tasksOf(proxy: number): readonly string[] {
    const { tasksEach = 1 } = this.settings;
    return this.farm.addresses.slice(proxy * tasksEach, (proxy + 1) * tasksEach);
  }

  /** Every process of these proxies holds an address of somebody else from now on. @default all proxies */
  public drift(proxies: readonly number[] = everyIndex(this.names)): void {
    for (const proxy of proxies) {
      const stranger = `10.66.${proxy >> 8}.${proxy & 255}`;
      this.#setProcesses(proxy, (answer) => answer.replaceAll(` ${LIVE} `, ` ${stranger} `));
    }
  }

  /** Every process of these proxies holds what its load balancer has. @default all proxies */
  public heal(proxies: readonly number[] = everyIndex(this.names)): void {
    for (const proxy of proxies) {
      this.#setProcesses(proxy, (answer) => answer);
    }
  }

  /** A minute passes, then the controller runs. @throws LambdaFailure when it is killed or has no time left */
  public async run(lambda = this.controller): Promise<FleetRun> {
    this.nextMinute();
    const before = this.#throttled;
    const { payload, durationMs, maxRssMb, logs, functionError } = await lambda.invoke({});
    if (functionError !== undefined) {
      throw new Error(`the controller failed: ${JSON.stringify(payload)}`);
    }
    const lines = logs.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    const throttled = this.#throttled - before;
    return { summary: payload as RunSummary, durationMs, maxRssMb, throttled, lines };
  }

  /** A minute passes. */
  public nextMinute(): void {
    this.#extraMillis += 60_000;
    this.farm.extraSeconds += 60;
  }

  /** Proxies of which a state is stored. */
  public get states(): string[] {
    return this.account.tables.items(STATES).map((item) => item[STATE_KEY]?.S ?? '');
  }

  /** Stored states, by name of the proxy. */
  // biome-ignore lint/suspicious/noExplicitAny: a state is the controller's own.
  public state(proxy: string): any {
    const item = this.account.tables.items(STATES).find((one) => one[STATE_KEY]?.S === proxy);
    return item && JSON.parse(item.state?.S ?? '{}');
  }

  /** Every stored state, for `restore`. */
  public snapshot(): ReturnType<AwsAccount['tables']['items']> {
    return this.account.tables.items(STATES);
  }

  /** Stores the states of a snapshot, and no others. */
  public restore(items: ReturnType<AwsAccount['tables']['items']>): void {
    this.account.tables.create(STATES, { hash: STATE_KEY });
    for (const item of items) {
      this.account.tables.put(STATES, item);
    }
  }

  /**
   * Runs the controller and kills its process at its n-th call of AWS, counted from 1: before the call has any effect
   * (`received`), or when its work is done and its answer is not sent (`done`).
   *
   * @returns the name of the call, or undefined when the run has ended before
   */
  public async killAt(call: number, moment: 'received' | 'done'): Promise<string | undefined> {
    let calls = 0;
    let killedAt: string | undefined;
    this.aws.onCall = async ({ service, operation }, at) => {
      calls += at === moment ? 1 : 0;
      if (killedAt !== undefined || at !== moment || calls !== call) {
        return;
      }
      killedAt = `${service}:${operation}`;
      await this.controller.kill();
      throw new AwsError('InternalFailure', 'The caller is gone.', 500);
    };
    try {
      await this.run();
    } catch (error) {
      if (killedAt === undefined || !(error instanceof LambdaFailure)) {
        throw error;
      }
    } finally {
      this.aws.onCall = undefined;
    }
    return killedAt;
  }

  /** Ends all of it. */
  public async close(): Promise<void> {
    await this.#controller?.stop();
    await this.#probe?.stop();
    await this.#aws?.close();
    await this.farm.close();
    await this.dns.close();
  }

  async #deploy(): Promise<void> {
    const { clusters = 1, probeMb = 256, quotas = true } = this.settings;
    this.account.tables.create(STATES, { hash: STATE_KEY });
    this.names.forEach((name, i) => {
      const cluster = `cluster-${i % clusters}`;
      this.dns.set(dnsNameOf(i), [LIVE]);
      const { arn } = this.account.setBalancer({ name, zones: { 'eu-west-1a': [LIVE] }, dnsName: dnsNameOf(i) });
      this.account.setService({ cluster, name, addresses: this.tasksOf(i) });
      this.account.setParameter(`${REGISTRY}/registry/${name}`, JSON.stringify(this.#record(i, arn, cluster)));
    });
    this.heal();
    const now = () => Date.now() + this.#extraMillis;
    const { handlers } = this.account;
    const limited = quotas ? withQuotas(handlers, QUOTAS, now, () => (this.#throttled += 1)) : handlers;
    this.#aws = await AwsEndpoints.start(limited);
    this.#aws.now = now;
    this.#controller = this.another();
    // Eight at once: what is left of ten that a new account has, without the controller and a gate.
    this.#probe = new ConcurrentLambda({ ...PROBE, memoryMb: probeMb }, 8);
    this.account.functions.set('probe', this.#probe.target);
  }

  #record(i: number, loadBalancerArn: string, cluster: string): RegistryRecord {
    return {
      proxy: this.names[i]!,
      haproxyVersion: this.binary.branch,
      upstreams: [{ backend: UPSTREAM_BACKEND, dnsName: dnsNameOf(i), port: 80, loadBalancerArn }],
      nameservers: [this.nameserver],
      tasks: { cluster, service: this.names[i]!, runtimeApiPort: this.farm.port },
      probe: arnOf('lambda', 'function:probe'),
      resolutionSeconds: 1,
      dnsWindowSeconds: 62,
      holdSeconds: 30,
      graceChecks: 2,
    };
  }

  /** The processes of a proxy follow the name of its own load balancer. */
  #setProcesses(proxy: number, edit: (answer: string) => string): void {
    const recorded = ` ${elbNameFor(this.binary)} `;
    const named = (answer: string) => edit(answer.replaceAll(recorded, ` ${dnsNameOf(proxy)} `));
    this.farm.set({ edit: named }, ...this.tasksOf(proxy));
  }
}

const dnsNameOf = (proxy: number) => `lb-${proxy}.test`;

const everyIndex = (list: readonly unknown[]) => list.map((_, i) => i);
