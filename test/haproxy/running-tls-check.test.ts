import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { makeCertificate, type TestCertificate } from '../../testbed/certificate';
import { DnsServer } from '../../testbed/dns-server';
import { freePorts } from '../../testbed/ports';
import { availableBinaries, hasTls } from '../support/binaries';
import { ask, run, until } from './running';

jest.setTimeout(60_000);

/** 1.6 and 1.7 check HAProxy itself. */
const BINARIES = availableBinaries().filter(
  (binary) => hasTls(binary) && HaproxyVersion.of(binary.branch)._capabilities.autonomousResolution,
);
const ADDRESS = '127.0.0.2';

let folder: string;
let certificate: TestCertificate;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tls-check-'));
  certificate = makeCertificate(folder, 'elb.test');
});

afterAll(() => rmSync(folder, { recursive: true }));

test('some binary has TLS', () => {
  expect(BINARIES).not.toEqual([]);
});

test.each([
  ['the path of its health check', '/health', 200],
  ['an address of the listener that is down', '/down', 503],
])('HAProxy checks over TLS %s', async (_, checked, status) => {
  for (const binary of BINARIES) {
    const asked: string[] = [];
    const clear: string[] = [];
    const server = createServer({ cert: certificate.cert, key: certificate.key }, ({ url }, response) => {
      asked.push(url!);
      response.writeHead(url === '/down' ? 500 : 200).end('ok');
    });
    server.on('tlsClientError', ({ message }) => clear.push(message));
    const dns = new DnsServer();
    dns.set('elb.test', [ADDRESS]);
    const [listen, health, port] = (await freePorts(3)) as [number, number, number];
    await once(server.listen(port, ADDRESS), 'listening');
    const haproxy = await run(binary, {
      upstream: {
        dnsName: 'elb.test',
        port,
        tls: { caFile: certificate.caFile },
        healthCheck: { path: checked, intervalMillis: 200, fall: 1 },
      },
      listen: { address: '127.0.0.1', port: listen },
      health: { address: '127.0.0.1', port: health },
      resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 200 },
    });
    try {
      await until(`HAProxy ${binary.version} checks`, () => asked.includes(checked) || clear.length > 0);
      await until(`HAProxy ${binary.version} answers ${status}`, async () => (await ask(listen))?.status === status);
      expect({ version: binary.version, clear }).toEqual({ version: binary.version, clear: [] });
    } finally {
      await haproxy.stop();
      server.closeAllConnections();
      server.close();
      await dns.close();
    }
  }
});
