import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type CensusTarget, collect, conclude, monitorKeyOf, type Store } from '../../lambda/census/collect';
import { collectMonth, concludeMonth } from '../../lambda/census/collect-month';
import { hashOf } from '../../lambda/census/gather';
import type { CensusRequest } from '../../lib/contract/census';
import { STATE_KEY } from '../../lib/contract/state-table';
import { AwsAccount, AwsEndpoints } from '../../testbed/aws';
import type { HaproxyBinary } from '../../testbed/binaries';
import { registryRecord } from '../../testbed/checker';
import { DnsServer } from '../../testbed/dns-server';
import { functionWith, PROBE, REGISTRY, STATES } from '../../testbed/fleet';
import { ConcurrentLambda, type LocalLambda } from '../../testbed/lambda';
import type { WatchedProxy } from './watched-proxy';

const CLUSTER = 'fleet';
const TARGET: CensusTarget = { account: '123456789012', region: 'eu-west-1', name: 'fleet' };

/** A folder as a bucket. */
function folderStore(folder: string): Store {
  const fileOf = (key: string) => path.join(folder, key);
  return {
    async put(key, body, _type, sha256) {
      if (hashOf(body) !== sha256) {
        throw new Error(`BadDigest of ${key}`);
      }
      mkdirSync(path.dirname(fileOf(key)), { recursive: true });
      writeFileSync(fileOf(key), body);
    },
    async get(key) {
      try {
        return readFileSync(fileOf(key), 'utf8');
      } catch {
        return undefined;
      }
    },
    async folders(prefix) {
      return readdirSync(fileOf(prefix), { withFileTypes: true }).flatMap((one) =>
        one.isDirectory() ? [one.name] : [],
      );
    },
  };
}

/** The bundled functions of a monitor with real proxies, and the censuses of it. */
export class Monitor {
  /** @param everySeconds between two runs */
  public static async start(binary: HaproxyBinary, folder: string, everySeconds: number): Promise<Monitor> {
    const account = new AwsAccount();
    account.tables.create(STATES, { hash: STATE_KEY });
    const dns = new DnsServer();
    const { address } = await dns.listen();
    const aws = await AwsEndpoints.start(account.handlers);
    const controller = functionWith({ ...aws.environment, INTERVAL_SECONDS: String(everySeconds) });
    const probe = new ConcurrentLambda(PROBE);
    account.functions.set('probe', probe.target);
    return new Monitor(binary, account, dns, address, aws, controller, probe, folderStore(folder));
  }

  /** Whether no caller can invoke the controller. */
  public down = false;
  /** Whether a census alone cannot. */
  public closed = false;

  private constructor(
    private readonly binary: HaproxyBinary,
    private readonly account: AwsAccount,
    private readonly dns: DnsServer,
    private readonly nameserver: string,
    private readonly aws: AwsEndpoints,
    private readonly controller: LocalLambda,
    private readonly probe: ConcurrentLambda,
    private readonly store: Store,
  ) {}

  /** From now on the load balancer of a proxy has this address, at its API and in DNS. */
  public point({ name, dnsName }: WatchedProxy, address: string, state: 'active' | 'failed' = 'active'): string {
    this.dns.set(dnsName, [address]);
    return this.account.setBalancer({ name, dnsName, zones: { 'eu-west-1a': [address] }, state }).arn;
  }

  public register(proxy: WatchedProxy, address: string): void {
    const { name, dnsName, runtimeApiPort } = proxy;
    this.account.setService({ cluster: CLUSTER, name, addresses: ['127.0.0.1'] });
    const record = registryRecord(this.binary, this.nameserver, {
      proxy: name,
      upstreams: [{ backend: 'upstream', dnsName, port: 80, loadBalancerArn: this.point(proxy, address) }],
      tasks: { cluster: CLUSTER, service: name, runtimeApiPort },
      dnsWindowSeconds: 3,
    });
    this.account.setParameter(parameterOf(name), JSON.stringify(record));
  }

  public breakRecord({ name }: WatchedProxy): void {
    this.account.setParameter(parameterOf(name), '{');
  }

  public unregister({ name }: WatchedProxy): void {
    this.account.deleteParameter(parameterOf(name));
  }

  /** The schedule of the monitor. */
  public async run(): Promise<void> {
    if (this.down) {
      return;
    }
    const { functionError, payload } = await this.controller.invoke({});
    if (functionError !== undefined) {
      throw new Error(`a run failed: ${JSON.stringify(payload)}`);
    }
    // An hour of them would be most of the memory of this process.
    this.aws.calls.length = 0;
    this.aws.requests.length = 0;
  }

  /** Takes a census. @returns its id, and whether the monitor answered */
  public async census(): Promise<{ census: string; answered: boolean }> {
    const startedAt = new Date().toISOString();
    const census = startedAt.replace(/\.\d+/, '').replace(/:/g, '');
    const answered = await collect(census, TARGET, (request) => this.#ask(request), this.store).then(
      () => true,
      () => false,
    );
    await conclude({ census, startedAt }, [TARGET], this.store);
    return { census, answered };
  }

  /** Makes the month. @returns the keys of its documents */
  public async month(month: string): Promise<{ monitor: string; all: string }> {
    await collectMonth(month, TARGET, this.store);
    await concludeMonth(month, [TARGET], this.store);
    return { monitor: `months/${month}/monitors/${monitorKeyOf(TARGET)}.json`, all: `months/${month}/month.json` };
  }

  /** The key of what a census says of this monitor. */
  public static documentOf(census: string): string {
    return `censuses/${census.slice(0, 7)}/${census}/monitors/${monitorKeyOf(TARGET)}.json`;
  }

  public async close(): Promise<void> {
    await this.controller.stop();
    await this.probe.stop();
    await this.aws.close();
    await this.dns.close();
  }

  async #ask(request: CensusRequest): Promise<unknown> {
    if (this.down || this.closed) {
      throw Object.assign(new Error('not authorized to perform: lambda:InvokeFunction'), { name: 'AccessDenied' });
    }
    const { functionError, payload } = await this.controller.invoke(request);
    if (functionError !== undefined) {
      throw new Error(`the census failed: ${JSON.stringify(payload)}`);
    }
    return payload;
  }
}

const parameterOf = (name: string) => `${REGISTRY}/registry/${name}`;
