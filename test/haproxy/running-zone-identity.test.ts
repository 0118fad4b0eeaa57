import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRuntime } from '../../lambda/probe/runtime-client';
import type { HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import { HaproxyLocality } from '../../lib/haproxy/model/options';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { ZONES_VARIABLE } from '../../lib/haproxy/render/zone-script';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { Checker, registryRecord } from '../../testbed/checker';
import { DnsServer } from '../../testbed/dns-server';
import { EcsMetadata } from '../../testbed/ecs-metadata';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { IDENTITY_BODY, IDENTITY_PATH, STRANGER } from '../../testbed/identity';
import { LocalNodes } from '../../testbed/nodes';
import { freePorts } from '../../testbed/ports';
import { availableBinaries, isDeaf } from '../support/binaries';
import { ask, until } from './running';

jest.setTimeout(180_000);

const BINARIES = availableBinaries().filter(
  (binary) => HaproxyVersion.of(binary.branch)._capabilities.luaWeights && !isDeaf(binary),
);

/** Time between two health checks. */
const CHECK_SECONDS = 1;

/** The zones of the load balancers. The tasks are also in a zone without a node. */
const ZONES = ['a', 'b', 'c'];
const NETWORKS = `${ZONES.map((zone, i) => `eu-west-1${zone}=127.2.${i + 1}.0/24`).join(' ')} eu-west-1d=127.2.4.0/24`;

/** A load balancer with nodes in each zone. They answer with its name and their zone. */
interface Balancer {
  readonly name: string;
  readonly backend: string;
  /** Nodes of each zone; of 12 in all an answer of DNS has 8. */
  readonly each: number;
  /** The last part of their addresses begins here. */
  readonly first: number;
}

const MAIN: Balancer = { name: 'main.test', backend: 'upstream', each: 4, first: 1 };
const ROUTE: Balancer = { name: 'route.test', backend: 'upstream-route', each: 1, first: 101 };
const SHARE: Balancer = { name: 'share.test', backend: 'upstream-share', each: 1, first: 111 };
const BALANCERS = [MAIN, ROUTE, SHARE];

const addressesOf = ({ each, first }: Balancer, zone: string, from = first) =>
  Array.from({ length: each }, (_, i) => `127.2.${ZONES.indexOf(zone) + 1}.${from + i}`);
const allOf = (balancer: Balancer) => ZONES.flatMap((zone) => addressesOf(balancer, zone));
/** The nodes that replace those of the first zone. */
const NEXT = addressesOf(MAIN, 'a', 21);

/** Where a task is, and where its requests go while the nodes are as they should be. */
const TASKS = ['a', 'b', 'zone without a node', 'silent metadata', 'failed script'] as const;
type TaskKind = (typeof TASKS)[number];

/** What each says at its start. */
const LOGGED: Readonly<Record<TaskKind, RegExp>> = {
  a: /zone: nodes in eu-west-1a come first/,
  b: /zone: nodes in eu-west-1b come first/,
  'zone without a node': /zone: nodes in eu-west-1d come first/,
  'silent metadata': /zone: unknown, all nodes get the same share until it is known: connection closed/,
  'failed script': /number has no integer representation/,
};

const nodes = new LocalNodes();
const dns = new DnsServer();
const closing: { close(): unknown }[] = [nodes, dns];
const environments: Partial<Record<TaskKind, Record<string, string>>> = {};
let nameserver: string;
let port = 0;

async function metadataOf(zone: string): Promise<Record<string, string>> {
  const metadata = await EcsMetadata.start(`eu-west-1${zone}`);
  closing.push(metadata);
  return { ...metadata.environment, [ZONES_VARIABLE]: NETWORKS };
}

/** An endpoint that takes connections and says nothing. */
async function silentMetadata(): Promise<Record<string, string>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push({
    close: () => {
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
    },
  });
  const { port: its } = server.address() as AddressInfo;
  return { ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${its}/v4/a`, [ZONES_VARIABLE]: NETWORKS };
}

/** One HAProxy, and where it listens. */
interface Task {
  readonly binary: HaproxyBinary;
  readonly kind: TaskKind;
  readonly haproxy: HaproxyProcess;
  readonly listen: number;
  readonly health: number;
  readonly endpoint: string;
}

async function start(binary: HaproxyBinary, kind: TaskKind): Promise<Task> {
  const [listen, health, runtimeApi] = (await freePorts(3)) as [number, number, number];
  const upstreamOf = ({ name }: Balancer): HaproxyUpstream => ({
    dnsName: name,
    port,
    locality: HaproxyLocality.ZONE,
    identity: { response: { path: IDENTITY_PATH, body: IDENTITY_BODY } },
    // A busy machine may miss two checks.
    healthCheck: { intervalMillis: CHECK_SECONDS * 1000, fall: 3 },
  });
  const config = HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
    upstream: upstreamOf(MAIN),
    routes: [{ name: 'route', pathPrefix: '/route/', upstream: upstreamOf(ROUTE) }],
    shares: [{ name: 'share', percent: 50, upstream: upstreamOf(SHARE) }],
    listen: { address: '127.0.0.1', port: listen },
    health: { address: '127.0.0.1', port: health },
    runtimeApi: { address: '127.0.0.1', port: runtimeApi },
    resolution: { nameservers: [nameserver], holdValidMillis: 500, holdObsoleteMillis: 10_000 },
  });
  const haproxy = HaproxyProcess.of(binary, config, environments[kind]);
  return { binary, kind, haproxy, listen, health, endpoint: `127.0.0.1:${runtimeApi}` };
}

/** How many of so many requests were answered by what: a load balancer and a zone, a stranger, or a status. */
async function answersOf({ listen }: Task, path = '/', count = 24): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < count; i += 1) {
    const answer = await ask(listen, { path });
    const who = answer?.status === 200 ? answer.body.trim() : `status ${answer?.status}`;
    counts[who] = (counts[who] ?? 0) + 1;
  }
  return counts;
}

const shareOf = (counts: Record<string, number>, of: (who: string) => boolean) => {
  const all = Object.entries(counts);
  const sum = (some: typeof all) => some.reduce((total, [, count]) => total + count, 0);
  return sum(all.filter(([who]) => of(who))) / sum(all);
};
const inZone = (zone: string) => (who: string) => who.endsWith(` ${zone}`);

beforeAll(async () => {
  for (const balancer of BALANCERS) {
    for (const zone of ZONES) {
      for (const address of addressesOf(balancer, zone)) {
        port = await nodes.start(`${balancer.name} ${zone}`, address, port);
      }
    }
    dns.set(balancer.name, allOf(balancer));
  }
  nameserver = (await dns.listen()).address;
  environments.a = await metadataOf('a');
  environments.b = await metadataOf('b');
  environments['zone without a node'] = await metadataOf('d');
  environments['silent metadata'] = await silentMetadata();
  // Lua has no integer for it, so that the script ends.
  environments['failed script'] = {
    ...environments.a,
    [ZONES_VARIABLE]: 'eu-west-1a=99999999999999999999.0.0.0/8',
  };
});

afterAll(() => Promise.all(closing.map((one) => one.close())));

const takeOver = async (addresses: readonly string[]) => {
  for (const address of addresses) {
    await nodes.kill(address);
    await nodes.start(STRANGER, address, port);
  }
};

/** What the monitor says of all tasks of a HAProxy, which are in several zones. */
class Monitor {
  readonly #checker = new Checker();
  readonly #record;

  public constructor(
    private readonly tasks: readonly Task[],
    binary: HaproxyBinary,
  ) {
    this.#record = registryRecord(binary, nameserver, {
      upstreams: BALANCERS.map(({ name, backend }) => ({
        backend,
        dnsName: name,
        port,
        identity: 'response',
        downCheckSeconds: CHECK_SECONDS,
      })),
      tasks: { endpoints: tasks.map(({ endpoint }) => endpoint) },
      dnsWindowSeconds: 12,
    });
  }

  /** The open incidents, as one line each. */
  public async check(): Promise<string[]> {
    const { open } = await this.#checker.check(this.#record);
    return open
      .filter(({ severity }) => severity !== 'info')
      .map(({ severity, kind, address, tasks }) => {
        const whose = tasks.length === this.tasks.length ? 'all tasks' : tasks.join(' ');
        return `${severity} ${kind} ${address ?? ''}: ${whose}`;
      })
      .sort();
  }

  public async checks(count: number): Promise<string[]> {
    const found = new Set<string>();
    for (let i = 0; i < count; i += 1) {
      for (const line of await this.check()) {
        found.add(line);
      }
      await sleep(300);
    }
    return [...found].sort();
  }
}

/** The life of one HAProxy's tasks; what is not as it should be, one line each. */
class Life {
  public readonly problems: string[] = [];
  #tasks: readonly Task[] = [];
  #monitor?: Monitor;

  public constructor(
    private readonly binary: HaproxyBinary,
    private readonly kinds: readonly TaskKind[],
  ) {}

  public async start(): Promise<void> {
    this.#tasks = await Promise.all(this.kinds.map((kind) => start(this.binary, kind)));
    this.#monitor = new Monitor(this.#tasks, this.binary);
    await this.#each(async (task) => {
      await until(`${this.#nameOf(task)} is ready`, async () => {
        return (await ask(task.health, { path: '/ready' }))?.status === 200;
      });
    });
    for (const { kind, haproxy } of this.#tasks) {
      await until(`HAProxy ${this.binary.version} says so: ${kind}`, () => LOGGED[kind].test(haproxy.output));
    }
    // An answer of DNS has a part of the addresses.
    await this.#each((task) =>
      until(`${this.#nameOf(task)} has all nodes`, async () => {
        const { slots } = await readRuntime(task.endpoint);
        const held = new Set(slots.map(({ address }) => address));
        return BALANCERS.flatMap(allOf).every((address) => held.has(address));
      }),
    );
    await this.inZones('at the start');
    this.#expect('no incident at the start', await this.#monitor.checks(4), []);
  }

  /** Requests of the tasks that know their zone stay there; those of the others go everywhere. */
  public async inZones(when: string): Promise<void> {
    await this.#each(async (task) => {
      const own = task.kind.length === 1 ? inZone(task.kind) : () => true;
      const everywhere = (counts: Record<string, number>) =>
        task.kind.length === 1 || ZONES.every((zone) => shareOf(counts, inZone(zone)) > 0);
      await until(`${this.#nameOf(task)} ${when}: its zone`, async () => {
        const counts = await answersOf(task);
        return shareOf(counts, own) >= 0.9 && everywhere(counts);
      });
    });
  }

  /** After the nodes of a zone are strangers: none of them gets a request, none is lost. */
  public async without(balancer: Balancer, zone: string, path: string): Promise<void> {
    const strangers = addressesOf(balancer, zone);
    const lost: Record<string, number> = {};
    await this.#each(async (task) => {
      await until(`${this.#nameOf(task)}: the strangers are out`, async () => {
        for (const [who, count] of Object.entries(await answersOf(task, path, 4))) {
          lost[who] = (lost[who] ?? 0) + count;
        }
        const { slots } = await readRuntime(task.endpoint);
        const out = slots.filter(({ address, down }) => down && strangers.includes(address ?? ''));
        return out.length === strangers.length;
      });
      const counts = await answersOf(task, path, 40);
      const bad = Object.keys(counts).filter(
        (who) => who === STRANGER || who.startsWith('status') || who === `${balancer.name} ${zone}`,
      );
      this.#expect(`${task.kind}: who answers without ${balancer.name} in ${zone}`, bad, []);
      this.#expect(`${task.kind}: ready`, (await ask(task.health, { path: '/ready' }))?.status, 200);
      if (task.kind === 'b') {
        this.#expect('b: stays in its zone', shareOf(counts, inZone('b')) >= 0.9, true);
      }
    });
    this.#expect(
      'no request is lost',
      Object.keys(lost).filter((who) => who.startsWith('status')),
      [],
    );
  }

  /** Waits until the monitor has exactly these incidents, and no other meanwhile. */
  public async incidents(expected: readonly string[], allowed = expected): Promise<void> {
    const sorted = [...expected].sort();
    let last: string[] = [];
    await until(`HAProxy ${this.binary.version}: ${sorted.join(', ')}`, async () => {
      last = await this.#monitor!.check();
      // One task may see it before another.
      const other = last.filter((line) => !allowed.some((one) => line.startsWith(one.replace(/:.*/, ':'))));
      this.problems.push(...other);
      return other.length > 0 || JSON.stringify(last) === JSON.stringify(sorted);
    });
  }

  public async stop(): Promise<void> {
    await Promise.all(this.#tasks.map(({ haproxy }) => haproxy.stop()));
  }

  #each(step: (task: Task) => Promise<unknown>): Promise<unknown> {
    return Promise.all(this.#tasks.map(step));
  }

  #nameOf({ binary, kind }: Task): string {
    return `HAProxy ${binary.version} (${kind})`;
  }

  #expect(what: string, found: unknown, expected: unknown): void {
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      this.problems.push(`${what}: ${JSON.stringify(found)}`);
    }
  }
}

const foreign = (addresses: readonly string[]) =>
  addresses.map((address) => `warning foreign-address ${address}: all tasks`);

test('a foreign node in the own zone is out, then the zone, then its nodes are back: no request is lost, no incident is false', async () => {
  // What does not depend on the branch runs on the oldest and the newest.
  const ends = [BINARIES[0], BINARIES.at(-1)];
  const lives = BINARIES.map((binary) => new Life(binary, ends.includes(binary) ? TASKS : ['a', 'b']));
  const each = (step: (life: Life) => Promise<void>) => Promise.all(lives.map(step));
  try {
    await each((life) => life.start());
    const [ofRoute] = addressesOf(ROUTE, 'a') as [string];
    await takeOver([ofRoute]);
    await each((life) => life.without(ROUTE, 'a', '/route/'));
    await each((life) => life.incidents(foreign([ofRoute])));

    dns.fail(MAIN.name, 'silent');
    const strangers = addressesOf(MAIN, 'a');
    await takeOver(strangers);
    await each((life) => life.without(MAIN, 'a', '/'));
    await each((life) => life.incidents(foreign([ofRoute, ...strangers]), foreign([ofRoute, ...strangers])));

    for (const address of NEXT) {
      await nodes.start(`${MAIN.name} a`, address, port);
    }
    dns.heal(MAIN.name);
    dns.set(MAIN.name, [...NEXT, ...['b', 'c'].flatMap((zone) => addressesOf(MAIN, zone))]);
    await nodes.kill(ofRoute);
    await nodes.start(`${ROUTE.name} a`, ofRoute, port);
    // The slots of the strangers get the addresses of new nodes, and show the checks of the strangers until the next one.
    await each((life) => life.incidents([], foreign([ofRoute, ...strangers])));
    await each((life) => life.inZones('with new nodes'));
    expect(Object.fromEntries(lives.map((life, i) => [BINARIES[i]!.version, life.problems]))).toEqual(
      Object.fromEntries(BINARIES.map(({ version }) => [version, []])),
    );
  } finally {
    await each((life) => life.stop());
  }
});
