import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer, type Server } from 'node:tls';
import { readRuntime } from '../../lambda/probe/runtime-client';
import type { HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import { HaproxyLocality, HaproxyMode } from '../../lib/haproxy/model/options';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { ZONES_VARIABLE } from '../../lib/haproxy/render/zone-script';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { CertificateAuthority, makeCertificate, type TestCertificate } from '../../testbed/certificate';
import { Checker, registryRecord } from '../../testbed/checker';
import { DnsServer } from '../../testbed/dns-server';
import { EcsMetadata } from '../../testbed/ecs-metadata';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { Host } from '../../testbed/stranger';
import { availableBinaries, hasTls } from '../support/binaries';
import { speak } from '../support/tls-client';
import { ask, until } from './running';

jest.setTimeout(120_000);

const BINARIES = availableBinaries().filter(
  (binary) => HaproxyVersion.of(binary.branch)._capabilities.luaWeights && hasTls(binary),
);
const NAME = 'elb.test';
const ZONES = 'eu-west-1a=127.3.0.0/17 eu-west-1b=127.3.128.0/17';

let folder: string;
let authority: CertificateAuthority;
let own: TestCertificate;
let other: TestCertificate;
let selfSigned: TestCertificate;
let metadata: EcsMetadata;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'zone-certificate-'));
  authority = new CertificateAuthority(folder, 'authority');
  own = authority.issue('own', { dnsName: NAME });
  other = authority.issue('other', { dnsName: 'other.test' });
  selfSigned = makeCertificate(folder, NAME);
  metadata = await EcsMetadata.start('eu-west-1a');
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await metadata.close();
});

/** While DNS is silent, somebody else gets both nodes in the zone of a task. What came of it. */
async function takeOver(binary: HaproxyBinary, mode: HaproxyMode, network: number) {
  const caFile = authority.certificate.caFile;
  const proof: Partial<HaproxyUpstream> =
    mode === HaproxyMode.TCP
      ? { identity: { certificate: { serverName: NAME, caFile } } }
      : { identity: { certificate: {} }, tls: { serverName: NAME, caFile } };
  const [port, listen, runtimeApi] = (await freePorts(3)) as [number, number, number];
  const [near, far] = [[1, 2], [1]].map((hosts, i) => hosts.map((host) => `127.3.${network + 128 * i}.${host}`)) as [
    string[],
    string[],
  ];
  const dns = new DnsServer();
  dns.set(NAME, [...near, ...far]);
  const hosts = await Promise.all([...near, ...far].map((address) => Host.listen('node', address, port, own)));
  const nameserver = (await dns.listen()).address;
  const config = HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
    mode,
    upstream: {
      dnsName: NAME,
      port,
      locality: HaproxyLocality.ZONE,
      // A busy machine may miss two checks.
      healthCheck: { intervalMillis: 1000, fall: 3 },
      ...proof,
    },
    listen: { address: '127.0.0.1', port: listen },
    runtimeApi: { address: '127.0.0.1', port: runtimeApi },
    resolution: { nameservers: [nameserver], holdValidMillis: 500 },
  });
  const haproxy = HaproxyProcess.of(binary, config, { ...metadata.environment, [ZONES_VARIABLE]: ZONES });
  const request = async (): Promise<string> => {
    if (mode === HaproxyMode.HTTP) {
      const answer = await ask(listen);
      return answer?.status === 200 ? answer.body : `status ${answer?.status}`;
    }
    const { text } = await speak(listen, { servername: NAME, bytes: 'GET / HTTP/1.1\r\n\r\n' });
    return text.split('\r\n\r\n')[1] ?? 'closed';
  };
  const requests = async (count: number) => {
    const answers: string[] = [];
    for (let i = 0; i < count; i += 1) {
      answers.push(await request());
    }
    return answers;
  };
  const checker = new Checker();
  const endpoint = `127.0.0.1:${runtimeApi}`;
  const record = registryRecord(binary, nameserver, {
    upstreams: [{ backend: 'upstream', dnsName: NAME, port, identity: 'certificate', downCheckSeconds: 1 }],
    tasks: { endpoints: [endpoint] },
  });
  const incidents = async () => {
    const { open } = await checker.check(record);
    return (
      open
        // DNS is silent for a while, which the monitor also says.
        .filter(({ severity, kind }) => severity !== 'info' && kind !== 'failing-resolver')
        .map(({ severity, kind, address }) => `${severity} ${kind} ${address}`)
        .sort()
    );
  };
  try {
    await until(`HAProxy ${binary.version} sends to its zone`, async () => {
      const before = hosts.map((host) => host.requests);
      const answers = await requests(12);
      const [first = 0, second = 0] = hosts.map((host, i) => host.requests - before[i]!);
      return answers.every((answer) => answer === 'node') && first > 0 && second > 0 && first + second >= 11;
    });
    const calm = [await incidents(), await incidents(), await incidents()].flat();
    dns.fail(NAME, 'silent');
    const strangers: Host[] = [];
    for (const [i, address] of near.entries()) {
      await hosts[i]!.close();
      strangers.push(await Host.listen('answers 200', address, port, [other, selfSigned][i]));
    }
    hosts.push(...strangers);
    const meanwhile: string[] = [];
    await until(`HAProxy ${binary.version}: the strangers are out`, async () => {
      meanwhile.push(...(await requests(2)));
      const { slots } = await readRuntime(endpoint);
      return slots.filter(({ down, checkStatus }) => down && checkStatus === 'L6RSP').length === near.length;
    });
    const early = strangers.reduce((sum, host) => sum + host.requests, 0);
    const answers = await requests(20);
    const late = strangers.reduce((sum, host) => sum + host.requests, 0) - early;
    const expected = near.map((address) => `warning foreign-address ${address}`).join();
    await until(`HAProxy ${binary.version}: ${expected}`, async () => (await incidents()).join() === expected);
    const lost = meanwhile.filter((answer) => answer !== 'node').length;
    return { calm, early, lost, answers: [...new Set(answers)], late };
  } finally {
    await haproxy.stop();
    await Promise.all(hosts.map((host) => host.close()));
    await dns.close();
  }
}

const each = async (mode: HaproxyMode) => {
  expect(BINARIES).not.toEqual([]);
  const found = BINARIES.map(async (binary, i) => [binary.version, await takeOver(binary, mode, i)] as const);
  return new Map(await Promise.all(found));
};

test('a proof by a certificate and a zone: no request reaches a stranger in the own zone, and at most three are lost', async () => {
  const found = await each(HaproxyMode.HTTP);
  const expected = { calm: [], early: 0, lost: expect.any(Number), answers: ['node'], late: 0 };
  expect(found).toEqual(new Map(BINARIES.map(({ version }) => [version, expected])));
  // HAProxy retries no request whose server has a certificate for another name than that of SNI, and marks the node down at
  // the third. It retries those that meet the self-signed certificate.
  expect(Math.max(...[...found.values()].map(({ lost }) => lost))).toBeLessThanOrEqual(3);
});

test('the same where TLS passes through: no session reaches one after its checks have failed', async () => {
  const expected = { calm: [], early: expect.any(Number), lost: expect.any(Number), answers: ['node'], late: 0 };
  expect(await each(HaproxyMode.TCP)).toEqual(new Map(BINARIES.map(({ version }) => [version, expected])));
});

/** A node that ends each fifth connection before TLS begins. */
function brokenNode(address: string, port: number): Promise<Server> {
  let connections = 0;
  const server = createServer({ cert: own.cert, key: own.key }, (socket) => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    socket.on('error', () => {}).on('data', () => socket.end(answer));
  });
  server
    .on('tlsClientError', () => {})
    .on('connection', (socket) => {
      connections += 1;
      if (connections % 5 === 0) {
        socket.destroy();
      }
    });
  return new Promise((resolve) => server.listen({ port, host: address }, () => resolve(server)));
}

test('a zone whose nodes end each fifth connection serves on, and no request is lost', async () => {
  const found = await Promise.all(
    BINARIES.map(async (binary, i) => {
      const [port, listen] = (await freePorts(2)) as [number, number];
      const addresses = [1, 2].flatMap((host) => [`127.3.${100 + i}.${host}`, `127.3.${228 + i}.${host}`]);
      const nodes = await Promise.all(addresses.map((address) => brokenNode(address, port)));
      const dns = new DnsServer();
      dns.set(NAME, addresses);
      const config = HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
        upstream: {
          dnsName: NAME,
          port,
          locality: HaproxyLocality.ZONE,
          tls: { serverName: NAME, caFile: authority.certificate.caFile },
        },
        listen: { address: '127.0.0.1', port: listen },
        resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 500 },
      });
      const haproxy = HaproxyProcess.of(binary, config, { ...metadata.environment, [ZONES_VARIABLE]: ZONES });
      try {
        await until(`HAProxy ${binary.version} answers`, async () => (await ask(listen))?.status === 200);
        const answers: unknown[] = [];
        for (let left = 60; left > 0; left -= 1) {
          answers.push((await ask(listen))?.status);
        }
        return [binary.version, answers.filter((status) => status !== 200)] as const;
      } finally {
        await haproxy.stop();
        await Promise.all([...nodes.map((node) => new Promise((done) => node.close(done))), dns.close()]);
      }
    }),
  );
  expect(new Map(found)).toEqual(new Map(BINARIES.map(({ version }) => [version, []])));
});
