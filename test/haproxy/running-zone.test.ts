import { setTimeout as sleep } from 'node:timers/promises';
import { HaproxyLocality, HaproxyMode } from '../../lib/haproxy/model/options';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { ZONE_SCRIPT, ZONE_SCRIPT_VARIABLE, ZONES_VARIABLE } from '../../lib/haproxy/render/zone-script';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { DnsServer } from '../../testbed/dns-server';
import { EcsMetadata } from '../../testbed/ecs-metadata';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { elbNameFor } from '../../testbed/load-balancer';
import { LocalNodes } from '../../testbed/nodes';
import { freePorts } from '../../testbed/ports';
import { availableBinaries } from '../support/binaries';
import { ask, until } from './running';

jest.setTimeout(120_000);

/** Three zones with two nodes each; the task is in the second one. */
const OWN = ['127.1.2.1', '127.1.2.2'];
const OTHERS = ['127.1.1.1', '127.1.1.2', '127.1.3.1', '127.1.3.2'];
/** A node that the load balancer adds in the second zone. */
const ADDED = '127.1.2.3';
const ZONES = 'eu-west-1a=127.1.1.0/24 eu-west-1b=127.1.2.0/24,10.0.0.0/8 eu-west-1c=127.1.3.0/24';

const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.luaWeights);

const nodes = new LocalNodes();
// An answer shows four of the six nodes.
const dns = new DnsServer({ answersAtMost: 4 });
const running: { haproxy: HaproxyProcess; port: number; binary: HaproxyBinary }[] = [];
let metadata: EcsMetadata;
let nameserver: string;
let nodePort = 0;

function point(...addresses: readonly string[]): void {
  for (const binary of BINARIES) {
    dns.set(elbNameFor(binary), addresses);
  }
}

async function start(binary: HaproxyBinary, environment: Record<string, string>, mode = HaproxyMode.HTTP) {
  const [port] = await freePorts(1);
  const config = HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
    mode,
    listen: { address: '127.0.0.1', port: port! },
    upstream: {
      dnsName: elbNameFor(binary),
      port: nodePort,
      locality: HaproxyLocality.ZONE,
      healthCheck: { intervalMillis: 500 },
    },
    resolution: { nameservers: [nameserver], holdValidMillis: 500, holdObsoleteMillis: 4000 },
  });
  const proxy = { haproxy: HaproxyProcess.of(binary, config, environment), port: port!, binary };
  running.push(proxy);
  return proxy;
}

/** How many of so many requests each node has answered; nothing counts a request without an answer. */
async function answersOf(port: number, count: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < count; i += 1) {
    const answer = await ask(port);
    const who = answer?.status === 200 ? answer.body.trim() : `status ${answer?.status}`;
    counts[who] = (counts[who] ?? 0) + 1;
  }
  return counts;
}

const sum = (counts: Record<string, number>, of: readonly string[]) =>
  of.reduce((total, address) => total + (counts[address] ?? 0), 0);

/** Repeats a few requests to each HAProxy until its answers are as they should be. */
const each = (what: string, isSo: (counts: Record<string, number>) => boolean) =>
  Promise.all(
    running.map(({ port, binary }) =>
      until(`${binary.version}: ${what}`, async () => isSo(await answersOf(port, 20)) || undefined),
    ),
  );

beforeAll(async () => {
  metadata = await EcsMetadata.start('eu-west-1b');
  for (const address of [...OWN, ...OTHERS]) {
    nodePort = await nodes.start(address, address, nodePort);
  }
  nameserver = (await dns.listen()).address;
  point(...OWN, ...OTHERS);
});

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ haproxy }) => haproxy.stop()));
});

afterAll(async () => {
  await Promise.all([nodes.close(), dns.close(), metadata.close()]);
});

test(`requests stay in the zone of the task while it works (${BINARIES.map(({ version }) => version).join(', ')})`, async () => {
  for (const binary of BINARIES) {
    await start(binary, { ...metadata.environment, [ZONES_VARIABLE]: ZONES });
  }
  const inZone = (counts: Record<string, number>) => sum(counts, [...OWN, ADDED]) >= 19;
  const elsewhere = (counts: Record<string, number>) => sum(counts, OTHERS) === 20;
  const lost: string[] = [];
  const loads = () =>
    Promise.all(running.map(async ({ port, binary }) => [binary.version, await answersOf(port, 150)] as const));
  const noneLost = async (when: string) => {
    for (const [version, counts] of await loads()) {
      const failed = Object.entries(counts).filter(([who]) => who.startsWith('status'));
      lost.push(...failed.map(([status, count]) => `${version} ${when}: ${status}, ${count} times`));
    }
  };

  const both = (counts: Record<string, number>) => inZone(counts) && OWN.every((own) => (counts[own] ?? 0) >= 8);
  await each('its zone first, both nodes of it', both);
  for (const [version, counts] of await loads()) {
    // By weight 1 of 129 requests leaves the zone.
    expect([version, sum(counts, OWN) >= 147]).toEqual([version, true]);
    for (const own of OWN) {
      expect([version, counts[own]! >= 70]).toEqual([version, true]);
    }
  }

  await Promise.all(OWN.map((address) => nodes.kill(address)));
  await noneLost('when the nodes of the zone are gone');
  await each('the other zones', elsewhere);
  for (const address of OWN) {
    await nodes.start(address, address, nodePort);
  }
  await each('its zone again', inZone);

  point(...OTHERS);
  await noneLost('while the zone leaves DNS');
  await each('the zone is not in DNS', elsewhere);
  point(...OWN, ...OTHERS);
  await each('the zone is in DNS again', inZone);

  await nodes.start(ADDED, ADDED, nodePort);
  point(...OWN, ADDED, ...OTHERS);
  await each('a new node of the zone gets its share', (counts) => inZone(counts) && (counts[ADDED] ?? 0) >= 5);
  await nodes.kill(ADDED);
  point(...OWN, ...OTHERS);
  expect(lost).toEqual([]);
});

test('connections stay in the zone of the task in TCP mode', async () => {
  const [binary] = BINARIES.slice(-1) as [HaproxyBinary];
  const environment = { ...metadata.environment, [ZONES_VARIABLE]: ZONES };
  const { port } = await start(binary, environment, HaproxyMode.TCP);
  await each('its zone first', (counts) => sum(counts, OWN) >= 19);
  await Promise.all(OWN.map((address) => nodes.kill(address)));
  const counts = await answersOf(port, 40);
  for (const address of OWN) {
    await nodes.start(address, address, nodePort);
  }
  // Each of the two nodes is marked down at its third failed connection.
  expect(sum(counts, OTHERS)).toBeGreaterThanOrEqual(40 - 2 * 3);
  await each('its zone again', (after) => sum(after, OWN) >= 19);
});

test('the script takes no more memory the longer it runs', async () => {
  const [binary] = BINARIES.slice(-1) as [HaproxyBinary];
  const upstream = {
    dnsName: elbNameFor(binary),
    port: nodePort,
    slots: 100,
    locality: HaproxyLocality.ZONE,
  };
  const [port] = await freePorts(1);
  const config = HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
    listen: { address: '127.0.0.1', port: port! },
    upstream,
    routes: Array.from({ length: 9 }, (_, i) => ({ name: `route${i}`, pathPrefix: `/route${i}/`, upstream })),
    resolution: { nameservers: [nameserver] },
  });
  const haproxy = HaproxyProcess.of(binary, config, {
    ...metadata.environment,
    [ZONES_VARIABLE]: ZONES,
    // Hours of scans in seconds.
    [ZONE_SCRIPT_VARIABLE]: ZONE_SCRIPT.replace('core.msleep(200)', 'core.msleep(1)'),
  });
  running.push({ haproxy, port: port!, binary });
  await each('its zone first', (counts) => sum(counts, OWN) >= 19);
  const before = haproxy.residentKib;
  await sleep(2000);
  expect(haproxy.residentKib - before).toBeLessThan(2000);
});

describe('where the zone is not known, all nodes get the same share, and the log says so', () => {
  const [binary] = BINARIES.slice(-1) as [HaproxyBinary];

  test.each<[string, () => Promise<Record<string, string>>, RegExp]>([
    [
      'no metadata endpoint',
      async () => ({ ECS_CONTAINER_METADATA_URI_V4: '' }),
      /zone: unknown, all nodes get the same share until it is known: ECS_CONTAINER_METADATA_URI_V4 has no address/,
    ],
    [
      'an endpoint that refuses',
      async () => {
        const [port] = await freePorts(1);
        return { ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/a` };
      },
      /zone: unknown, all nodes get the same share until it is known: .*[Cc]onnect/,
    ],
    [
      'an endpoint that does not name it',
      async () => {
        metadata.zone = undefined;
        return metadata.environment;
      },
      /zone: unknown, all nodes get the same share until it is known: the answer has no AvailabilityZone/,
    ],
    [
      'a zone in which the load balancer has no subnet',
      async () => {
        metadata.zone = 'eu-west-1d';
        return metadata.environment;
      },
      /zone: eu-west-1d has no network in HAPROXY_ZONES, all nodes get the same share/,
    ],
  ])('%s', async (_what, environmentOf, line) => {
    const { haproxy, port } = await start(binary, { [ZONES_VARIABLE]: ZONES, ...(await environmentOf()) });
    await until('the log says so', () => line.test(haproxy.output));
    await each('all nodes', (counts) => OTHERS.every((address) => (counts[address] ?? 0) >= 2));
    const counts = await answersOf(port, 60);
    expect(sum(counts, OTHERS)).toBeGreaterThanOrEqual(36);
  });

  test('until the endpoint names it', async () => {
    metadata.zone = undefined;
    const { haproxy } = await start(binary, { ...metadata.environment, [ZONES_VARIABLE]: ZONES });
    await until('it is unknown', () => haproxy.output.includes('zone: unknown'));
    metadata.zone = 'eu-west-1b';
    await each('its zone first', (counts) => sum(counts, OWN) >= 19);
    expect(haproxy.output).toContain('zone: nodes in eu-west-1b come first');
  });
});
