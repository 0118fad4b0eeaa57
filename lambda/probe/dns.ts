import { Resolver } from 'node:dns/promises';
import { FULL_ANSWER, type NameAnswer, type NameQuery, type RecordType } from '../../lib/contract/probe';

/** How many times a name is queried while its answers are full. */
const MAX_LOOKUPS = 4;
/** All lookups of a name together take no longer. */
const MAX_MILLIS = 4000;
/** Addresses of one family that are kept. No load balancer has so many. */
const MAX_ADDRESSES = 1000;
/** Codes of answers without an address. Other codes mean that there was no answer. */
const NO_SUCH_NAME = new Set(['ENOTFOUND', 'ENODATA']);

interface Sampled {
  readonly type: RecordType;
  readonly addresses: ReadonlySet<string>;
  readonly largest: number;
  readonly ttl: number;
  /** Code of the error that ended it. */
  readonly code?: string;
  /** Whether there were more addresses than are kept. */
  readonly flooded: boolean;
}

/**
 * Asks DNS for all addresses of a name: once, and again while the answers are full and bring new addresses. A truncated
 * answer is fetched again over TCP, and an alias followed, by the resolver (c-ares). Never rejects.
 *
 * @param deadline when the caller's time is over, in milliseconds since 1970; 4 s from now at the latest
 */
export async function lookUp(
  { name, nameservers }: NameQuery,
  deadline = Number.POSITIVE_INFINITY,
): Promise<NameAnswer> {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  if (nameservers !== undefined) {
    resolver.setServers(nameservers);
  }
  const timer = setTimeout(() => resolver.cancel(), Math.max(0, Math.min(MAX_MILLIS, deadline - Date.now())));
  const found = await Promise.all([
    sample('A', () => resolver.resolve4(name, { ttl: true })),
    sample('AAAA', () => resolver.resolve6(name, { ttl: true })),
  ]);
  clearTimeout(timer);
  const addresses = found.flatMap((one) => [...one.addresses]).sort();
  const silent = found.filter(({ code }) => code !== undefined && !NO_SUCH_NAME.has(code));
  const code = found.some((one) => one.code === 'ENOTFOUND') ? 'ENOTFOUND' : 'ENODATA';
  return {
    addresses,
    largestAnswer: Math.max(...found.map(({ largest }) => largest)),
    ttlSeconds: addresses.length > 0 ? Math.max(...found.map(({ ttl }) => ttl)) : undefined,
    unanswered: silent.filter((one) => one.addresses.size === 0).map(({ type }) => type),
    problem: addresses.length === 0 && silent.length === 0 ? code : undefined,
    degraded: [
      ...sentences(name, silent),
      ...found.filter(({ flooded }) => flooded).map(({ type }) => flood(name, type)),
    ],
  };
}

/** One line for each code. It names the type of the records where the other type ended otherwise. */
function sentences(name: string, silent: readonly Sampled[]): string[] {
  const codes = [...new Set(silent.map(({ code }) => code))];
  return codes.map((code) => {
    const types = silent.filter((one) => one.code === code).map(({ type }) => type);
    return `DNS did not answer for ${name}${types.length > 1 ? '' : ` ${types[0]}`} (${code})`;
  });
}

function flood(name: string, type: RecordType): string {
  return `DNS answered more than ${MAX_ADDRESSES} addresses for ${name} ${type}: the others are not used`;
}

async function sample(
  type: RecordType,
  resolve: () => Promise<readonly { readonly address: string; readonly ttl: number }[]>,
): Promise<Sampled> {
  const addresses = new Set<string>();
  let [largest, ttl, flooded] = [0, 0, false];
  try {
    for (let lookup = 0; lookup < MAX_LOOKUPS; lookup += 1) {
      const before = addresses.size;
      const answer = await resolve();
      largest = Math.max(largest, answer.length);
      for (const record of answer) {
        ttl = Math.max(ttl, record.ttl);
        if (addresses.size < MAX_ADDRESSES) {
          addresses.add(record.address);
        } else {
          flooded ||= !addresses.has(record.address);
        }
      }
      if (answer.length < FULL_ANSWER || addresses.size === before) {
        break;
      }
    }
    return { type, addresses, largest, ttl, flooded };
  } catch (error) {
    // `lookUp` cancels the resolver when the time is over.
    const code = ((error as NodeJS.ErrnoException).code ?? String(error)).replace('ECANCELLED', 'ETIMEOUT');
    return { type, addresses, largest, ttl, flooded, code };
  }
}
