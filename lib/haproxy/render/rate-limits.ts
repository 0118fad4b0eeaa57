import { formatDuration } from '../duration';
import type { ValidatedModel } from '../model/check';
import type { RateLimitMeasure, ValidatedRateLimit } from '../model/check-rate-limits';
import { HaproxyMode } from '../model/options';
import type { HaproxyVersion } from '../version/version';
import { contentOf } from './responses';
import { aclLines, type Line, type Section } from './words';

/** Clients, or values of a header, that a task counts at the same time. It forgets the oldest when there are more. */
const MAX_COUNTED = 100_000;

const TOO_MANY = 'content-type text/plain string "too many requests"';

/** What is stored for a limit. */
const STORED: Record<RateLimitMeasure, readonly string[]> = {
  requests: ['gpc0_rate'],
  connections: ['gpc0_rate'],
  transferSize: ['bytes_in_rate', 'bytes_out_rate'],
};

/** `session` and not `connection`, because only `session` has the address from the PROXY protocol. */
type Level = 'tcp-request session' | 'http-request';

const tableOf = (index: number) => `rate-limit-${index + 1}`;

/** One section for each limit: the table of what it counts. */
export function rateLimitSections({ rateLimits }: ValidatedModel): Section[] {
  return rateLimits.map(({ measure, header, periodMillis }, i) => {
    const period = formatDuration(periodMillis);
    const key = header === undefined ? 'ipv6' : 'binary len 20';
    const stored = STORED[measure].map((name) => `${name}(${period})`).join(',');
    return {
      head: `backend ${tableOf(i)}`,
      // A period counts for as long again, weighted with its age.
      lines: [`stick-table type ${key} size ${MAX_COUNTED} expire ${formatDuration(2 * periodMillis)} store ${stored}`],
    };
  });
}

/**
 * The rules of the listener on one level. HAProxy applies those for a connection first. All limits are compared before
 * any counts: what one refuses is no use of another. Refused requests and connections do not count, so that a client
 * that never waits still gets its share.
 */
export function rateLimitRules(version: HaproxyVersion, model: ValidatedModel, level: Level): Line[] {
  const { rateLimits, rateLimitExempt } = model;
  const limits = rateLimits.map((limit, i) => ({ ...limit, i, level: levelOf(limit) }));
  const unless = rateLimitExempt.length > 0 ? ' unless rate-limit-exempt' : '';
  const lines = [
    ...limits.map(
      (limit) => `${limit.level} track-sc${limit.i} ${keyOf(version, limit)} table ${tableOf(limit.i)}${unless}`,
    ),
    ...limits.map((limit) => `${refusalOf(version, model, limit)} if ${tooMuch(limit, limit.i)}`),
    ...limits.flatMap((limit) => (limit.measure === 'transferSize' ? [] : countOf(version, limit.level, limit.i))),
  ];
  return lines.filter((line) => line.startsWith(level));
}

/** Counts what no limit refused. The condition of 1.6 would look for a table of its own if nothing were tracked. */
function countOf({ _capabilities: capabilities }: HaproxyVersion, level: Level, index: number): string {
  return capabilities.countsRate
    ? `${level} sc-inc-gpc0(${index})`
    : `${level} deny if { sc_tracked(${index}) } { sc_inc_gpc0(${index}) lt 0 }`;
}

/** The list of clients that no limit applies to. */
export function rateLimitExemptions({ rateLimits, rateLimitExempt }: ValidatedModel): Line[] {
  return rateLimits.length === 0 ? [] : aclLines('rate-limit-exempt', 'src', rateLimitExempt);
}

const levelOf = ({ measure }: ValidatedRateLimit): Level =>
  measure === 'requests' ? 'http-request' : 'tcp-request session';

/** A network of an IPv6 client has 2^64 addresses, all of one user. */
function keyOf({ _capabilities: capabilities }: HaproxyVersion, { header }: ValidatedRateLimit): string {
  if (header !== undefined) {
    // A table would cut longer values, and take two for one.
    return `req.fhdr(${header}),sha1`;
  }
  return capabilities.ipv6Mask ? 'src,ipmask(32,64)' : 'src';
}

function tooMuch({ measure, most }: ValidatedRateLimit, index: number): string {
  return measure === 'transferSize'
    ? STORED.transferSize.map((name) => `{ sc_${name}(${index}) gt ${most} }`).join(' or ')
    : `{ sc_gpc0_rate(${index}) ge ${most} }`;
}

function refusalOf(
  { _capabilities: capabilities }: HaproxyVersion,
  { mode, errorPages }: ValidatedModel,
  { measure, periodMillis }: ValidatedRateLimit,
): string {
  if (measure === 'connections' || mode === HaproxyMode.TCP) {
    return 'tcp-request session reject';
  }
  const page = errorPages.find(({ status }) => status === 429);
  return capabilities.httpRequestReturn
    ? `http-request return status 429 ${page ? contentOf(page) : TOO_MANY} hdr Retry-After ${Math.ceil(periodMillis / 1000)}`
    : 'http-request deny deny_status 429';
}
