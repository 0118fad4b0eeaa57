import { InputError } from '../errors';
import type { HaproxyVersion } from '../version/version';
import type { ValidatedClientCertificates } from './check-listen-tls';
import type { HaproxyConfigModel, HaproxyRateLimit } from './config-model';
import { type Complete, complete } from './option';
import { HaproxyMode, RATE_LIMIT } from './options';

/** What a rate limit counts. */
export type RateLimitMeasure = 'requests' | 'connections' | 'transferSize';

/** A rate limit with all values set and checked. */
export interface ValidatedRateLimit extends Pick<Complete<typeof RATE_LIMIT>, 'periodMillis' | 'header'> {
  readonly measure: RateLimitMeasure;
  /** The most of it in a period. */
  readonly most: number;
}

const MEASURES: readonly RateLimitMeasure[] = ['requests', 'connections', 'transferSize'];
/** HAProxy tracks a connection in three tables (MAX_SESS_STKCTR). */
const MAX_LIMITS = 3;

/** Checks rate limits, and refuses those that the version or the mode does not have. */
export function checkRateLimits(
  version: HaproxyVersion,
  mode: HaproxyMode,
  { rateLimits = [] }: HaproxyConfigModel,
  certificates: ValidatedClientCertificates | undefined,
): ValidatedRateLimit[] {
  if (rateLimits.length > MAX_LIMITS) {
    throw new InputError(
      `rateLimits has ${rateLimits.length} limits: give at most ${MAX_LIMITS}, which HAProxy can count`,
    );
  }
  const limits = rateLimits.map((limit, i) => checkRateLimit(version, mode, limit, `rateLimits[${i}]`));
  const byHeader = limits.find(({ header }) => header !== undefined && !isOfCertificate(header, certificates));
  if (byHeader !== undefined && !limits.some(({ measure, header }) => measure === 'requests' && header === undefined)) {
    throw new InputError(
      `rateLimits counts requests by the header '${byHeader.header}' alone, and a client can send another value with each request: add a limit of requests without header, which counts by address`,
    );
  }
  return limits;
}

/** Whether each request has the header, with a value of a certificate that the client cannot choose. */
function isOfCertificate(header: string, certificates: ValidatedClientCertificates | undefined): boolean {
  const { required = false, headers = [] } = certificates ?? {};
  return required && headers.some(({ name }) => name.toLowerCase() === header.toLowerCase());
}

function checkRateLimit(
  version: HaproxyVersion,
  mode: HaproxyMode,
  given: HaproxyRateLimit,
  what: string,
): ValidatedRateLimit {
  const { transferBytes: transferSize, ...values } = complete(RATE_LIMIT, given, `${what}.`);
  const counts = { ...values, transferSize };
  const measures = MEASURES.filter((measure) => counts[measure] !== undefined);
  const [measure] = measures;
  if (measure === undefined || measures.length > 1) {
    throw new InputError(
      `${what} has ${measures.length === 0 ? 'nothing to count' : measures.join(' and ')}: give one of ${MEASURES.join(', ')}`,
    );
  }
  const { header, periodMillis } = values;
  if (mode === HaproxyMode.TCP && measure === 'requests') {
    throw new InputError(
      `${what} counts requests, which TCP mode does not read: give connections or transferSize, or use HTTP mode`,
    );
  }
  if (header !== undefined && measure !== 'requests') {
    throw new InputError(
      `${what} counts ${measure} by a header, and a header belongs to a request: give requests, or leave header out`,
    );
  }
  if (header !== undefined && !version._capabilities.sha1) {
    throw new InputError(`${what}.header needs HAProxy 1.8 or later, and this is ${version}: leave it out`);
  }
  if (measure !== 'requests' && !version._capabilities.sessionRules) {
    throw new InputError(`${what}.${measure} needs HAProxy 1.7 or later, and this is ${version}: give requests`);
  }
  return { measure, most: counts[measure]!, header, periodMillis };
}
