import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificate } from '../../testbed/certificate';
import { DnsServer } from '../../testbed/dns-server';
import { availableBinaries, hasTls } from '../support/binaries';
import { type GuardedHaproxy, startGuarded } from '../support/guarded-haproxy';
import { cli } from './cli';

jest.setTimeout(60_000);

const binary = availableBinaries().filter(hasTls).at(-1);

if (binary === undefined) {
  test.todo('check behind mutual TLS: no HAProxy with TLS is available');
} else {
  const folder = mkdtempSync(path.join(tmpdir(), 'cli-check-tls-'));
  const dns = new DnsServer();
  /** The certificate of the runtime API and its clients, and a foreign one. */
  const [ours, foreign] = [filesOf('checker.test'), filesOf('stranger.test')];
  function filesOf(name: string): Files {
    const keyFile = path.join(folder, `${name}-key.pem`);
    const certificate = makeCertificate(folder, name);
    writeFileSync(keyFile, certificate.key);
    return { ...certificate, keyFile };
  }
  interface Files {
    readonly file: string;
    readonly caFile: string;
    readonly keyFile: string;
  }
  let guarded: GuardedHaproxy;
  let nameserver: string;

  beforeAll(async () => {
    dns.set('elb.test', ['127.0.0.3']);
    nameserver = (await dns.listen()).address;
    const runtimeApiTls = { certificateFile: ours.file, clientCaFile: ours.caFile };
    guarded = await startGuarded(binary, { folder, dns, model: { runtimeApiTls } });
    while (!(await guarded.administer('show servers state')).includes(' 127.0.0.3 ')) {
      await sleep(50);
    }
  });

  afterAll(async () => {
    await guarded?.haproxy.stop();
    await dns.close();
    rmSync(folder, { recursive: true });
  });

  const check = (cert: Files, key: Files, ca: Files) =>
    look('--tls-cert', cert.caFile, '--tls-key', key.keyFile, '--tls-ca', ca.caFile);
  const look = (...more: string[]) =>
    cli('check', '--upstream', 'elb.test:80', '--nameserver', nameserver, '--runtime-api', guarded.endpoint, ...more);

  test('who shows the certificate is answered', async () => {
    const { code, stdout, stderr } = await check(ours, ours, ours);
    expect(stdout).toMatch(/ upstream\/elb\d +127\.0\.0\.3 +0 +ok\nno drift\n$/);
    expect([code, stderr]).toEqual([0, '']);
  });

  test.each<[string, string, () => ReturnType<typeof look>]>([
    ['no certificate', "'show info' was answered with nothing", () => look()],
    ['a foreign certificate', 'tlsv1 alert unknown ca', () => check(foreign, foreign, ours)],
    ['a runtime API with a foreign certificate', 'self-signed certificate', () => check(ours, ours, foreign)],
  ])('%s: could not check, and why', async (_, why, run) => {
    const { code, stdout, stderr } = await run();
    expect(stdout).toContain(
      `\nwarning  unreachable-task  the runtime API of ${guarded.endpoint} does not answer: ${why}\n1 finding\n`,
    );
    expect([code, stderr]).toEqual([2, '']);
  });

  test('a key that is not that of the certificate is bad usage', async () => {
    expect(await check(ours, foreign, ours)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        "--tls-cert, --tls-key and --tls-ca cannot be used together (key values mismatch): give a certificate, its key without a passphrase, and the authority that signed the server's certificate\n",
    });
  });
}
