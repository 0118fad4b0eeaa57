import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, createServer, type Server } from 'node:tls';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyMode } from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { makeCertificate, type TestCertificate } from '../../testbed/certificate';
import { DnsServer } from '../../testbed/dns-server';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { availableBinaries, hasTls } from '../support/binaries';
import { run, until } from './running';

jest.setTimeout(60_000);

let folder: string;
let certificate: TestCertificate;
let dns: DnsServer;
let servers: Server[];
let upstreamPort: number;

/** A TLS server that sends its name and closes. */
function greeter(name: string, address: string): Promise<Server> {
  const { cert, key } = certificate;
  return new Promise((resolve, reject) => {
    const server = createServer({ cert, key }, (socket) => socket.on('error', () => {}).end(name));
    server.on('tlsClientError', () => {});
    server.once('error', reject).listen(upstreamPort, address, () => resolve(server));
  });
}

/** The answer of a TLS server to a client that sends a server name. */
function greeting(port: number, servername?: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false });
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'running-tcp-'));
  certificate = makeCertificate(folder, 'www.test');
  dns = new DnsServer();
  [upstreamPort] = (await freePorts(1)) as [number];
  const upstreams = { www: '127.0.0.2', api: '127.0.0.3', shop: '127.0.0.4' };
  servers = await Promise.all(
    Object.entries(upstreams).map(([name, address]) => {
      dns.set(`${name}.test`, [address]);
      return greeter(name, address);
    }),
  );
});

afterAll(async () => {
  await dns.close();
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  rmSync(folder, { recursive: true });
});

const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.initAddr);

test('some binary starts with a name that is not in the DNS of this machine', () => {
  expect(BINARIES).not.toEqual([]);
});

describe.each(BINARIES)('HAProxy $version', (binary) => {
  let haproxy: HaproxyProcess | undefined;

  async function start(more: Partial<HaproxyConfigModel>, tls = false): Promise<number> {
    const [port, health] = (await freePorts(2)) as [number, number];
    const upstream = (name: string) => ({
      dnsName: `${name}.test`,
      port: upstreamPort,
      slots: 2,
      tls: tls ? { caFile: certificate.caFile, serverName: 'www.test' } : undefined,
    });
    haproxy = await run(binary, {
      mode: HaproxyMode.TCP,
      upstream: upstream('www'),
      routes: [
        { name: 'api', sni: 'Api.test', upstream: upstream('api') },
        { name: 'shop', sni: 'shop.test', upstream: upstream('shop') },
      ],
      listen: { address: '127.0.0.1', port },
      resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 500, holdObsoleteMillis: 1000 },
      health: { address: '127.0.0.1', port: health },
      ...more,
    });
    return port;
  }

  afterEach(() => haproxy?.stop());

  const NAMES = ['api.test', 'API.TEST', 'shop.test', 'other.test', undefined];
  const EXPECTED = ['api', 'api', 'shop', 'www', 'www'];
  /** Every name, once each upstream has an address. */
  const all = (port: number) =>
    until('every name is answered', async () => {
      const greetings = await Promise.all(NAMES.map((name) => greeting(port, name)));
      return greetings.every((text) => text !== '') ? greetings : undefined;
    });

  test('a connection is routed by the name in its handshake, and TLS passes through', async () => {
    expect(await all(await start({}))).toEqual(EXPECTED);
  });

  if (hasTls(binary)) {
    test('it does so too when TLS is terminated here', async () => {
      const port = await start({ listenTls: { certificateFile: certificate.file } }, true);
      expect(await all(port)).toEqual(EXPECTED);
    });
  }
});
