import { constants, createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { HaproxyClientCertificates, HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyMode } from '../../lib/haproxy/model/options';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { RUNTIME_COMMANDS } from '../../lib/haproxy/runtime-api/commands';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { CertificateAuthority, type TestCertificate } from '../../testbed/certificate';
import { DnsServer } from '../../testbed/dns-server';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { availableBinaries, haproxyCheck, hasTls } from '../support/binaries';
import { callWithOpenssl } from '../support/openssl-client';
import { speak } from '../support/tls-client';
import { ask, converse, Echo, run, until } from './running';

jest.setTimeout(60_000);

const ADDRESS = '127.0.0.2';
/** A name that tries to pass for another one and to add a header. */
const TRICKY = '/O=Acme, Inc.\\/CN=admin/CN=clïent\r\nX-Evil: 1';

let folder: string;
let ours: CertificateAuthority;
let others: CertificateAuthority;
let site: TestCertificate;
let names: Record<'api' | 'wildcard' | 'again', TestCertificate>;
let clients: Record<'good' | 'tricky' | 'revoked' | 'expired' | 'stranger', TestCertificate>;
let lists: Record<'ours' | 'others' | 'due', string>;
let dns: DnsServer;
let echo: Echo;
let upstreamPort: number;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'client-certificates-'));
  ours = new CertificateAuthority(folder, 'ours');
  others = new CertificateAuthority(folder, 'others');
  const server = (name: string, dnsName: string) => others.issue(name, { subject: `/CN=${name}`, dnsName });
  site = server('www', 'www.test');
  names = {
    api: server('api', 'api.test'),
    wildcard: server('wildcard', '*.shop.test'),
    again: server('again', 'api.test'),
  };
  clients = {
    good: ours.issue('good', { subject: '/O=Acme/CN=good' }),
    tricky: ours.issue('tricky', { subject: TRICKY }),
    revoked: ours.issue('revoked'),
    expired: ours.issue('expired', { expired: true }),
    stranger: others.issue('stranger'),
  };
  ours.revoke(clients.revoked);
  const file = (name: string, content: string) => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  lists = {
    ours: file('ours-list', ours.revocationList()),
    others: file('others-list', others.revocationList()),
    due: file('due-list', ours.revocationList(1)),
  };
  dns = new DnsServer();
  dns.set('elb.test', [ADDRESS]);
  [upstreamPort] = (await freePorts(1)) as [number];
  echo = await Echo.listen('elb', ADDRESS, upstreamPort);
});

afterAll(async () => {
  await Promise.all([dns.close(), echo.close()]);
  rmSync(folder, { recursive: true });
});

const GET = 'GET / HTTP/1.1\r\nHost: elb.test\r\nConnection: close\r\n';
const request = (...headers: string[]) => `${GET}${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
const proxied = (address: string) => `PROXY TCP4 ${address} 192.0.2.1 4000 443\r\n`;

/** The headers that the upstream got, without those that every request has. */
function received(answer: string): [string, string][] {
  const [head, body] = answer.split('\r\n\r\n') as [string, string];
  expect(head.split('\r\n')[0]).toBe('HTTP/1.1 200 OK');
  const { rawHeaders } = JSON.parse(/\{.*\}/.exec(body)![0]) as { rawHeaders: string[] };
  const pairs = rawHeaders.flatMap((name, i): [string, string][] =>
    i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1]!]] : [],
  );
  return pairs.filter(([name]) => !/^(host|connection|x-forwarded-.*)$/.test(name));
}

const BINARIES = availableBinaries().filter((binary) => hasTls(binary));

test('some binary has TLS', () => {
  expect(BINARIES).not.toEqual([]);
});

describe.each(BINARIES)('HAProxy $version', (binary) => {
  const version = HaproxyVersion.of(binary.branch);
  const { _capabilities: capabilities } = version;
  let haproxy: HaproxyProcess | undefined;
  let ports: { tls: number; plain: number; health: number; api: number };

  /** The headers that the branch has. */
  const headers = {
    subjectHeader: capabilities.nameFormat ? 'X-Client-Subject' : undefined,
    issuerHeader: capabilities.nameFormat ? 'X-Client-Issuer' : undefined,
    serialNumberHeader: 'X-Client-Serial',
    fingerprintHeader: capabilities.sha2 ? 'X-Client-Fingerprint' : undefined,
    certificateHeader: 'Client-Cert',
    verifiedHeader: 'X-Client-Verified',
  };

  async function modelOf(
    { mode, listenTls, ...more }: Partial<HaproxyConfigModel>,
    certificates: Partial<HaproxyClientCertificates> = {},
  ) {
    const [tls, plain, health, api] = (await freePorts(4)) as [number, number, number, number];
    ports = { tls, plain, health, api };
    const at = (port: number) => ({ address: '127.0.0.1', port });
    return {
      mode,
      // 1.6 starts with no name that is not in the DNS of this machine.
      upstream: { dnsName: capabilities.initAddr ? 'elb.test' : 'localhost', port: upstreamPort, slots: 2 },
      listen: at(tls),
      listenTls: {
        certificateFile: site.file,
        ...listenTls,
        clientCertificates: {
          trustStoreFile: ours.certificate.caFile,
          revocationListFile: lists.ours,
          ...(mode !== HaproxyMode.TCP && headers),
          ...certificates,
        },
      },
      health: at(health),
      resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 500, holdObsoleteMillis: 1000 },
      ...more,
    };
  }

  async function start(...given: Parameters<typeof modelOf>): Promise<void> {
    haproxy = await run(binary, await modelOf(...given));
    await until(
      'the upstream has an address',
      async () => (await ask(ports.health, { path: '/ready' }))?.status === 200,
    );
  }

  const stop = async () => {
    await haproxy?.stop();
    haproxy = undefined;
  };

  /** The headers that the upstream gets about a certificate. */
  function headersOf({ cert }: TestCertificate, subject: string): [string, string][] {
    const { raw, serialNumber } = new X509Certificate(cert);
    const values: Record<keyof typeof headers, string> = {
      subjectHeader: subject,
      issuerHeader: 'CN=ours',
      serialNumberHeader: serialNumber,
      fingerprintHeader: createHash('sha256').update(raw).digest('hex').toUpperCase(),
      certificateHeader: `:${raw.toString('base64')}:`,
      verifiedHeader: 'SUCCESS',
    };
    return Object.entries(headers).flatMap(([option, name]): [string, string][] =>
      name === undefined ? [] : [[name.toLowerCase(), values[option as keyof typeof headers]]],
    );
  }

  describe('a listener that requires a certificate', () => {
    beforeAll(() =>
      start({
        listenTls: {
          certificateFile: site.file,
          additionalCertificateFiles: [names.api.file, names.wildcard.file, names.again.file],
        },
      }),
    );
    afterAll(stop);

    const good = (bytes: string, more = {}) => speak(ports.tls, { certificate: clients.good, bytes, ...more });

    test.each(['TLSv1.2', 'TLSv1.3'] as const)('refuses all others with an alert, in %s', async (maxVersion) => {
      const alerts = await Promise.all(
        [undefined, clients.revoked, clients.expired, clients.stranger].map((certificate) =>
          speak(ports.tls, { certificate, maxVersion }),
        ),
      );
      expect(alerts.map(({ alert }) => alert)).toEqual([
        maxVersion === 'TLSv1.2' ? 'handshake failure' : 'certificate required',
        'certificate revoked',
        'certificate expired',
        'unknown ca',
      ]);
      expect(alerts.map((heard) => heard.text)).toEqual(['', '', '', '']);
    });

    test.each(['TLSv1.2', 'TLSv1.3'] as const)('says whose request it is, in %s', async (maxVersion) => {
      const { text } = await good(request(), { maxVersion });
      expect(received(text)).toEqual(headersOf(clients.good, 'CN=good,O=Acme'));
    });

    test.each(['TLSv1.2', 'TLSv1.3'] as const)(
      'openssl s_client gets in with a certificate alone, in %s',
      async (maxVersion) => {
        const call = (certificate?: TestCertificate, servername = 'www.test') =>
          callWithOpenssl(ports.tls, {
            caFile: others.certificate.caFile,
            servername,
            maxVersion,
            certificate,
            bytes: request(),
          });
        const { good: ofOurs, revoked, expired, stranger } = clients;
        const ok = { status: 'HTTP/1.1 200 OK' };
        const missing = maxVersion === 'TLSv1.2' ? 'handshake failure' : 'certificate required';
        expect(await Promise.all([ofOurs, undefined, revoked, expired, stranger].map((one) => call(one)))).toEqual([
          ok,
          { alert: missing },
          { alert: 'certificate revoked' },
          { alert: 'certificate expired' },
          { alert: 'unknown ca' },
        ]);
        // The server's certificate must have the name.
        const names = ['api.test', 'a.shop.test', 'unknown.test'];
        expect(await Promise.all(names.map((name) => call(ofOurs, name)))).toEqual([
          ok,
          ok,
          { refused: 'hostname mismatch', alert: undefined },
        ]);
        expect(await call(undefined, 'api.test')).toEqual({ alert: missing });
      },
    );

    test('a subject is one line, and one name', async () => {
      const { text } = await speak(ports.tls, { certificate: clients.tricky, bytes: request() });
      expect(received(text)).toEqual(
        headersOf(clients.tricky, 'CN=cl\\C3\\AFent\\0D\\0AX-Evil: 1,O=Acme\\, Inc./CN=admin'),
      );
    });

    test('a client cannot write a header that says who it is', async () => {
      const forged = Object.values(headers).flatMap((name) => {
        const spellings = [name, name?.toUpperCase(), name?.toLowerCase()].flatMap((one) => one ?? []);
        return [...spellings, ...spellings].map((one) => `${one}: forged`);
      });
      const { text } = await good(request(...forged, 'X-Folded: a\r\n X-Client-Verified: forged'));
      expect(received(text).filter(([name]) => name !== 'x-folded')).toEqual(headersOf(clients.good, 'CN=good,O=Acme'));
    });

    test.each(['_', '.', '|'])('nor with %s for -', async (separator) => {
      const forged = Object.values(headers).flatMap((name) => [
        `${name?.replaceAll('-', separator)}: forged`,
        `${name?.replace('-', separator).toUpperCase()}: forged`,
      ]);
      const { text } = await good(request(...forged.filter((line) => !line.startsWith('undefined'))));
      if (capabilities.headerPatterns) {
        expect(received(text)).toEqual(headersOf(clients.good, 'CN=good,O=Acme'));
      } else {
        expect(text).toMatch(/^HTTP\/1\.[01] 400 /);
      }
    });

    test('nor in a later request of a connection, nor with a blank before the colon', async () => {
      const { text } = await good(`${GET.replace('close', 'keep-alive')}\r\n${request('X-Client-Verified: forged')}`);
      expect(received(text.slice(text.lastIndexOf('HTTP/1.1 200')))).toEqual(headersOf(clients.good, 'CN=good,O=Acme'));
      expect((await good(request('X-Client-Verified : forged'))).text).toMatch(/^HTTP\/1\.[01] 400 /);
    });

    test('nor have it removed by a proxy behind HAProxy', async () => {
      const { text } = await good(
        request('Connection: x-client-VERIFIED').replace('close', 'close, Client-Cert ,X-Other'),
      );
      const [, named = ''] = /"connection","([^"]*)"/i.exec(text) ?? [];
      expect(named).toMatch(/^(close|keep-alive)?$/);
      expect(received(text)).toEqual(headersOf(clients.good, 'CN=good,O=Acme'));
      const others = await good(request('Connection: X-Other'));
      expect(others.text).toContain('X-Other');
    });

    test('nor in a trailer, where the branch can remove it', async () => {
      const chunked = `${GET.replace('GET', 'POST')}Transfer-Encoding: chunked\r\n\r\n0\r\nX-Client-Verified: forged\r\n\r\n`;
      const before = echo.trailers.length;
      await good(chunked);
      expect(echo.trailers.slice(before)).toEqual([capabilities.dropTrailers ? [] : expect.any(Array)]);
    });

    test('nor over HTTP/2', async () => {
      const { cert, key } = clients.good;
      const session = connect(`https://127.0.0.1:${ports.tls}`, { cert, key, rejectUnauthorized: false });
      const forged = { 'x-client-verified': 'forged', 'client-cert': 'forged' };
      const stream = session.request({ ':path': '/', ...forged });
      const body = await text(stream);
      session.close();
      expect(received(`HTTP/1.1 200 OK\r\n\r\n${body}`)).toEqual(headersOf(clients.good, 'CN=good,O=Acme'));
    });

    test('every connection shows its certificate: no session is resumed', async () => {
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        for (const secureOptions of [0, constants.SSL_OP_NO_TICKET]) {
          const { session } = await good(request(), { maxVersion, secureOptions });
          expect((await good(request(), { maxVersion, secureOptions, session })).resumed).toBe(false);
          expect((await speak(ports.tls, { maxVersion, secureOptions, session })).alert).toMatch(
            /^(handshake failure|certificate required)$/,
          );
        }
      }
    });

    test.each([
      ['www.test', 'www'],
      ['api.test', 'api'],
      ['API.test', 'api'],
      ['a.shop.test', 'wildcard'],
      ['a.b.shop.test', 'www'],
      ['shop.test', 'www'],
      ['unknown.test', 'www'],
      [undefined, 'www'],
    ])('a client that asks for %s gets the certificate %s', async (servername, served) => {
      expect((await good(request(), { servername })).served).toBe(served);
    });
  });

  describe('beside a listener of another authority', () => {
    afterEach(stop);

    test.each([true, false])('no session leads from one to the other (client certificates: %s)', async (verifies) => {
      const model = await modelOf({});
      haproxy = await run(binary, {
        ...model,
        listenTls: verifies ? model.listenTls : { certificateFile: site.file },
        runtimeApi: { address: '127.0.0.1', port: ports.api },
        runtimeApiTls: { certificateFile: site.file, clientCaFile: others.certificate.caFile },
      });
      const insider = { [ports.tls]: clients.good, [ports.api]: clients.stranger };
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        for (const secureOptions of [0, constants.SSL_OP_NO_TICKET]) {
          const tls = { maxVersion, secureOptions, servername: 'www.test' };
          for (const [from, to] of [
            [ports.tls, ports.api],
            [ports.api, ports.tls],
          ] as const) {
            if (to === ports.tls && !verifies) {
              continue;
            }
            const bytes = from === ports.tls ? request() : `${RUNTIME_COMMANDS.info}\n`;
            const { session, text: shown } = await speak(from, { certificate: insider[from], bytes, ...tls });
            expect(shown).not.toBe('');
            const { alert, resumed } = await speak(to, { session, ...tls });
            expect({ alert, resumed }).toEqual({
              alert: maxVersion === 'TLSv1.2' ? 'handshake failure' : 'certificate required',
              resumed: false,
            });
          }
        }
      }
    });
  });

  describe('a listener that takes clients without a certificate too', () => {
    afterEach(stop);

    test('says so, behind the PROXY protocol and on the port without TLS', async () => {
      await start({ acceptProxyProtocol: true }, { required: false });
      const before = proxied('198.51.100.1');
      const without = await speak(ports.tls, {
        before,
        bytes: request('X-Client-Verified: SUCCESS', 'X_Client-Verified: SUCCESS'),
      });
      if (capabilities.headerPatterns) {
        expect(received(without.text)).toEqual([['x-client-verified', 'NONE']]);
      } else {
        expect(without.text).toMatch(/^HTTP\/1\.[01] 400 /);
        const plain = await speak(ports.tls, { before, bytes: request('X-Client-Verified: SUCCESS') });
        expect(received(plain.text)).toEqual([['x-client-verified', 'NONE']]);
      }
      const good = await speak(ports.tls, { before, certificate: clients.good, bytes: request() });
      expect(received(good.text)).toEqual(headersOf(clients.good, 'CN=good,O=Acme'));
      for (const certificate of [clients.revoked, clients.expired, clients.stranger]) {
        const { alert, text: answer } = await speak(ports.tls, { before, certificate });
        expect({ alert, answer }).toEqual({ alert: expect.stringMatching(/^certificate|^unknown ca/), answer: '' });
      }
    });

    test('no request without TLS reaches the upstream', async () => {
      const model = await modelOf({}, { required: false });
      haproxy = await run(binary, { ...model, redirectPort: ports.plain, httpsPort: ports.tls });
      const { requests } = echo;
      expect(await converse(ports.plain, request('X-Client-Verified: SUCCESS'))).toMatch(/^HTTP\/1\.1 301 /);
      expect(echo.requests).toBe(requests);
    });
  });

  if (capabilities.nameFormat) {
    test('a rate limit counts the subject that was verified', async () => {
      await start({ rateLimits: [{ requests: 2, periodMillis: 3_600_000, header: 'X-Client-Subject' }] });
      const statuses = async (certificate: TestCertificate) => {
        const counted: string[] = [];
        for (let i = 0; i < 3; i++) {
          const { text: answer } = await speak(ports.tls, {
            certificate,
            bytes: request(`X-Client-Subject: forged-${i}`),
          });
          counted.push(answer.slice(9, 12));
        }
        return counted;
      };
      expect(await statuses(clients.good)).toEqual(['200', '200', '429']);
      expect(await statuses(clients.tricky)).toEqual(['200', '200', '429']);
      await stop();
    });
  }

  test('TCP mode passes connections with a certificate alone', async () => {
    await start({ mode: HaproxyMode.TCP });
    expect((await speak(ports.tls, { certificate: clients.good, bytes: request() })).text).toMatch(/^HTTP\/1\.1 200 /);
    const { requests } = echo;
    expect((await speak(ports.tls, {})).alert).toBe('certificate required');
    expect((await speak(ports.tls, { certificate: clients.revoked })).alert).toBe('certificate revoked');
    expect(echo.requests).toBe(requests);
    await stop();
  });

  describe('a wrong file', () => {
    afterEach(stop);

    test.each(['trustStoreFile', 'revocationListFile'])(
      '%s without anything in it: HAProxy does not start',
      async (what) => {
        const empty = path.join(folder, 'empty');
        writeFileSync(empty, 'no certificate\n');
        const { status, output } = haproxyCheck(
          binary,
          HaproxyConfig.render(version, await modelOf({}, { [what]: empty })),
        );
        expect(status).toBe(1);
        expect(output).toContain(empty);
      },
    );

    test('a list of another authority: every client is refused', async () => {
      await start({}, { revocationListFile: lists.others });
      expect((await speak(ports.tls, { certificate: clients.good })).alert).toBe('unknown ca');
    });

    test('a list that is out of date: every client is refused', async () => {
      await start({}, { revocationListFile: lists.due });
      await until('the list is out of date', async () => {
        const answer = await speak(ports.tls, { certificate: clients.good, bytes: request() });
        return answer.text === '';
      });
      expect((await speak(ports.tls, { certificate: clients.good })).alert).toBe('certificate expired');
    });
  });
});
