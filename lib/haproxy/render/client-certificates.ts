import type { ValidatedModel } from '../model/check';
import type { CertificateHeaderOption, ValidatedClientCertificates } from '../model/check-listen-tls';
import type { HaproxyVersion } from '../version/version';
import { join, type Line, quote } from './words';

/** What a header gets. Each value has printable characters only, whatever the certificate has. */
const VALUES: Record<CertificateHeaderOption, string> = {
  subjectHeader: '%[ssl_c_s_dn(,0,rfc2253)]',
  issuerHeader: '%[ssl_c_i_dn(,0,rfc2253)]',
  serialNumberHeader: '%[ssl_c_serial,hex]',
  fingerprintHeader: '%[ssl_c_der,sha2(256),hex]',
  certificateHeader: ':%[ssl_c_der,base64]:',
  verifiedHeader: 'SUCCESS',
};

/**
 * The words of a `bind` line. A handshake verifies the certificate: no session is resumed, because a resumed one is not
 * verified again.
 */
export function clientCertificateWords(certificates: ValidatedClientCertificates | undefined): Line {
  if (certificates === undefined) {
    return undefined;
  }
  const { trustStoreFile, revocationListFile, required } = certificates;
  return join(
    `ca-file ${quote(trustStoreFile)}`,
    revocationListFile !== undefined && `crl-file ${quote(revocationListFile)}`,
    `verify ${required ? 'required' : 'optional'} no-tls-tickets`,
  );
}

/**
 * The rules for headers with values of the client's certificate. The first ones of the listener, so that no other rule
 * reads what a client wrote there.
 */
export function clientCertificateRules(version: HaproxyVersion, { listenTls }: ValidatedModel): Line[] {
  const headers = listenTls?.clientCertificates?.headers ?? [];
  return [
    ...removals(
      version,
      headers.map(({ name }) => name),
    ),
    // A proxy behind HAProxy removes the headers that `Connection` names (RFC 9110, 7.6.1).
    headers.length > 0 &&
      `http-request del-header Connection if { req.hdr(connection) -i ${headers.map(({ name }) => name).join(' ')} }`,
    ...headers.flatMap(({ option, name }) => [
      `http-request set-header ${name} ${VALUES[option]} if { ssl_c_used }`,
      option === 'verifiedHeader' && `http-request set-header ${name} NONE unless { ssl_c_used }`,
    ]),
  ];
}

/** Removes headers of these names, also where another character stands for `-`: many servers take `_` for it. */
function removals({ _capabilities: capabilities }: HaproxyVersion, names: readonly string[]): Line[] {
  if (names.length === 0) {
    return [];
  }
  if (capabilities.headerPatterns) {
    return names.map((name) => `http-request del-header ${quote(`^${spellingsOf(name, '[^a-z0-9]')}$`)} -m reg`);
  }
  const others = names.map((name) => spellingsOf(name, '[^a-z0-9,]')).join('|');
  return [
    ...names.map((name) => `http-request del-header ${name}`),
    `http-request deny deny_status 400 if { req.hdr_names -m reg -i ${quote(`(^|,)(${others})(,|$)`)} }`,
  ];
}

/** A regular expression. HAProxy has names of headers in lower case. */
function spellingsOf(name: string, separator: string): string {
  return name.toLowerCase().replace(/[-_]/g, separator);
}
