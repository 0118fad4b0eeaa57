import type { ProxyReport } from '../lambda/controller/domain/proxy-report';
import { HaproxyLocality } from '../lib/haproxy/model/options';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import type { HaproxyBinary } from '../testbed/binaries';
import { Checker } from '../testbed/checker';
import { IDENTITY_BODY, IDENTITY_PATH } from '../testbed/identity';
import { type ConfigurationKind, ProxyUnderTest } from '../testbed/proxy-under-test';
import type { Environment, StartEnvironment } from './environments/environment';
import { startLocalEnvironment } from './environments/local';
import { CHICK, EGG, type TestbedOptions } from './scenario';

/** Seconds that a finding must last before it is an incident. */
const GRACE_CHECKS = 4;

/** The proof of identity of the demo. */
const PROOF = {
  identity: { response: { path: IDENTITY_PATH, body: IDENTITY_BODY } },
  healthCheck: { intervalMillis: 1000 },
} as const;

/** A HAProxy of the demo, with the checker beside it. */
export interface DemoProxy {
  readonly proxy: ProxyUnderTest;
  /** Checks it once; the checker keeps its state until the next time. */
  check(): Promise<ProxyReport>;
  /** Replaces it with the generated configuration, as a deployment does: what runs from now on is another task. */
  repair(): Promise<void>;
}

/** A load balancer whose nodes come and go, its DNS, and the HAProxys in front of it. */
export class DemoTestbed {
  /** Starts it. Every node runs. */
  public static async start(
    options: TestbedOptions = {},
    start: StartEnvironment = startLocalEnvironment,
  ): Promise<DemoTestbed> {
    const { nodes = { old: 1, new: 1 }, addresses = [0], zone } = options;
    const texts = [...Array<string>(nodes.old).fill(EGG), ...Array<string>(nodes.new).fill(CHICK)];
    const testbed = new DemoTestbed(await start(texts, zone), options);
    await testbed.point(addresses);
    return testbed;
  }

  readonly #proxies: ProxyUnderTest[] = [];
  #shown: readonly string[] = [];
  #owned: readonly string[] = [];

  private constructor(
    public readonly environment: Environment,
    private readonly options: TestbedOptions,
  ) {}

  /** The addresses that DNS has for the load balancer. */
  public get shown(): readonly string[] {
    return this.#shown;
  }

  /** Starts one more HAProxy and waits until it answers. */
  public async add(binary: HaproxyBinary, kind: ConfigurationKind): Promise<DemoProxy> {
    const { holdValidMillis = 2000, holdObsoleteMillis = 3000, identity, zone } = this.options;
    const canPrefer = HaproxyVersion.of(binary.branch)._capabilities.luaWeights;
    const locality = zone !== undefined && canPrefer ? HaproxyLocality.ZONE : undefined;
    const { upstreamPort, checkerNameserver } = this.environment;
    const proxy = new ProxyUnderTest(binary, await this.environment.host(binary, kind), {
      kind,
      pinnedTo: this.environment.addressOf(0),
      model: {
        upstream: { port: upstreamPort, locality, ...(identity && PROOF) },
        resolution: { holdValidMillis, holdObsoleteMillis },
      },
    });
    this.#proxies.push(proxy);
    await proxy.start();
    const checker = new Checker();
    let task = `${binary.branch}-${kind}`;
    const check = () => {
      const tasks = [{ id: task, endpoint: proxy.endpoint }];
      const record = proxy.record(checkerNameserver, { graceChecks: GRACE_CHECKS });
      return checker.check(record, { tasks, owned: this.#owned });
    };
    const repair = async () => {
      task = `${binary.branch}-repaired`;
      await proxy.restart('generated');
    };
    return { proxy, check, repair };
  }

  /**
   * The load balancer's name gets the addresses of these nodes. The former nodes continue to answer, as they do for a
   * while in AWS.
   *
   * @param owned the nodes that the load balancer's API names, if not the same
   */
  public async point(nodes: readonly number[], owned = nodes): Promise<void> {
    this.#shown = nodes.map((node) => this.environment.addressOf(node));
    this.#owned = owned.map((node) => this.environment.addressOf(node));
    await this.environment.point(this.#shown);
  }

  /** Ends everything. */
  public async close(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
    await this.environment.close();
  }
}
