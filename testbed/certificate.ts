import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A certificate, as files and as texts. */
export interface TestCertificate {
  /** PEM file with certificate and key, as a `bind` line takes it. */
  readonly file: string;
  /** PEM file with the certificate alone, as a `ca-file` takes it. */
  readonly caFile: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes a self-signed certificate for a name. @throws Error of one line when `openssl` is missing or fails */
export function makeCertificate(folder: string, name: string): TestCertificate {
  const files = filesOf(folder, name);
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '7', ...subject, ...files.args);
  return files.read();
}

/** What a certificate of an authority is for. */
interface Issued {
  /** Its whole subject, such as `/O=Acme/CN=client`. @default - a CN with the name */
  readonly subject?: string;
  /** The name of a server that it is for. @default - none: a client's certificate */
  readonly dnsName?: string;
  /** Whether it is no longer valid. @default false */
  readonly expired?: boolean;
}

/** An authority that issues certificates and revokes them. */
export class CertificateAuthority {
  public readonly certificate: TestCertificate;
  readonly #config: string;

  /** @throws Error of one line when `openssl` is missing or fails */
  public constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {
    const files = filesOf(folder, name);
    openssl('req', '-x509', ...EC, '-nodes', '-days', '7', '-subj', `/CN=${name}`, ...files.args);
    this.certificate = files.read();
    const file = (kind: string) => path.join(folder, `${name}.${kind}`);
    writeFileSync(file('index'), '');
    writeFileSync(file('index.attr'), 'unique_subject = no\n');
    writeFileSync(file('crlnumber'), '01\n');
    this.#config = file('cnf');
    writeFileSync(
      this.#config,
      `[ca]
default_ca = own
[own]
database = ${file('index')}
crlnumber = ${file('crlnumber')}
new_certs_dir = ${folder}
certificate = ${file('cert')}
private_key = ${file('key')}
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = optional
organizationName = optional
`,
    );
  }

  /** Issues a certificate. @param name of its files, unique in the folder */
  public issue(name: string, { subject = `/CN=${name}`, dnsName, expired = false }: Issued = {}): TestCertificate {
    const files = filesOf(this.folder, name);
    const request = path.join(this.folder, `${name}.csr`);
    const names = dnsName === undefined ? [] : ['-addext', `subjectAltName=DNS:${dnsName}`];
    openssl('req', ...EC, '-nodes', '-utf8', '-subj', subject, ...names, '-keyout', files.keyFile, '-out', request);
    const dates = expired ? ['-startdate', '20200101000000Z', '-enddate', '20210101000000Z'] : ['-days', '7'];
    this.#ca('-batch', '-notext', '-preserveDN', '-utf8', ...dates, '-in', request, '-out', files.caFile);
    return files.read();
  }

  /** Revokes a certificate: the lists that are made from now on have it. */
  public revoke({ caFile }: TestCertificate): void {
    this.#ca('-revoke', caFile);
  }

  /** Makes a revocation list. @param seconds until its next update is due @returns its text, PEM */
  public revocationList(seconds = 7 * 86_400): string {
    const file = path.join(this.folder, `${this.name}.crl`);
    this.#ca('-gencrl', '-crlsec', String(seconds), '-out', file);
    return readFileSync(file, 'utf8');
  }

  #ca(...args: string[]): void {
    openssl('ca', '-config', this.#config, ...args);
  }
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];

function filesOf(folder: string, name: string) {
  const [keyFile, caFile, file] = ['key', 'cert', 'pem'].map((kind) => path.join(folder, `${name}.${kind}`)) as [
    string,
    string,
    string,
  ];
  const read = (): TestCertificate => {
    const [cert, key] = [readFileSync(caFile, 'utf8'), readFileSync(keyFile, 'utf8')];
    writeFileSync(file, `${cert}${key}`);
    return { file, caFile, cert, key };
  };
  return { keyFile, caFile, args: ['-keyout', keyFile, '-out', caFile], read };
}

function openssl(...args: string[]): void {
  const { status, error, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(
      `no certificate for tests with TLS: 'openssl ${args[0]}' failed (${error?.message ?? stderr.trim().replaceAll('\n', '; ')})`,
    );
  }
}
