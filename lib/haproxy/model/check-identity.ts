import { InputError } from '../errors';
import { CAPABILITIES } from '../version/capabilities';
import type { HaproxyVersion } from '../version/version';
import type { HaproxyIdentity, HaproxyUpstream } from './config-model';
import { type Complete, checkPath, complete } from './option';
import { CERTIFICATE_IDENTITY, HaproxyMode, HaproxyResolutionMode, RESPONSE_IDENTITY, UPSTREAM_TLS } from './options';

/** How a node proves that it is of the load balancer, with all values set and checked. */
export type ValidatedIdentity =
  /** The TLS handshake of the health check, and of each connection where HAProxy itself uses TLS. */
  | {
      readonly by: 'certificate';
      /** What the health check verifies where traffic passes without TLS of HAProxy. @default - as traffic does */
      readonly handshake?: { readonly serverName: string; readonly caFile: string };
    }
  /** The response to the health check. */
  | ({ readonly by: 'response'; readonly path: string } & Complete<typeof RESPONSE_IDENTITY> & {
        readonly host: string;
      });

/** What has been checked of the upstream. */
interface Checked {
  readonly dnsName: string;
  readonly healthCheck: { readonly enabled: boolean };
  readonly resolutionMode: HaproxyResolutionMode;
}

/** Fills in what a proof of identity leaves out, and refuses one that proves nothing. */
export function checkIdentity(
  version: HaproxyVersion,
  mode: HaproxyMode,
  given: HaproxyUpstream,
  { dnsName, healthCheck, resolutionMode }: Checked,
): ValidatedIdentity | undefined {
  const { identity } = given;
  if (identity === undefined) {
    return undefined;
  }
  const { certificate, response } = identity;
  if ((certificate === undefined) === (response === undefined)) {
    const both = certificate === undefined ? 'neither certificate nor response' : 'certificate and response';
    throw new InputError(`identity has ${both}: give one of them`);
  }
  refuseUnchecked({ healthCheck, resolutionMode });
  return certificate === undefined
    ? checkResponseIdentity(version, response!, given, dnsName)
    : checkCertificateIdentity(mode, certificate, given, dnsName);
}

/** Refuses a proof of identity where no health check asks for it. */
export function refuseUnchecked({ healthCheck, resolutionMode }: Omit<Checked, 'dnsName'>): void {
  if (resolutionMode === HaproxyResolutionMode.PER_REQUEST) {
    throw new InputError(
      "identity is proved by health checks, which resolutionMode 'per-request' does not have: use 'slots', or leave identity out",
    );
  }
  if (!healthCheck.enabled) {
    throw new InputError(
      'identity is proved by health checks, and healthCheck.enabled is false: leave one of them out',
    );
  }
}

function checkCertificateIdentity(
  mode: HaproxyMode,
  given: NonNullable<HaproxyIdentity['certificate']>,
  { tls }: HaproxyUpstream,
  dnsName: string,
): ValidatedIdentity {
  const { serverName, caFile } = complete(CERTIFICATE_IDENTITY, given, 'identity.certificate.');
  if (tls === undefined && mode === HaproxyMode.HTTP) {
    throw new InputError(
      'identity by certificate needs TLS, and the upstream has no tls: give tls, or prove the identity by a response',
    );
  }
  if (tls?.verify === false) {
    throw new InputError('identity by certificate needs a verified one, and tls.verify is false: leave verify out');
  }
  if (tls === undefined) {
    const handshake = { serverName: serverName ?? dnsName, caFile: caFile ?? UPSTREAM_TLS.caFile.default };
    return { by: 'certificate', handshake };
  }
  for (const [name, value] of Object.entries({ serverName, caFile })) {
    if (value !== undefined) {
      throw new InputError(
        `identity.certificate.${name} is given, and the upstream has tls: give tls.${name}, which also applies to traffic`,
      );
    }
  }
  return { by: 'certificate' };
}

function checkResponseIdentity(
  version: HaproxyVersion,
  given: NonNullable<HaproxyIdentity['response']>,
  { healthCheck = {} }: HaproxyUpstream,
  dnsName: string,
): ValidatedIdentity {
  const checked = complete(RESPONSE_IDENTITY, given, 'identity.response.');
  const path = checkPath(given.path, 'identity.response.path');
  const host = checked.host ?? dnsName;
  const { body, header, headerValue } = checked;
  for (const name of ['path', 'host'] as const) {
    if (healthCheck[name] !== undefined) {
      throw new InputError(
        `healthCheck.${name} and identity.response are given, and an address has one health check: leave healthCheck.${name} out`,
      );
    }
  }
  if (body === undefined && header === undefined) {
    throw new InputError(
      'identity.response has neither body nor header, and any server answers with some status: give one of them',
    );
  }
  if ((header === undefined) !== (headerValue === undefined)) {
    const [has, lacks] = header === undefined ? ['headerValue', 'header'] : ['header', 'headerValue'];
    throw new InputError(`identity.response has ${has} and no ${lacks}: give both, or leave ${has} out`);
  }
  if (header !== undefined && !version._capabilities.httpCheckSend) {
    throw new InputError(
      `identity.response.header needs HAProxy ${CAPABILITIES.httpCheckSend.since} or later, and this is ${version}, which checks the body alone: give body`,
    );
  }
  const request = `GET ${path} HTTP/1.1\r\nHost: ${host}`;
  for (const [name, proof] of Object.entries({ body, headerValue })) {
    if (proof !== undefined && request.includes(proof)) {
      throw new InputError(
        `identity.response.${name} '${proof}' is in the request, and a server that returns what it is asked would pass: give another text`,
      );
    }
  }
  return { by: 'response', path, ...checked, host };
}
