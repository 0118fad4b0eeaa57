import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readSpec } from '../../bin/spec';
import { modelOfSpec } from '../../bin/spec/to-model';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import { DnsServer } from '../../testbed/dns-server';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { ask, Echo, echoed, run, until } from '../haproxy/running';
import { availableBinaries } from '../support/binaries';

jest.setTimeout(60_000);

const FOLDER = resolve(__dirname, '../../examples/raw-lines');
const FILES = ['host-map', 'sticky-cookie', 'log-format'] as const;
const NODES = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
/** Where the image of the example has its map. */
const MAP = '/usr/local/etc/haproxy/hosts.map';

let dns: DnsServer;
let echoes: Echo[];
let port: number;

beforeAll(async () => {
  dns = new DnsServer();
  [port] = (await freePorts(1)) as [number];
  echoes = await Promise.all(NODES.map((address) => Echo.listen(address, address, port)));
});

afterAll(() => Promise.all([dns.close(), ...echoes.map((echo) => echo.close())]));

function modelOf(file: (typeof FILES)[number]): HaproxyConfigModel {
  const { environments } = readSpec(resolve(FOLDER, `${file}.yaml`));
  const [proxy] = Object.values(environments.production!.proxies);
  return modelOfSpec(proxy!);
}

test.each(FILES)('the linter finds no fault in %s', (file) => {
  const found = lint(HaproxyConfig.render(HaproxyVersion.V3_2, modelOf(file)), HaproxyVersion.V3_2);
  expect(found).toEqual([]);
});

test('the image of the example has the map where its configuration looks for it', () => {
  expect(readFileSync(resolve(FOLDER, 'Dockerfile'), 'utf8')).toContain(`\nCOPY hosts.map ${MAP}\n`);
  expect(JSON.stringify(modelOf('host-map').rawLines)).toContain(`map(${MAP},upstream)`);
});

/** Before 1.8 there are no dynamic cookies, 1.8.0 keeps a client on a node that left, and 1.8 logs to syslog alone. */
const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch).isAtLeast('1.9'));

test('some binary can do what the examples show', () => {
  expect(BINARIES).not.toEqual([]);
});

describe.each(BINARIES)('HAProxy $version', (binary) => {
  let haproxy: HaproxyProcess | undefined;
  let listen: number;

  afterEach(() => haproxy?.stop());

  /** Runs an example, with the nodes of this test in place of its load balancers. */
  async function start(file: (typeof FILES)[number]): Promise<void> {
    const [first, health] = (await freePorts(2)) as [number, number];
    listen = first;
    const { rawLines, runtimeApi, ...model } = modelOf(file);
    const raw = JSON.stringify(rawLines).replaceAll(MAP, resolve(FOLDER, 'hosts.map'));
    haproxy = await run(binary, {
      ...model,
      upstream: { ...model.upstream, port },
      routes: model.routes?.map((route) => ({ ...route, upstream: route.upstream && { ...route.upstream, port } })),
      listen: { address: '127.0.0.1', port: listen },
      health: { address: '127.0.0.1', port: health },
      resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 200, holdObsoleteMillis: 400 },
      rawLines: JSON.parse(raw) as HaproxyConfigModel['rawLines'],
    });
    await until('it is ready', async () => (await ask(health, { path: '/ready' }))?.status === 200 || undefined);
  }

  test('host-map: each host of the map goes to its load balancer, and others to the default one', async () => {
    const [byDefault, shop, api] = NODES as [string, string, string];
    dns.set('internal-default-1234567890.eu-west-1.elb.amazonaws.com', [byDefault]);
    dns.set('internal-shop-1234567890.eu-west-1.elb.amazonaws.com', [shop]);
    dns.set('internal-api-1234567890.eu-west-1.elb.amazonaws.com', [api]);
    await start('host-map');
    const nodeOf = async (Host: string) => echoed(await ask(listen, { headers: { Host } })).name;
    for (const host of ['shop.example.com', 'store.example.com', 'WWW.example.net:8080']) {
      expect(await nodeOf(host)).toBe(shop);
    }
    for (const host of ['api.example.com', 'partners.example.com']) {
      expect(await nodeOf(host)).toBe(api);
    }
    for (const host of ['example.com', 'other.example.com', 'xshop.example.com']) {
      expect(await nodeOf(host)).toBe(byDefault);
    }
  });

  test('sticky-cookie: a client stays on its node until the node leaves, and others are not moved', async () => {
    const name = 'internal-legacy-1234567890.eu-west-1.elb.amazonaws.com';
    dns.set(name, NODES);
    await start('sticky-cookie');
    const visit = async (cookie?: string) => {
      const answer = await ask(listen, { headers: cookie ? { Cookie: cookie } : undefined });
      return { node: echoed(answer).name, cookie: answer!.headers['set-cookie']?.[0]?.split(';')[0] };
    };
    const clients = await until('there is a client on each node', async () => {
      const some = await Promise.all(Array.from({ length: 12 }, () => visit()));
      return NODES.every((node) => some.some((one) => one.node === node)) ? some : undefined;
    });
    for (const { node, cookie } of clients) {
      expect(cookie).toMatch(/^NODE=[0-9a-f]{16}$/);
      expect(await visit(cookie)).toEqual({ node, cookie: undefined });
    }
    const [gone, ...rest] = NODES;
    dns.set(name, rest);
    const left = clients.find(({ node }) => node === gone)!;
    const moved = await until('its client has another node', async () => {
      const { node, cookie } = await visit(left.cookie);
      return node === gone ? undefined : { node, cookie };
    });
    expect(await visit(moved.cookie)).toEqual({ node: moved.node, cookie: undefined });
    for (const { node, cookie } of clients.filter((client) => client.node !== gone)) {
      expect(await visit(cookie)).toEqual({ node, cookie: undefined });
    }
  });

  test('log-format: each request is a line of JSON, whatever the client sends', async () => {
    dns.set('internal-orders-1234567890.eu-west-1.elb.amazonaws.com', [NODES[0]!]);
    await start('log-format');
    const agent = 'a "quoted" \\ agent {}';
    await ask(listen, { path: '/orders?id="1"', headers: { 'User-Agent': agent, 'X-Request-Id': '4711' } });
    const line = await until('the line is there', () =>
      haproxy!.output.split('\n').find((text) => text.startsWith('{') && text.includes('4711')),
    );
    expect(JSON.parse(line)).toEqual({
      client: '127.0.0.1',
      method: 'GET',
      uri: '/orders?id="1"',
      status: 200,
      node: NODES[0],
      ms: expect.any(Number),
      agent,
      id: '4711',
    });
  });
});
