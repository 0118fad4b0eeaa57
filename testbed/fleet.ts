import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { reportOn } from '../lambda/controller/domain/proxy-report';
import { NO_STATE, type ProxyState } from '../lambda/controller/domain/state';
import { decodeState, encodeState } from '../lambda/controller/state/codec';
import type { RegistryRecord } from '../lib/contract/registry-record';
import { STATE_KEY } from '../lib/contract/state-table';
import { AwsAccount, type AwsCall, AwsEndpoints, AwsError, type AwsHandlers, type DeliveredEvent } from './aws';
import type { HaproxyBinary } from './binaries';
import { registryRecord } from './checker';
import { startIdleProxy } from './idle-proxy';
import { ConcurrentLambda, type FunctionSettings, type InvocationResult, LocalLambda } from './lambda';
import { ElbDns, elbNameFor } from './load-balancer';
import type { ProxyUnderTest } from './proxy-under-test';

export const REGISTRY = '/cdk-haproxy-elb/fleet';
export const STATES = 'states';
const ASSETS = join(__dirname, '../assets');

/** A log line of the function. */
// biome-ignore lint/suspicious/noExplicitAny: a log line has no type.
export type Line = any;

/** What the HAProxy's name server always answers. */
const HELD = '127.0.0.1';

/** The load balancer of every record. */
const ELB = { name: 'orders', type: 'app' } as const;

/**
 * The bundled controller and probe under Lambda's own runtime client, the AWS services that they call, and a real
 * HAProxy that is the task of every service.
 */
export class Fleet {
  /** Starts the HAProxy and two name servers: the HAProxy's own and the probe's, so that they can disagree. */
  public static async start(binary: HaproxyBinary): Promise<Fleet> {
    const [own, probes] = [new ElbDns(), new ElbDns()];
    // A slot that is down sends nothing: its address counts only while it is up.
    const node = createServer((socket) => socket.end());
    try {
      own.point(HELD);
      await once(node.listen(0, HELD), 'listening');
      const { port } = node.address() as AddressInfo;
      const haproxy = await startIdleProxy(binary, await own.listen(), { port });
      const { address } = await probes.listen();
      return new Fleet(own, probes, address, node, binary, haproxy);
    } catch (error) {
      // With an open socket the tests would not end, and the reason would not be printed.
      node.close();
      await own.close();
      throw error;
    }
  }

  /** Everything in AWS, as it was made by the last deployment. */
  public account = new AwsAccount();
  /** Services whose tasks the function may not list. */
  public readonly deniedServices = new Set<string>();
  /** Addresses of the running tasks. */
  public taskAddresses = [HELD];
  #aws?: AwsEndpoints;
  #controller?: LocalLambda;
  #probe?: ConcurrentLambda;
  #settings: Partial<FunctionSettings> = {};
  #addresses: readonly string[] = [HELD];
  readonly #before = new Map<string, (input: never) => unknown>();

  private constructor(
    private readonly dns: ElbDns,
    private readonly probesDns: ElbDns,
    private readonly nameserver: string,
    private readonly node: Server,
    public readonly binary: HaproxyBinary,
    private readonly haproxy: ProxyUnderTest,
  ) {}

  /** Port of the HAProxy's runtime API on 127.0.0.1. */
  public get runtimeApiPort(): number {
    return this.haproxy.listeners.runtimeApi.port;
  }

  /** The addresses of the load balancer, at its API and in the probe's DNS. The HAProxy holds 127.0.0.1 in any case. */
  public point(...addresses: string[]): void {
    this.#addresses = addresses;
    this.probesDns.point(...addresses);
    this.#setBalancer();
  }

  /** The registry's record of a proxy whose task is the HAProxy. Its load balancer's addresses are known completely. */
  public record(proxy: string, more: Partial<RegistryRecord> = {}): RegistryRecord {
    const { arn } = this.#setBalancer();
    return registryRecord(this.binary, this.nameserver, {
      proxy,
      upstreams: [{ backend: 'upstream', dnsName: elbNameFor(this.binary), port: 80, loadBalancerArn: arn }],
      tasks: { cluster: 'fleet', service: proxy, runtimeApiPort: this.runtimeApiPort },
      dnsWindowSeconds: 3,
      graceChecks: 2,
      ...more,
    });
  }

  /**
   * A new function, which finds these parameters in its registry.
   *
   * @param parameters `registry/NAME` has a record, `state/NAME` a state of the table
   * @param more answers instead of those of the account
   * @param settings of the controller
   * @param probe settings of the probe
   */
  public async deploy(
    parameters: Record<string, unknown>,
    more: AwsHandlers = {},
    settings: Partial<FunctionSettings> = {},
    probe: Partial<FunctionSettings> = {},
  ): Promise<void> {
    await this.undeploy();
    this.account = new AwsAccount();
    this.account.tables.create(STATES, { hash: STATE_KEY });
    this.#setBalancer();
    for (const [path, value] of Object.entries(parameters)) {
      const [folder, name = ''] = path.split('/');
      if (folder === 'state') {
        this.setState(name, value as ProxyState | string);
        continue;
      }
      this.account.setParameter(`${REGISTRY}/${path}`, typeof value === 'string' ? value : JSON.stringify(value));
      const { tasks } = Object(value) as Partial<RegistryRecord>;
      if (tasks !== undefined && 'service' in tasks) {
        this.account.setService({ cluster: tasks.cluster, name: tasks.service, addresses: this.taskAddresses });
      }
    }
    this.#before.clear();
    const handlers = { ...this.account.handlers, ...more } as AwsHandlers;
    const withBefore = Object.entries(handlers).map(([name, handler]) => [
      name,
      async (input: never) => {
        if (name === 'ecs:ListTasks') {
          this.#checkAllowed(input);
        }
        return (await this.#before.get(name)?.(input)) ?? handler(input);
      },
    ]);
    this.#aws = await AwsEndpoints.start(Object.fromEntries(withBefore));
    this.#settings = settings;
    this.#controller = this.another();
    this.#probe = new ConcurrentLambda({ ...PROBE, ...probe });
    this.account.functions.set('probe', this.#probe.target);
  }

  /** Another execution environment of the same function; the caller stops it. */
  public another(handler = 'index.handler'): LocalLambda {
    const { environment, ...settings } = this.#settings;
    return functionWith({ ...this.#aws!.environment, ...environment }, { handler, ...settings });
  }

  /** A function for auditors, which asks the function `controller` of the account; the caller stops it. */
  public auditing(handler: 'index.configRule' | 'index.findings'): LocalLambda {
    const environment = { ...this.#aws!.environment, CONTROLLER: 'controller' };
    return new LocalLambda({ ...DEFAULTS, taskRoot: join(ASSETS, 'compliance'), handler, environment });
  }

  /** From now on this is called first, and replaces the real answer if it returns something. */
  public before<Name extends keyof AwsHandlers & string>(
    name: Name,
    handler: (input: Parameters<NonNullable<AwsHandlers[Name]>>[0]) => unknown,
  ): void {
    this.#before.set(name, handler as (input: never) => unknown);
  }

  /** The stored state of a proxy; undefined where there is none. */
  public state(name: string): ProxyState | undefined {
    const item = this.account.tables.items(STATES).find((one) => one[STATE_KEY]?.S === name);
    return item && decodeState(item.state?.S ?? '');
  }

  /** Writes the state of a proxy, as an earlier run would have. */
  public setState(name: string, state: ProxyState | string, version = 1): void {
    this.account.tables.put(STATES, {
      [STATE_KEY]: { S: name },
      version: { N: String(version) },
      checkedAt: { N: String(Date.now() - 60_000) },
      state: { S: typeof state === 'string' ? state : encodeState(state) },
    });
  }

  /** One invocation, and its log lines. */
  public async invoke(event: unknown = {}): Promise<InvocationResult & { lines: Line[] }> {
    const result = await this.#controller!.invoke(event);
    return { ...result, lines: linesOf(result) };
  }

  /** A new process handles the next invocation. */
  public async coldStart(): Promise<void> {
    await this.#controller?.restart();
  }

  /** What the probe logged and answered since the deployment. */
  public get probed(): readonly InvocationResult[] {
    return this.#probe!.invocations;
  }

  /** What EventBridge has taken since the deployment. */
  public get events(): readonly DeliveredEvent[] {
    return this.account.bus.events;
  }

  /** Inputs of the calls of an operation. */
  // biome-ignore lint/suspicious/noExplicitAny: an input has the type of its operation.
  public inputs(operation: string): any[] {
    return this.#aws!.calls.filter((call) => call.operation === operation).map(({ input }) => input);
  }

  /** Every call since the last deployment. */
  public get made(): readonly AwsCall[] {
    return this.#aws!.calls;
  }

  /** How often an operation was called. */
  public calls(operation: string): number {
    return this.inputs(operation).length;
  }

  public async close(): Promise<void> {
    await this.undeploy();
    await this.haproxy.stop();
    this.node.close();
    await Promise.all([this.dns.close(), this.probesDns.close()]);
  }

  #setBalancer() {
    return this.account.setBalancer({ ...ELB, zones: { 'eu-west-1a': this.#addresses } });
  }

  #checkAllowed({ serviceName = '' }: { serviceName?: string }): void {
    if (this.deniedServices.has(serviceName)) {
      throw new AwsError('AccessDeniedException', `not authorized to perform: ecs:ListTasks of ${serviceName}`);
    }
  }

  private async undeploy(): Promise<void> {
    await this.#controller?.stop();
    await this.#probe?.stop();
    await this.#aws?.close();
  }
}

/** What the construct gives to both functions. */
const DEFAULTS = { handler: 'index.handler', timeoutMs: 55_000, memoryMb: 256 } as const;

/** The bundled probe. */
export const PROBE: FunctionSettings = { ...DEFAULTS, taskRoot: join(ASSETS, 'probe'), environment: {} };

/** The bundled controller with the memory and the time that the construct gives it. */
export function functionWith(
  environment: Record<string, string>,
  settings: Partial<FunctionSettings> = {},
): LocalLambda {
  return new LocalLambda({
    ...DEFAULTS,
    taskRoot: join(ASSETS, 'controller'),
    ...settings,
    environment: {
      REGISTRY_PATH: REGISTRY,
      MONITOR_NAME: 'fleet',
      STATE_TABLE: STATES,
      INTERVAL_SECONDS: '60',
      BLIND_AFTER_SECONDS: '900',
      LOG_GROUP: 'checker',
      ...environment,
    },
  });
}

/** The log lines of the function, without those of Node itself. */
export function linesOf({ logs }: Pick<InvocationResult, 'logs'>): Line[] {
  return logs.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

/** The events of a run, without the line about the run itself and without the fields that every line has. */
export function eventLines(lines: readonly Line[]): Line[] {
  return lines
    .filter((line) => !('_aws' in line) && line.event !== 'run')
    .map(({ timestamp: _, service: _name, sampling_rate: _rate, xray_trace_id: _trace, ...line }) => line);
}

/**
 * The state of a proxy after some checks, a minute apart, the last one a minute ago: its task `task-0` of the service
 * held an address that was never one of the load balancer.
 */
function stateAfter(record: RegistryRecord, address: string, checks: number): ProxyState {
  const service = 'service' in record.tasks ? record.tasks.service : '';
  let state = NO_STATE;
  for (let ago = checks; ago > 0; ago -= 1) {
    const now = Date.now() - ago * 60_000;
    const uptimeSeconds = 86_400 - ago * 60;
    const sent = uptimeSeconds;
    const raw = {
      upstreams: record.upstreams.map(() => ({
        dns: { addresses: ['127.0.0.2'], largestAnswer: 1, ttlSeconds: 1, unanswered: [], degraded: [] },
        owned: [],
        interfaces: ['127.0.0.2'],
        readable: true,
        routing: 'any' as const,
        problems: [],
        degraded: [],
      })),
      tasks: [
        {
          task: { id: `${service}-0`, endpoint: `${HELD}:1` },
          runtime: {
            version: record.haproxyVersion ?? '3.2',
            uptimeSeconds,
            slots: record.upstreams.map(({ backend = 'upstream', dnsName }) => ({
              backend,
              name: 'elb1',
              address,
              fqdn: dnsName,
              checked: true,
            })),
            resolvers: [{ section: 'vpc', sent, valid: sent, failures: {} }],
          },
        },
      ],
    };
    state = reportOn(record, state, raw, now).state;
  }
  return { ...state, unsent: [] };
}

/** A state in which an incident is open on the task: it holds an address that the load balancer does not have. */
export function openIncident(record: RegistryRecord, address: string): ProxyState {
  return stateAfter(record, address, 6);
}

/** A verdict that has lasted almost long enough: it opens in the next check that finds it. */
export function almostOpen(record: RegistryRecord, address: string): ProxyState {
  return stateAfter(record, address, 1);
}
