import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { DriftMonitor, ElbUpstream, HaproxyElbProxy, HaproxyVersion } from '../../lib';
import { STATE_KEY } from '../../lib/contract/state-table';
import { AwsAccount, AwsEndpoints } from '../../testbed/aws';
import type { HaproxyBinary } from '../../testbed/binaries';
import { type ContainerDefinition, EcsTask } from '../../testbed/ecs-task';
import { ConcurrentLambda, LocalLambda } from '../../testbed/lambda';
import { elbNameFor, LoadBalancer, nodeAddress } from '../../testbed/load-balancer';
import { freePorts } from '../../testbed/ports';
import { fillIn, type Resource, resourcesOf } from './template';

/** What the node answers that the load balancer leaves, and the one that it moves to. */
export const OLD = 'old';
export const NEW = 'new';

const ELB_NAME = 'internal-e2e-1234567890.eu-west-1.elb.amazonaws.com';
const ACCOUNT = '123456789012';

/** The two proxies of a binary. */
interface Pair {
  readonly version: string;
  readonly follower: { readonly proxy: string; readonly task: EcsTask };
  readonly pinned: { readonly proxy: string; readonly task: EcsTask };
}

/** A log line of the function about an incident. */
interface EventLine {
  readonly event: 'incident-opened' | 'incident-changed' | 'incident-closed';
  readonly incident: Record<string, unknown> & { proxy: string; kind: string; tasks: string[]; incidentId: string };
}

/** The synthesized stack as it would be deployed: real HAProxy tasks, the real function, AWS's wire formats. */
export class StackTestbed {
  public static async create(binaries: readonly HaproxyBinary[]): Promise<StackTestbed> {
    const loadBalancer = await LoadBalancer.start([OLD, NEW], { names: [ELB_NAME, elbNameFor({ branch: '1.6' })] });
    const nameserver = await loadBalancer.dns.listen();
    const [listenPort] = await freePorts(1);

    const app = new App();
    const stack = new Stack(app, 'e2e', { env: { account: ACCOUNT, region: 'eu-west-1' } });
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
    const cluster = new Cluster(stack, 'Cluster', { vpc });
    const monitor = new DriftMonitor(stack, 'Monitor', { graceChecks: 2 });
    const alb = new ApplicationLoadBalancer(stack, 'Elb', { vpc });
    for (const { branch } of binaries) {
      for (const kind of ['follower', 'pinned']) {
        new HaproxyElbProxy(stack, `${kind}-${branch}`, {
          cluster,
          monitor,
          proxyName: `${kind}-${branch}`,
          version: HaproxyVersion.of(branch),
          upstream: ElbUpstream.fromLoadBalancer(alb, { port: loadBalancer.port }),
          listenPort,
          resolution: {
            nameservers: [nameserver.address],
            holdValid: Duration.seconds(1),
            holdObsolete: Duration.seconds(2),
          },
        });
      }
    }
    const template = Template.fromStack(stack);
    return new StackTestbed(template, app.outdir, loadBalancer, binaries, listenPort!);
  }

  public readonly pairs: readonly Pair[];
  public readonly events: EventLine[] = [];
  readonly #tasks = new Map<string, EcsTask>();
  #aws?: AwsEndpoints;
  #lambda?: LocalLambda;
  #probe?: ConcurrentLambda;
  readonly #account = new AwsAccount();
  #arn = '';

  private constructor(
    private readonly template: Template,
    private readonly outdir: string,
    private readonly loadBalancer: LoadBalancer,
    binaries: readonly HaproxyBinary[],
    listenPort: number,
  ) {
    this.#point(0);
    const definitions = resourcesOf(template, 'AWS::ECS::TaskDefinition');
    const taskOf = (proxy: string, binary: HaproxyBinary) => {
      const definition = definitions.find(({ properties }) =>
        properties.Family.startsWith(`e2e${proxy.replace(/\W/g, '')}Task`),
      );
      const address = `127.0.1.${this.#tasks.size + 1}`;
      const task = new EcsTask(binary, address, this.#containerOf(definition!, binary), listenPort);
      this.#tasks.set(proxy, task);
      return { proxy, task };
    };
    this.pairs = binaries.map((binary) => ({
      version: binary.version,
      follower: taskOf(`follower-${binary.branch}`, binary),
      pinned: taskOf(`pinned-${binary.branch}`, binary),
    }));
  }

  /** Starts every task, the endpoints and the function. */
  public async start(): Promise<void> {
    await Promise.all(
      this.pairs.flatMap(({ follower, pinned }) => [
        follower.task.start(),
        pinned.task.start({ pinnedTo: nodeAddress(0) }),
      ]),
    );
    for (const { properties } of resourcesOf(this.template, 'AWS::SSM::Parameter')) {
      if (String(properties.Name).includes('/registry/')) {
        const value = fillIn(properties.Value, this.#deployed(this.#branchOf(properties.Name)));
        this.#account.setParameter(fillIn(properties.Name, this.#deployed()), value);
        const { cluster, service } = JSON.parse(value).tasks;
        this.#account.setService({ cluster, name: service, addresses: [this.#tasks.get(service)!.address] });
      }
    }
    const [controller, probe] = ['REGISTRY_PATH' as const, undefined].map((variable) =>
      resourcesOf(this.template, 'AWS::Lambda::Function').find(
        ({ properties: { Handler, Environment } }) =>
          Handler === 'index.handler' &&
          (Environment?.Variables?.REGISTRY_PATH !== undefined) === (variable !== undefined),
      ),
    );
    const { handlers } = this.#account;
    this.#probe = new ConcurrentLambda(this.#settingsOf(probe!));
    this.#account.functions.set('probe', this.#probe.target);
    this.#aws = await AwsEndpoints.start({
      ...handlers,
      'lambda:Invoke': (input) => handlers['lambda:Invoke']({ ...input, FunctionName: 'probe' }),
    });
    const settings = this.#settingsOf(controller!);
    this.#account.tables.create(settings.environment.STATE_TABLE!, { hash: STATE_KEY });
    this.#lambda = new LocalLambda({
      ...settings,
      environment: { ...settings.environment, ...this.#aws.environment },
    });
  }

  /** Runs the function once, as the schedule does. */
  public async check(): Promise<void> {
    const { logs, functionError, payload } = await this.#lambda!.invoke({});
    if (functionError !== undefined) {
      throw new Error(`the function failed: ${JSON.stringify(payload)}`);
    }
    const lines = logs.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    this.events.push(...lines.filter(({ event }) => String(event).startsWith('incident-')));
    const failed = lines.filter(({ event }) => event === 'not-checked');
    if (failed.length > 0) {
      throw new Error(`not checked: ${JSON.stringify(failed)}`);
    }
  }

  /** The next check is made by a new process of the function, which has only the saved state. */
  public async coldStart(): Promise<void> {
    await this.#lambda!.restart();
  }

  /** The load balancer leaves its first node for the second. */
  public move(): void {
    this.#point(1);
  }

  public async close(): Promise<void> {
    await this.#lambda?.stop();
    await this.#probe?.stop();
    await this.#aws?.close();
    await Promise.all([...this.#tasks.values()].map((task) => task.stop()));
    await this.loadBalancer.close();
  }

  #containerOf({ properties }: Resource, { branch }: HaproxyBinary): ContainerDefinition {
    const [container] = properties.ContainerDefinitions;
    const variables = container.Environment.map(({ Name, Value }: { Name: string; Value: unknown }) => [
      Name,
      fillIn(Value, this.#deployed(branch)),
    ]);
    return { entryPoint: container.EntryPoint, command: container.Command, environment: Object.fromEntries(variables) };
  }

  #branchOf(parameter: string): string {
    return parameter.split('-').at(-1)!;
  }

  /** Names and ARNs as CloudFormation would give them; the load balancer's name is one that the branch can use. */
  #deployed(branch = ''): (reference: string) => string {
    return (reference) => {
      const [id, attribute] = reference.split('.');
      const proxy = [...this.#tasks.keys()].find((name) => id!.startsWith(`${name.replace(/\W/g, '')}Service`));
      if (attribute === 'DNSName') {
        return branch === '1.6' ? elbNameFor({ branch }) : ELB_NAME;
      }
      if (attribute === undefined && id!.startsWith('Elb')) {
        return this.#arn;
      }
      return (
        proxy ?? (attribute === undefined && id !== undefined ? `arn:aws:test:eu-west-1:${ACCOUNT}:${id}` : reference)
      );
    };
  }

  /** The load balancer has the address of this node alone. */
  #point(node: number): void {
    const address = nodeAddress(node);
    this.loadBalancer.dns.point(address);
    const zones = { 'eu-west-1a': [address] };
    this.#arn = this.#account.setBalancer({ name: 'e2e', dnsName: ELB_NAME, zones }).arn;
  }

  /** A function out of the template: its asset, handler, memory, time limit and environment. */
  #settingsOf({ properties }: Resource) {
    const { Code, Handler, MemorySize, Timeout, Environment } = properties;
    const variables = Object.entries(Environment?.Variables ?? {}).map(([name, value]): [string, string] => [
      name,
      fillIn(value, this.#deployed()),
    ]);
    return {
      taskRoot: join(this.outdir, `asset.${String(Code.S3Key).replace('.zip', '')}`),
      handler: Handler as string,
      memoryMb: MemorySize as number,
      timeoutMs: Timeout * 1000,
      environment: Object.fromEntries(variables),
    };
  }
}
