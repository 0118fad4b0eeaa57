import { constants } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import type { HaproxyBinary } from '../../testbed/binaries';
import { CertificateAuthority, type TestCertificate } from '../../testbed/certificate';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { ask, until } from '../haproxy/running';
import { availableBinaries, hasTls } from '../support/binaries';
import { speak } from '../support/tls-client';

/*
 * What `shared-sessions` says of listeners, compared with running processes: a listener has the fault if a client gets
 * more with a session of another listener than it gets without.
 */

jest.setTimeout(60_000);

const BINARIES = availableBinaries().filter(
  (binary) => hasTls(binary) && HaproxyVersion.of(binary.branch)._capabilities.httpRequestReturn,
);

test('some binary has TLS', () => {
  expect(BINARIES).not.toEqual([]);
});

let folder: string;
let files: Record<'SITE' | 'OURS' | 'OTHERS' | 'LIST', string>;
/** None of them, and one of each kind. */
let clients: (TestCertificate | undefined)[];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sessions-'));
  const [ours, others] = ['ours', 'others'].map((name) => new CertificateAuthority(folder, name)) as [
    CertificateAuthority,
    CertificateAuthority,
  ];
  const revoked = ours.issue('revoked');
  clients = [undefined, ours.issue('good'), others.issue('stranger'), revoked];
  ours.revoke(revoked);
  const list = path.join(folder, 'list');
  writeFileSync(list, ours.revocationList());
  files = {
    SITE: ours.issue('site', { dnsName: 'www.test' }).file,
    OURS: ours.certificate.caFile,
    OTHERS: others.certificate.caFile,
    LIST: list,
  };
});

afterAll(() => rmSync(folder, { recursive: true }));

const REQUIRED = 'verify required ca-file OURS';

/** The options of two listeners, which of them have the fault up to 3.0, and lines of `global`. */
const CASES: [what: string, listeners: [string, string], faulty: number[], global?: string][] = [
  ['one asks for no certificate', ['', REQUIRED], [1]],
  ['one lets clients without pass', ['verify optional ca-file OURS', REQUIRED], [1]],
  ['two authorities', ['verify required ca-file OTHERS', REQUIRED], [0, 1]],
  ['two authorities, one optional', ['verify required ca-file OTHERS', 'verify optional ca-file OURS'], [0, 1]],
  ['one without the revocation list', [REQUIRED, `${REQUIRED} crl-file LIST`], [1]],
  ['one of TLS 1.2 alone', ['ssl-max-ver TLSv1.2', REQUIRED], [1]],
  ['the same trust', [REQUIRED, REQUIRED], []],
  ['no trust', ['', 'verify none ca-file OURS'], []],
  ['none and optional', ['', 'verify optional ca-file OURS'], []],
  ['TLS 1.3 alone', ['', `${REQUIRED} ssl-min-ver TLSv1.3`], []],
  ['TLS 1.3 alone, at the other', ['ssl-min-ver TLSv1.3', REQUIRED], []],
  ['TLS 1.3 alone, by default', ['', REQUIRED], [], 'ssl-default-bind-options ssl-min-ver TLSv1.3'],
  ['TLS 1.3 alone, without the others', ['', `${REQUIRED} no-tlsv12`], []],
  ['no cache', ['', REQUIRED], [], 'tune.ssl.cachesize 0'],
];

type Case = (typeof CASES)[number];

const optionsOf = (options: string): string =>
  options.replace(/SITE|OURS|OTHERS|LIST/g, (name) => files[name as keyof typeof files]);

function configOf([, listeners, , global = '']: Case, ports: readonly number[]): string {
  const sections = listeners.flatMap((options, i) => [
    `frontend f${i}`,
    `bind 127.0.0.1:${ports[i]} ssl crt ${files.SITE} ${optionsOf(options)}`,
    // Whether it has seen a certificate.
    'http-request return status 200 content-type text/plain lf-string "got %[ssl_c_used]"',
  ]);
  // All listen when one does.
  const ready = ['frontend ready', `bind 127.0.0.1:${ports[2]}`, 'monitor-uri /'];
  const times = ['timeout client 9s', 'timeout connect 1s', 'timeout server 9s'];
  return `${['global', global, 'defaults', 'mode http', ...times, ...sections, ...ready].join('\n')}\n`;
}

/** The listeners that a rule reports. */
function reported(config: string, version: HaproxyVersion): number[] {
  const lines = config.split('\n').filter((line) => line.startsWith('bind'));
  const found = lint(config, version).filter(({ rule }) => rule === 'shared-sessions');
  return found.map(({ line }) => lines.indexOf(config.split('\n')[line - 1]!));
}

/** The listeners of a running process at which a session of another one helps a client. */
async function faulty(binary: HaproxyBinary, one: Case): Promise<{ faults: number[]; config: string }> {
  const ports = await freePorts(3);
  const config = configOf(one, ports);
  const haproxy = HaproxyProcess.of(binary, config);
  try {
    await until('it listens', async () => {
      if (haproxy.ended) {
        throw new Error(`HAProxy ${binary.version} does not start: ${haproxy.output}`);
      }
      return (await ask(ports[2]!))?.status;
    });
    const faults: number[] = [];
    for (const to of [0, 1].filter((i) => /verify (required|optional)/.test(one[1][i]!))) {
      const gains = await Promise.all(clients.map((client) => gainsBySession(client, ports[1 - to]!, ports[to]!)));
      faults.push(...(gains.includes(true) ? [to] : []));
    }
    return { faults, config };
  } finally {
    await haproxy.stop();
  }
}

async function gainsBySession(certificate: TestCertificate | undefined, from: number, to: number): Promise<boolean> {
  // Sessions of tickets, and those of TLS 1.3, belong to one listener.
  const tls = { maxVersion: 'TLSv1.2' as const, secureOptions: constants.SSL_OP_NO_TICKET, servername: 'www.test' };
  const bytes = 'GET / HTTP/1.0\r\n\r\n';
  const alone = await Promise.all(
    [certificate, undefined].map((own) => speak(to, { certificate: own, bytes, ...tls })),
  );
  const { session } = await speak(from, { certificate, bytes, ...tls });
  const resumed = await speak(to, { session, bytes, ...tls });
  return alone.every(({ text }) => rank(resumed.text) > rank(text));
}

/** Nothing, an answer to a client without a certificate, or with one. */
const rank = (text: string): number => ['got 0', 'got 1'].findIndex((body) => text.includes(body));

test.each(CASES)('%s', async (...one) => {
  const settled = await Promise.allSettled(BINARIES.map((binary) => faulty(binary, one)));
  for (const [i, outcome] of settled.entries()) {
    if (outcome.status === 'rejected') {
      throw outcome.reason;
    }
    const { version: release, branch } = BINARIES[i]!;
    const version = HaproxyVersion.of(branch);
    const { faults, config } = outcome.value;
    expect({ release, faults }).toEqual({ release, faults: version.isAtLeast('3.1') ? [] : one[2] });
    expect({ release, reported: reported(config, version) }).toEqual({ release, reported: faults });
  }
});
