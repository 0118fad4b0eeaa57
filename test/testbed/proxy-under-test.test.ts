import { createServer, type Server } from 'node:net';
import { LoadBalancer } from '../../testbed/load-balancer';
import { freePorts } from '../../testbed/ports';
import { LocalHost, ProxyUnderTest } from '../../testbed/proxy-under-test';
import { anyBinary } from '../support/binaries';
import { haproxyChildren } from '../support/processes';

const binary = anyBinary();
const TEXT = 'node';

let loadBalancer: LoadBalancer;

const proxyOn = async (findPorts?: () => Promise<readonly number[]>) =>
  new ProxyUnderTest(binary, new LocalHost(binary, await loadBalancer.dns.listen(), { findPorts }), {
    model: { upstream: { port: loadBalancer.port } },
  });

beforeEach(async () => {
  loadBalancer = await LoadBalancer.start([TEXT]);
  loadBalancer.dns.point(...loadBalancer.addresses);
});

afterEach(() => loadBalancer.close());

describe('a port in use', () => {
  let squatter: Server;
  let taken: number;

  beforeEach(async () => {
    [taken] = (await freePorts(1)) as [number];
    squatter = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => squatter.listen(taken, '127.0.0.1', resolve));
  });

  afterEach(() => new Promise((done) => squatter.close(done)));

  test('another one is taken, and it starts', async () => {
    const offers = [[taken], [], []].map(async (first) => [...first, ...(await freePorts(3 - first.length))]);
    const proxy = await proxyOn(() => offers.shift()!);
    try {
      await proxy.start();
      expect(await proxy.answer()).toBe(TEXT);
      expect(offers).toHaveLength(1);
    } finally {
      await proxy.stop();
    }
    expect(haproxyChildren(process.pid)).toEqual([]);
  });

  test('when all offered ports are in use, one line reports it, and nothing remains', async () => {
    const proxy = await proxyOn(async () => [taken, ...(await freePorts(2))]);
    await expect(proxy.start()).rejects.toThrow(
      /^HAProxy \S+ \(generated\) does not start: .*(cannot bind|Address already in use).*$/,
    );
    expect(haproxyChildren(process.pid)).toEqual([]);
  });
});

test('a HAProxy that was stopped does not start', async () => {
  const proxy = await proxyOn();
  await proxy.stop();
  await expect(proxy.start()).rejects.toThrow(
    new Error(`HAProxy ${binary.version} (generated) was stopped before it started`),
  );
  expect(haproxyChildren(process.pid)).toEqual([]);
});
