import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A self-signed certificate, as files and as texts. */
export interface TestCertificate {
  /** PEM file with certificate and key, as a `bind` line takes it. */
  readonly file: string;
  /** PEM file with the certificate alone, as a `ca-file` takes it. */
  readonly caFile: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate for a name. @throws Error of one line when `openssl` is missing or fails */
export function makeCertificate(folder: string, name: string): TestCertificate {
  const [keyFile, caFile, file] = ['key', 'cert', 'pem'].map((kind) => path.join(folder, `${name}.${kind}`)) as [
    string,
    string,
    string,
  ];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '7', ...subject];
  const { status, error, stderr } = spawnSync('openssl', [...args, '-keyout', keyFile, '-out', caFile], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`no certificate for tests with TLS: 'openssl req' failed (${error?.message ?? stderr.trim()})`);
  }
  const [cert, key] = [readFileSync(caFile, 'utf8'), readFileSync(keyFile, 'utf8')];
  writeFileSync(file, `${cert}${key}`);
  return { file, caFile, cert, key };
}
