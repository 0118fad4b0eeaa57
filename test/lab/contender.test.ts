import { createServer, type Server } from 'node:net';
import { Contender, type Surroundings } from '../../lab/contender';
import { LocalPlace } from '../../lab/local-ground';
import { EGG } from '../../lab/world';
import { type DnsListener, DnsServer } from '../../testbed/dns-server';
import { EggServer } from '../../testbed/node-server';
import { freePorts } from '../../testbed/ports';
import { anyBinary } from '../support/binaries';
import { haproxyChildren } from './processes';

const binary = anyBinary();

let dns: DnsServer;
let egg: EggServer;
let listener: DnsListener;
let surroundings: Surroundings;

const contenderAt = (findPorts?: () => Promise<readonly number[]>) =>
  new Contender(binary, 'generated', new LocalPlace(binary, listener, findPorts), surroundings);

beforeEach(async () => {
  dns = new DnsServer();
  dns.set('elb.lab.test', ['127.0.0.1']);
  egg = await EggServer.listen(EGG, '127.0.0.1', 0);
  listener = await dns.listen();
  surroundings = {
    upstreamPort: egg.port,
    addressAtStart: '127.0.0.1',
    checkerNameserver: listener.address,
    holdValidMillis: 2000,
    holdObsoleteMillis: 3000,
    graceSeconds: 3,
    owned: () => [],
  };
});

afterEach(() => Promise.all([dns.close(), egg.close()]));

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
    const contender = contenderAt(() => offers.shift()!);
    try {
      await contender.start();
      expect(await contender.answer()).toBe(EGG);
      expect(offers).toHaveLength(1);
    } finally {
      await contender.stop();
    }
    expect(haproxyChildren(process.pid)).toEqual([]);
  });

  test('when all that are offered are in use it says so in one line, and nothing is left', async () => {
    const contender = contenderAt(async () => [taken, ...(await freePorts(2))]);
    await expect(contender.start()).rejects.toThrow(
      /^HAProxy \S+ \(generated\) does not start: .*(cannot bind|Address already in use).*$/,
    );
    expect(haproxyChildren(process.pid)).toEqual([]);
  });
});

test('what was stopped before it began does not begin', async () => {
  const contender = contenderAt();
  await contender.stop();
  await expect(contender.start()).rejects.toThrow(
    new Error(`HAProxy ${binary.version} (generated) was stopped before it began`),
  );
  expect(haproxyChildren(process.pid)).toEqual([]);
});
