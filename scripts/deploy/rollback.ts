import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '@aws-sdk/client-ecs';
import { run } from '../../testbed/binaries/run';
import { makeCertificate } from '../../testbed/certificate';
import { DnsServer } from '../../testbed/dns-server';
import { LocalNodes } from '../../testbed/nodes';
import { ClientLoad } from '../../testbed/stopping/clients';
import { CloudMapName } from '../../testbed/stopping/ingress';
import type { Step } from '../step';
import { Account, addressOf } from './account';
import { cdk } from './cdk';
import { VpcResolver } from './name-server';
import type { RollbackContext } from './rollback-app';
import { CASES, ELB, OTHER_NAME, type Ports, type RollbackCase, stackOf } from './rollback-cases';

const ZONES = ['eu-west-1a', 'eu-west-1b'];
const CLIENTS = { 'new connections': 2, 'kept-alive connections': 2 } as const;
/** The TTL of the name in the template. */
const TTL_MILLIS = 10_000;
const LISTEN_PORT = 8080;
const MINUTE = 60_000;
/** The desired count of the template. */
const DESIRED = 2;

/** What was seen of a service from its second revision on. */
interface Seen {
  /** The health of tasks of the second revision, by task. */
  readonly health: Map<string, Set<string>>;
  /** States of the second revision's deployment, in their order. */
  readonly states: string[];
  readonly requests: number;
  readonly lost: readonly string[];
  readonly seconds: number;
  /** The revision that the service has at the end. */
  readonly revision: string;
}

/**
 * Second revisions that work and that do not, each in its own service, all at once and under load. The emulator is the
 * scheduler of ECS, with its circuit breaker; container_health.py makes the health check of the template decide.
 */
export class Rollback {
  /** @param node the address of the load balancer */
  public static async prepare(folder: string, image: string, branch: string, node: string): Promise<Rollback> {
    const certificates = mkdtempSync(path.join(folder, 'certificates-'));
    const { cert, key } = makeCertificate(certificates, ELB);
    await trustIn(`${image}:${branch}`, certificates, cert);
    const dns = new DnsServer();
    for (const name of [ELB, OTHER_NAME]) {
      dns.set(name, [node]);
    }
    const resolver = await VpcResolver.start((await dns.listen()).address);
    const nodes = new LocalNodes();
    const http = await nodes.start('ok', node, 0);
    const tls = createServer({ cert, key }, (_, response) => response.end('ok'));
    await new Promise<void>((done) => tls.listen(0, node, done));
    const ports = { http, https: (tls.address() as AddressInfo).port };
    return new Rollback(folder, branch, ports, () => {
      resolver.close();
      tls.close();
      void nodes.close();
      void dns.close();
    });
  }

  readonly #account = new Account();
  #vpc!: RollbackContext['vpc'];

  private constructor(
    private readonly folder: string,
    private readonly branch: string,
    private readonly ports: Ports,
    public readonly close: () => void,
  ) {}

  /** The steps, in their order. */
  public get steps(): readonly Step[] {
    return [
      ['cdk deploy of a first revision of each proxy', () => this.#deployFirst()],
      ['cdk deploy of right and wrong second revisions, under load', () => this.#deploySecond()],
      ['cdk destroy', () => this.#cdk('first', 'destroy', '--force', '--all')],
    ];
  }

  async #deployFirst(): Promise<void> {
    const { id: vpcId, privateSubnetIds } = await this.#account.makeVpc(ZONES);
    this.#vpc = { vpcId, privateSubnetIds, availabilityZones: ZONES };
    await this.#cdk('first', 'deploy', '--all', '--concurrency', `${CASES.length}`, '--require-approval', 'never');
    const end = Date.now() + 3 * MINUTE;
    for (const one of CASES) {
      while ((await this.#healthyAddresses(await this.#serviceOf(one))).length < DESIRED) {
        assert(Date.now() < end, `the first revision of ${stackOf(one)} becomes healthy`);
        await sleep(1000);
      }
    }
  }

  async #deploySecond(): Promise<void> {
    const before = await Promise.all(CASES.map((one) => this.#serviceOf(one)));
    const [seen] = await Promise.all([
      Promise.all(before.map((service) => this.#watch(service))),
      this.#cdk('second', 'deploy', '--all', '--concurrency', `${CASES.length}`, '--require-approval', 'never'),
    ]);
    for (const [i, one] of CASES.entries()) {
      this.#print(one, seen[i]!);
    }
    for (const [i, one] of CASES.entries()) {
      this.#check(one, before[i]!, seen[i]!);
    }
    for (const limit of [
      'names of Cloud Map: the clients are given the addresses of healthy tasks, for 10 s each',
      'CloudFormation, which waits for a deployment of ECS and rolls the stack back too',
    ]) {
      console.log(`not proven: ${limit}`);
    }
  }

  /** Sends requests to the tasks of a service until its second revision has ended one way or the other. */
  async #watch({ taskDefinition: first, clusterArn, serviceName }: Service): Promise<Seen> {
    const name = new CloudMapName(TTL_MILLIS);
    const registered = new Set<string>();
    const health = new Map<string, Set<string>>();
    const states: string[] = [];
    const since = Date.now();
    let load: ClientLoad | undefined;
    let endedAt: number | undefined;
    for (const limit = since + 6 * MINUTE; ; await sleep(500)) {
      assert(Date.now() < limit, `the second revision of ${serviceName} ends: ${states.join('; ')}`);
      const service = await this.#account.service(clusterArn!, serviceName!);
      const tasks = await this.#account.runningTasks(service);
      follow(name, registered, tasks.filter(({ healthStatus }) => healthStatus === 'HEALTHY').flatMap(addressOf));
      load ??= new ClientLoad(CLIENTS, name, LISTEN_PORT);
      for (const { taskArn, taskDefinitionArn, healthStatus } of tasks) {
        if (taskDefinitionArn !== first) {
          health.set(taskArn!, (health.get(taskArn!) ?? new Set()).add(healthStatus!));
        }
      }
      const { deployments = [], taskDefinition } = service;
      const second = deployments.find((one) => one.taskDefinition !== first);
      const state = second && `${second.rolloutState}, ${second.failedTasks} failed`;
      if (state !== undefined && states.at(-1) !== state) {
        states.push(state);
      }
      const primary = deployments.find(({ status }) => status === 'PRIMARY');
      if (second !== undefined && second.rolloutState !== 'IN_PROGRESS' && primary?.rolloutState === 'COMPLETED') {
        endedAt ??= Date.now();
      }
      // The last old task drains until then, and clients may find it until the TTL ends.
      if (endedAt !== undefined && Date.now() > endedAt + MINUTE) {
        const reports = Object.values(await load.stop());
        return {
          health,
          states,
          requests: reports.reduce((sum, { requests }) => sum + requests, 0),
          lost: reports.flatMap(({ lost }) => lost),
          seconds: Math.round((endedAt - since) / 1000),
          revision: taskDefinition!,
        };
      }
    }
  }

  #print({ what }: RollbackCase, { health, states, requests, lost, seconds, revision }: Seen): void {
    const healthy = [...health.values()].filter((one) => one.has('HEALTHY')).length;
    const [, number] = /:(\d+)$/.exec(revision)!;
    console.log(
      `  ${what}: ${healthy} of ${health.size} new tasks healthy; deployment ${states.at(-1)} after ${seconds} s; the service has revision ${number}; ${requests} requests, ${lost.length} lost`,
    );
  }

  #check({ what, rolledBack }: RollbackCase, before: Service, { health, states, lost, revision }: Seen): void {
    assert.deepEqual(lost, [], what);
    assert.equal(revision === before.taskDefinition, rolledBack, what);
    assert.match(states.at(-1)!, rolledBack ? /^FAILED/ : /^COMPLETED, 0 failed$/, what);
    assert(health.size >= DESIRED, what);
    for (const one of health.values()) {
      assert.equal(one.has('HEALTHY'), !rolledBack, what);
    }
  }

  async #healthyAddresses(service: Service): Promise<string[]> {
    const tasks = await this.#account.runningTasks(service);
    return tasks.filter(({ healthStatus }) => healthStatus === 'HEALTHY').flatMap(addressOf);
  }

  async #serviceOf(one: RollbackCase): Promise<Service> {
    const resources = await this.#account.resources(stackOf(one));
    const arn = resources.find(({ type }) => type === 'AWS::ECS::Service')!.id;
    const [cluster, service] = arn.split('/').slice(-2) as [string, string];
    return this.#account.service(cluster, service);
  }

  #cdk(revision: RollbackContext['revision'], ...args: string[]): Promise<void> {
    const context: RollbackContext = { revision, branch: this.branch, ports: this.ports, vpc: this.#vpc };
    const output = path.join(this.folder, `cdk.out.${revision}`);
    return cdk(args, 'scripts/deploy/rollback-app.ts', { rollback: JSON.stringify(context) }, output);
  }
}

/** Registers and deregisters what has changed. */
function follow(name: CloudMapName, registered: Set<string>, addresses: readonly string[]): void {
  for (const address of addresses.filter((one) => !registered.has(one))) {
    registered.add(address);
    name.register(address);
  }
  for (const address of [...registered].filter((one) => !addresses.includes(one))) {
    registered.delete(address);
    name.deregister(address);
  }
}

/** Puts an authority into an image, where the official images have theirs. */
async function trustIn(image: string, folder: string, authority: string): Promise<void> {
  const place = path.join(folder, 'ssl', 'certs');
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'ca-certificates.crt'), authority);
  const container = (await run('docker', ['create', image, 'haproxy'])).trim();
  await run('docker', ['cp', path.join(folder, 'ssl'), `${container}:/etc/`]);
  await run('docker', ['commit', container, image]);
  await run('docker', ['rm', container]);
}
