import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Service, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import { parse, stringify } from 'yaml';
import { REGISTRY_FOLDER } from '../../lib/contract/registry-record';
import type { HaproxyBinary } from '../../testbed/binaries';
import { EcsTask } from '../../testbed/ecs-task';
import { LoadBalancer } from '../../testbed/load-balancer';
import { command } from '../command';
import { Account } from './account';
import { ACCOUNT, type Emulator, REGION } from './emulator';
import { DeployedFunction } from './function';

const ENVIRONMENT = 'emulator';
const STACK = `haproxy-elb-${ENVIRONMENT}`;
const ZONES = [`${REGION}a`, `${REGION}b`];
/** The answers of the load balancer's node, and of an unrelated node. */
const [NODE, STRANGER] = ['node', 'stranger'];

/** A task of the emulator, and its process. */
interface Running {
  readonly task: Task;
  readonly process: EcsTask;
}

/** The life cycle of the example app (`haproxy-elb.yaml`) in an account: its steps, in their order. */
export class Rehearsal {
  public static async prepare(
    emulator: Emulator,
    folder: string,
    binaries: readonly HaproxyBinary[],
  ): Promise<Rehearsal> {
    const loadBalancer = await LoadBalancer.start([NODE, STRANGER]);
    return new Rehearsal(emulator, folder, binaries, loadBalancer, (await loadBalancer.dns.listen()).address);
  }

  readonly #account = new Account();
  readonly #example = parse(readFileSync('haproxy-elb.yaml', 'utf8'));
  readonly #proxies: string[] = Object.keys(this.#example.proxies);
  #subnets: readonly string[] = [];
  readonly #running = new Map<string, Running>();
  #function?: DeployedFunction;

  private constructor(
    private readonly emulator: Emulator,
    private readonly folder: string,
    private readonly binaries: readonly HaproxyBinary[],
    private readonly loadBalancer: LoadBalancer,
    nameserver: string,
  ) {
    // The default is a minute.
    this.#example.monitor = { grace: '1s' };
    assert(binaries.length >= 2, 'HAProxy binaries of two branches are needed: see the lines above');
    for (const [i, name] of this.#proxies.entries()) {
      const { upstream } = this.#example.proxies[name];
      loadBalancer.dns.set(upstream.dnsName, loadBalancer.addresses.slice(0, 1));
      Object.assign(this.#example.proxies[name], {
        haproxyVersion: binaries.at(-1 - (i % 2))!.branch,
        ingress: { none: true },
        resolution: { nameservers: [nameserver] },
        upstream: { ...upstream, port: loadBalancer.port },
      });
    }
  }

  /** `cdk bootstrap`, and a VPC to deploy into. */
  public async bootstrap(): Promise<void> {
    const vpc = { availabilityZones: ZONES, ...(await this.#account.makeVpc(ZONES)) };
    this.#subnets = vpc.privateSubnetIds;
    this.#example.environments = { [ENVIRONMENT]: { account: ACCOUNT, region: REGION, vpc } };
    await this.#cdk('bootstrap', `aws://${ACCOUNT}/${REGION}`);
    assert.equal(await this.#account.stackStatus('CDKToolkit'), 'CREATE_COMPLETE');
  }

  /** `cdk deploy`: each proxy of the file has a service that is isolated, its configuration and its record. */
  public async deploy(): Promise<void> {
    await this.#cdk('deploy', '--require-approval', 'never');
    assert.equal(await this.#account.stackStatus(STACK), 'CREATE_COMPLETE');
    console.log(`not available: the emulator makes no ${this.emulator.ignoredTypes.join(', no ')}`);
    for (const name of this.#proxies) {
      const { service, definition } = await this.#find(name);
      assert.equal(definition.revision, 1);
      assert.equal(service.desiredCount, 2);
      this.#assertConfigured(name, definition);
    }
  }

  /** Fetches the deployed function: it reports that no task runs. */
  public async runFunction(): Promise<void> {
    const [handler] = await this.#resources('AWS::Lambda::Function');
    const folder = join(this.folder, 'function');
    mkdirSync(folder);
    this.#function = await DeployedFunction.fetch(this.#account, this.emulator, STACK, handler!, folder);
    for (const proxy of this.#proxies) {
      await this.#function.runUntilReported({ event: 'incident-opened', proxy, kind: 'no-running-task' });
    }
  }

  /** A task for each proxy, by the deployed task definition: traffic comes through, and the incidents end. */
  public async runTasks(): Promise<void> {
    for (const proxy of this.#proxies) {
      await this.#runTask(proxy);
      assert.equal(await this.#running.get(proxy)!.process.answer(), NODE);
      await this.#function!.runUntilReported({ event: 'incident-resolved', proxy, kind: 'no-running-task' });
    }
  }

  /** A process that holds an address which is not the load balancer's. */
  public async drift(): Promise<void> {
    const [proxy] = this.#proxies;
    const { process } = this.#running.get(proxy!)!;
    await process.start({ pinnedTo: this.loadBalancer.addresses[1] });
    assert.equal(await process.answer(), STRANGER);
    await this.#function!.runUntilReported({ event: 'incident-opened', proxy: proxy!, kind: 'stale-address' });
    await process.start();
    await this.#function!.runUntilReported({ event: 'incident-resolved', proxy: proxy!, kind: 'stale-address' });
  }

  /** Another version and another period: a new revision. The old process is an incident until it is replaced. */
  public async update(): Promise<void> {
    const [proxy, ...others] = this.#proxies;
    const changed = this.#example.proxies[proxy!];
    changed.haproxyVersion = this.binaries.at(-2)!.branch;
    changed.resolution.holdValid = '7s';
    const before = await this.#resources('AWS::Logs::LogGroup');
    await this.#cdk('deploy', '--require-approval', 'never', '--method', 'direct', '--no-previous-parameters');
    assert.equal(await this.#account.stackStatus(STACK), 'UPDATE_COMPLETE');
    const { definition } = await this.#find(proxy!);
    assert.equal(definition.revision, 2);
    this.#assertConfigured(proxy!, definition);
    for (const other of others) {
      assert.equal((await this.#find(other)).definition.revision, 1);
    }
    assert.deepEqual(await this.#resources('AWS::Logs::LogGroup'), before);

    await this.#function!.runUntilReported({ event: 'incident-opened', proxy: proxy!, kind: 'version-mismatch' });
    await this.#runTask(proxy!);
    assert.equal(await this.#running.get(proxy!)!.process.answer(), NODE);
    await this.#function!.runUntilReported({ event: 'incident-resolved', proxy: proxy!, kind: 'version-mismatch' });
  }

  /** `cdk destroy`: neither the stack nor its records remain. */
  public async destroy(): Promise<void> {
    await this.#cdk('destroy', '--force');
    assert.equal(await this.#account.stackStatus(STACK), undefined);
    assert.deepEqual([...(await this.#account.records(`/cdk-haproxy-elb`)).keys()].filter(isRecord), []);
  }

  public async close(): Promise<void> {
    await this.#function?.stop();
    await Promise.all([...this.#running.values()].map(({ process }) => process.stop()));
    await this.loadBalancer.close();
  }

  /** The CDK's own command line, on the app of this repository and our own spec. */
  async #cdk(...args: string[]): Promise<void> {
    const spec = join(this.folder, 'haproxy-elb.yaml');
    writeFileSync(spec, stringify(this.#example));
    const cdk = join('node_modules', '.bin', 'cdk');
    const output = join(this.folder, 'cdk.out');
    await command([cdk, ...args, '--context', `spec=${spec}`, '--output', output, '--no-version-reporting'], {
      // The URL of the template that CloudFormation gets.
      env: { AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: `https://s3.${REGION}.amazonaws.com` },
    });
  }

  async #resources(type: string) {
    return (await this.#account.resources(STACK)).filter((resource) => resource.type === type);
  }

  /** The record of a proxy, and the service and task definition that it leads to. */
  async #find(proxy: string): Promise<{ service: Service; definition: TaskDefinition }> {
    const records = [...(await this.#account.records('/cdk-haproxy-elb'))].filter(([name]) => isRecord(name));
    const [, record] = records.find(([, { proxy: name }]) => name === proxy)!;
    assert('service' in record.tasks);
    const service = await this.#account.service(record.tasks.cluster, record.tasks.service);
    const definition = await this.#account.taskDefinition(service.taskDefinition!);
    assert.equal(record.haproxyVersion, this.#example.proxies[proxy].haproxyVersion);
    return { service, definition };
  }

  /** Checks that the task definition of a proxy has the values of the file. */
  #assertConfigured(proxy: string, definition: TaskDefinition): void {
    const { haproxyVersion, upstream, resolution } = this.#example.proxies[proxy];
    const [container] = definition.containerDefinitions!;
    const configuration = container!.environment!.find(({ name }) => name === 'HAPROXY_CONFIG')!.value!;
    assert.match(container!.image!, new RegExp(`/haproxy:${haproxyVersion}$`));
    assert.ok(configuration.includes(` ${upstream.dnsName}:${upstream.port} `), configuration);
    assert.ok(configuration.includes(`timeout resolve ${resolution.holdValid ?? '10s'}\n`), configuration);
    assert.equal(container!.readonlyRootFilesystem, true);
    assert.equal(container!.user, '99:99');
  }

  /** Runs a task of the service's current task definition in place of the one before. */
  async #runTask(proxy: string): Promise<void> {
    const before = this.#running.get(proxy);
    await before?.process.stop();
    if (before !== undefined) {
      await this.#account.stopTask(before.task);
    }
    const { service, definition } = await this.#find(proxy);
    const { haproxyVersion, listenPort } = this.#example.proxies[proxy];
    const [container] = definition.containerDefinitions!;
    const task = await this.#account.runTask(service, this.#subnets);
    const process = new EcsTask(
      this.binaries.find(({ branch }) => branch === haproxyVersion)!,
      await this.#account.addressOf(task),
      {
        entryPoint: container!.entryPoint!,
        command: container!.command!,
        environment: Object.fromEntries(container!.environment!.map(({ name, value }) => [name!, value!])),
      },
      listenPort ?? 8080,
    );
    this.#running.set(proxy, { task, process });
    await process.start();
  }
}

/** The registry of the monitor; the state is next to it. */
function isRecord(parameter: string): boolean {
  return parameter.includes(`/${REGISTRY_FOLDER}/`);
}
