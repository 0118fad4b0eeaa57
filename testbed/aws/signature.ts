import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsError } from './aws-error';
import type { CommonErrorCodes } from './protocol';

/** The caller that is allowed, and its region. */
export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly region: string;
}

/** The signed request. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<key>[^/]+)\/(?<scope>\S+), SignedHeaders=(?<names>\S+), Signature=[0-9a-f]{64}$/;

/** How far a caller's clock may be off. */
const TOLERANCE_MINUTES = 5;

class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super('sha256', secret);
  }
}

/**
 * Verifies a request's SigV4 signature as AWS does: by signing it again with the secret that the caller should have.
 *
 * @returns who it is
 * @throws AwsError with status 403, with AWS's code and message, when the signature is missing, wrong or expired
 */
export async function verifySignature(
  request: SignedRequest,
  service: string,
  identities: readonly Identity[],
  codes: CommonErrorCodes,
  now: Date,
): Promise<Identity> {
  const refuse = (code: string, message: string): never => {
    throw new AwsError(code, message, 403);
  };
  const authorization = request.headers.authorization ?? '';
  const { key, scope, names } = AUTHORIZATION.exec(authorization)?.groups ?? {};
  if (!key || !scope || !names) return refuse(codes.missingSignature, 'Missing Authentication Token');

  const token = request.headers['x-amz-security-token'];
  const identity = identities.find((one) => key === one.accessKeyId && token === one.sessionToken);
  if (identity === undefined) {
    return refuse(codes.unknownCredentials, 'The security token included in the request is invalid.');
  }
  const expectedScope = `${identity.region}/${service}/aws4_request`;
  if (!scope.endsWith(`/${expectedScope}`)) {
    return refuse(codes.wrongSignature, `Credential should be scoped to ${expectedScope}, not to ${scope}.`);
  }
  const signedAt = parseTime(String(request.headers['x-amz-date']));
  const problem = clockProblem(signedAt, now);
  if (problem) return refuse(codes.wrongSignature, problem);

  if (authorization !== (await sign(request, names.split(';'), signedAt, service, identity))) {
    return refuse(
      codes.wrongSignature,
      'The request signature we calculated does not match the signature you provided. ' +
        'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
  return identity;
}

/** The Authorization header that the request should have. */
async function sign(request: SignedRequest, signed: string[], signingDate: Date, service: string, identity: Identity) {
  // The host and every x-amz header must be signed: left out by the caller, they make the signatures differ.
  const mustBeSigned = (name: string) => signed.includes(name) || name === 'host' || name.startsWith('x-amz-');
  const headers = Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name]) => mustBeSigned(name))
      .map(([name, value]) => [name, String(value)]),
  );
  // The signer would use this header without a check, so it is computed from the body.
  if (headers['x-amz-content-sha256']) {
    headers['x-amz-content-sha256'] = createHash('sha256').update(request.body).digest('hex');
  }
  const { region } = identity;
  // S3 signs a path as it is; the other services escape it again.
  const uriEscapePath = service !== 's3';
  const settings = { credentials: identity, region, service, sha256: Sha256, applyChecksum: false, uriEscapePath };
  const { pathname, searchParams } = new URL(request.path, 'http://localhost');
  const parts = { path: pathname, query: Object.fromEntries(searchParams), protocol: 'http:', hostname: '' };
  const again = await new SignatureV4(settings).sign({ ...request, ...parts, headers }, { signingDate });
  return again.headers.authorization;
}

function clockProblem(signedAt: Date, now: Date): string | undefined {
  const tolerance = TOLERANCE_MINUTES * 60_000;
  const earliest = new Date(now.getTime() - tolerance);
  const latest = new Date(now.getTime() + tolerance);
  if (Number.isNaN(signedAt.getTime())) return "Date must be in ISO-8601 'basic format'.";
  if (signedAt < earliest) {
    return `Signature expired: ${formatTime(signedAt)} is now earlier than ${formatTime(earliest)} (${formatTime(now)} - ${TOLERANCE_MINUTES} min.)`;
  }
  if (signedAt > latest) {
    return `Signature not yet current: ${formatTime(signedAt)} is still later than ${formatTime(latest)} (${formatTime(now)} + ${TOLERANCE_MINUTES} min.)`;
  }
  return undefined;
}

/** Reads `20261122T145100Z`. */
function parseTime(text: string): Date {
  return new Date(text.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
}

function formatTime(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, '');
}
