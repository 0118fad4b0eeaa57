import { join } from 'node:path';
import { NO_STATE, type ProxyState, type WatchedVerdict } from '../lambda/controller/domain/state';
import { encodeState } from '../lambda/controller/state/codec';
import type { RegistryRecord } from '../lib/contract/registry-record';
import { type AwsCall, AwsEndpoints, AwsError, type AwsHandlers, ssmParameters } from './aws';
import type { HaproxyBinary } from './binaries';
import { registryRecord } from './checker';
import { startIdleProxy } from './idle-proxy';
import { type FunctionSettings, type InvocationResult, LocalLambda } from './lambda';
import { ElbDns, elbNameFor } from './load-balancer';
import type { ProxyUnderTest } from './proxy-under-test';

export const REGISTRY = '/cdk-haproxy-elb/fleet';
const BUNDLE = join(__dirname, '../assets/drift-checker');

/** A log line of the function. */
// biome-ignore lint/suspicious/noExplicitAny: a log line has no type.
export type Line = any;

/** What the HAProxy's name server always answers. */
const HELD = '127.0.0.1';

/**
 * The bundled function under Lambda's own runtime client, the AWS services that it calls, and a real HAProxy that is
 * the task of every service.
 */
export class Fleet {
  /** Starts the HAProxy and two name servers: the HAProxy's own and the checker's, so that they can disagree. */
  public static async start(binary: HaproxyBinary): Promise<Fleet> {
    const [own, checkers] = [new ElbDns(), new ElbDns()];
    try {
      own.point(HELD);
      const haproxy = await startIdleProxy(binary, await own.listen());
      const { address } = await checkers.listen();
      return new Fleet(own, checkers, address, binary, haproxy);
    } catch (error) {
      // With an open socket the tests would not end, and the reason would not be printed.
      await own.close();
      throw error;
    }
  }

  #aws?: AwsEndpoints;
  #lambda?: LocalLambda;
  #settings: Partial<FunctionSettings> = {};
  #handlers: AwsHandlers = {};
  readonly #before = new Map<string, (input: never) => unknown>();
  /** Services whose tasks the function may not list. */
  public readonly deniedServices = new Set<string>();
  /** Addresses of the running tasks. */
  public taskAddresses = [HELD];

  private constructor(
    private readonly dns: ElbDns,
    private readonly checkersDns: ElbDns,
    private readonly nameserver: string,
    public readonly binary: HaproxyBinary,
    private readonly haproxy: ProxyUnderTest,
  ) {}

  /** Port of the HAProxy's runtime API on 127.0.0.1. */
  public get runtimeApiPort(): number {
    return this.haproxy.listeners.runtimeApi.port;
  }

  /** The addresses that the checker finds for the load balancer. The HAProxy holds 127.0.0.1 in any case. */
  public point(...addresses: string[]): void {
    this.checkersDns.point(...addresses);
  }

  /** The registry's record of a proxy whose task is the HAProxy. */
  public record(proxy: string, more: Partial<RegistryRecord> = {}): RegistryRecord {
    const loadBalancerArn =
      'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/orders/50dc6c495c0c9188';
    return registryRecord(this.binary, this.nameserver, {
      proxy,
      upstreams: [{ backend: 'upstream', dnsName: elbNameFor(this.binary), port: 80, loadBalancerArn }],
      tasks: { cluster: 'fleet', service: proxy, runtimeApiPort: this.runtimeApiPort },
      dnsWindowSeconds: 3,
      graceChecks: 1,
      ...more,
    });
  }

  /** A new function, which finds these parameters in its registry. */
  public async deploy(
    parameters: Record<string, unknown>,
    more: AwsHandlers = {},
    settings: Partial<FunctionSettings> = {},
  ): Promise<void> {
    await this.undeploy();
    const texts = Object.entries(parameters).map(([name, value]) => [
      `${REGISTRY}/${name}`,
      typeof value === 'string'
        ? value
        : name.startsWith('state/')
          ? encodeState(value as ProxyState)
          : JSON.stringify(value),
    ]);
    this.#before.clear();
    const handlers: AwsHandlers = {
      ...ssmParameters(Object.fromEntries(texts)),
      'ecs:ListTasks': ({ serviceName = '' }) => {
        if (this.deniedServices.has(serviceName)) {
          throw new AwsError('AccessDeniedException', `not authorized to perform: ecs:ListTasks of ${serviceName}`);
        }
        return {
          taskArns: this.taskAddresses.map((_, i) => `arn:aws:ecs:eu-west-1:123456789012:task/fleet/task-${i}`),
        };
      },
      'ecs:DescribeTasks': ({ tasks }) => ({
        tasks: tasks?.map((taskArn) => {
          const value = this.taskAddresses[Number(taskArn.split('-').at(-1))];
          return {
            taskArn,
            lastStatus: 'RUNNING',
            attachments: [{ details: [{ name: 'privateIPv4Address', value }] }],
          };
        }),
      }),
      'elasticloadbalancing:DescribeLoadBalancers': () => ({ LoadBalancers: [{ State: { Code: 'active' } }] }),
      'ec2:DescribeNetworkInterfaces': () => ({}),
      ...more,
    };
    const withBefore = Object.entries(handlers).map(([name, handler]) => [
      name,
      async (input: never) => (await this.#before.get(name)?.(input)) ?? handler(input),
    ]);
    this.#aws = await AwsEndpoints.start(Object.fromEntries(withBefore));
    this.#handlers = handlers;
    this.#settings = settings;
    this.#lambda = this.another();
  }

  /** Another execution environment of the same function; the caller stops it. */
  public another(handler = 'index.handler'): LocalLambda {
    const { environment, ...settings } = this.#settings;
    return functionWith({ ...this.#aws!.environment, ...environment }, { handler, ...settings });
  }

  /** From now on this is called first, and replaces the real answer if it returns something. */
  public before<Name extends keyof AwsHandlers & string>(
    name: Name,
    handler: (input: Parameters<NonNullable<AwsHandlers[Name]>>[0]) => unknown,
  ): void {
    this.#before.set(name, handler as (input: never) => unknown);
  }

  /** The value of a parameter. */
  public async parameter(Name: string): Promise<string> {
    const { Parameter } = await this.#handlers['ssm:GetParameter']!({ Name });
    return Parameter?.Value ?? '';
  }

  /** One invocation, and its log lines. */
  public async invoke(): Promise<InvocationResult & { lines: Line[] }> {
    const result = await this.#lambda!.invoke({});
    return { ...result, lines: linesOf(result) };
  }

  /** A new process handles the next invocation. */
  public async coldStart(): Promise<void> {
    await this.#lambda?.restart();
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
    await Promise.all([this.dns.close(), this.checkersDns.close()]);
  }

  private async undeploy(): Promise<void> {
    await this.#lambda?.stop();
    await this.#aws?.close();
  }
}

/** The bundled function with the memory and the time that the construct gives it. */
export function functionWith(
  environment: Record<string, string>,
  settings: Partial<FunctionSettings> = {},
): LocalLambda {
  return new LocalLambda({
    taskRoot: BUNDLE,
    handler: 'index.handler',
    timeoutMs: 55_000,
    memoryMb: 256,
    ...settings,
    environment: { REGISTRY_PATH: REGISTRY, MONITOR_NAME: 'fleet', ...environment },
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

/** A state in which an incident is open on the first task: it holds an address that the load balancer does not have. */
export function openIncident(address: string): ProxyState {
  const firstSeen = Date.now() - 120_000;
  const incident: WatchedVerdict = {
    kind: 'stale-address',
    severity: 'critical',
    upstream: 'upstream',
    address,
    slots: ['upstream/elb1'],
    id: `incident-${address}`,
    message: `task-0 sends to ${address} (upstream/elb1)`,
    firstSeen,
    sinceAtLeast: firstSeen - 60_000,
    openedAt: firstSeen + 60_000,
    tasks: [{ id: 'task-0', severity: 'critical', firstSeen, checks: 2, open: true }],
    remediation: 'restart it',
    events: 1,
  };
  return { ...NO_STATE, proxy: 'orders', checkedAt: firstSeen + 60_000, watched: [incident] };
}

/** A verdict that has lasted long enough and is not an incident yet: it opens in the next check that finds it. */
export function almostOpen(address: string): ProxyState {
  const state = openIncident(address);
  const watched = state.watched.map(({ openedAt: _, tasks, ...row }) => ({
    ...row,
    tasks: tasks.map((task) => ({ ...task, open: false })),
    events: 0,
  }));
  return { ...state, watched };
}
