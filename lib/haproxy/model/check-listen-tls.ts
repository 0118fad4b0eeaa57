import { InputError } from '../errors';
import { CAPABILITIES, type CapabilityName } from '../version/capabilities';
import type { HaproxyVersion } from '../version/version';
import type { HaproxyClientCertificates, HaproxyListenTls } from './config-model';
import { type Complete, complete, word } from './option';
import { CLIENT_CERTIFICATES, HaproxyMode, HaproxyTlsVersion, LISTEN_TLS } from './options';

/** The option that names a header for a value of a client certificate. */
export type CertificateHeaderOption = Exclude<keyof typeof CLIENT_CERTIFICATES, 'required'>;

/** A request header with a value of a client certificate. */
export interface CertificateHeader {
  readonly option: CertificateHeaderOption;
  readonly name: string;
}

/** Client certificates with all values set and checked. */
export interface ValidatedClientCertificates
  extends Pick<HaproxyClientCertificates, 'trustStoreFile' | 'revocationListFile'> {
  readonly required: boolean;
  readonly headers: readonly CertificateHeader[];
}

/** TLS of the listener with all values set and checked. */
export interface ValidatedListenTls extends Complete<typeof LISTEN_TLS> {
  /** The default one first. */
  readonly certificateFiles: readonly string[];
  readonly clientCertificates?: ValidatedClientCertificates;
}

/** With more, the `bind` line could have more than the 64 words that HAProxy reads. */
const MAX_ADDITIONAL_CERTIFICATES = 20;

/** What a value of a certificate needs. */
const NEEDS: Partial<Record<CertificateHeaderOption, CapabilityName>> = {
  subjectHeader: 'nameFormat',
  issuerHeader: 'nameFormat',
  fingerprintHeader: 'sha2',
};

/** Headers that HAProxy reads or writes itself. */
const OWN_HEADERS = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-forwarded-for',
  'x-forwarded-proto',
];

/** Checks TLS towards clients, and refuses what the version or the mode does not have. */
export function checkListenTls(version: HaproxyVersion, mode: HaproxyMode, tls: HaproxyListenTls): ValidatedListenTls {
  const { certificateFile, additionalCertificateFiles: others = [], clientCertificates } = tls;
  const values = complete(LISTEN_TLS, tls, 'listenTls.');
  if (values.minVersion === HaproxyTlsVersion.V1_3 && !version._capabilities.sslMinVer) {
    throw new InputError(`listenTls.minVersion '1.3' needs HAProxy 1.8 or later, and this is ${version}: give '1.2'`);
  }
  if (others.length > MAX_ADDITIONAL_CERTIFICATES) {
    throw new InputError(
      `listenTls has ${others.length} additional certificates: give at most ${MAX_ADDITIONAL_CERTIFICATES}, or certificates with several names`,
    );
  }
  return {
    ...values,
    certificateFiles: [
      word(certificateFile, 'listenTls.certificateFile'),
      ...others.map((file, i) => word(file, `listenTls.additionalCertificateFiles[${i}]`)),
    ],
    clientCertificates: clientCertificates && checkClientCertificates(version, mode, clientCertificates),
  };
}

function checkClientCertificates(
  version: HaproxyVersion,
  mode: HaproxyMode,
  given: HaproxyClientCertificates,
): ValidatedClientCertificates {
  const what = 'listenTls.clientCertificates';
  const { trustStoreFile, revocationListFile } = given;
  const { required, ...names } = complete(CLIENT_CERTIFICATES, given, `${what}.`);
  const headers: CertificateHeader[] = [];
  for (const [key, name] of Object.entries(names)) {
    if (name === undefined) {
      continue;
    }
    const option = key as CertificateHeaderOption;
    checkHeader(version, mode, { option, name }, `${what}.${option}`);
    const same = headers.find((other) => isSameHeader(other.name, name));
    if (same !== undefined) {
      throw new InputError(
        `${what} has '${same.name}' as ${same.option} and '${name}' as ${option}, which is one header: give each its own`,
      );
    }
    headers.push({ option, name });
  }
  return {
    required,
    headers,
    trustStoreFile: word(trustStoreFile, `${what}.trustStoreFile`),
    revocationListFile:
      revocationListFile === undefined ? undefined : word(revocationListFile, `${what}.revocationListFile`),
  };
}

function checkHeader(
  version: HaproxyVersion,
  mode: HaproxyMode,
  { option, name }: CertificateHeader,
  what: string,
): void {
  if (mode === HaproxyMode.TCP) {
    throw new InputError(`${what} is for requests, which TCP mode does not read: leave it out, or use HTTP mode`);
  }
  const own = OWN_HEADERS.find((one) => isSameHeader(one, name));
  if (own !== undefined) {
    throw new InputError(`${what} '${name}' is a header that HAProxy itself uses: give a name of your own`);
  }
  const needed = NEEDS[option];
  if (needed !== undefined && !version._capabilities[needed]) {
    throw new InputError(
      `${what} needs HAProxy ${CAPABILITIES[needed].since} or later, and this is ${version}: give certificateHeader, which every version has`,
    );
  }
}

/** Whether two names are one for a server that turns `-` into `_`, as CGI does (RFC 3875, 4.1.18). */
export function isSameHeader(one: string, other: string): boolean {
  const [first, second] = [one, other].map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, '_'));
  return first === second;
}
