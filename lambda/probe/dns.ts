import { Resolver } from 'node:dns/promises';
import { FULL_ANSWER } from '../controller/domain/live-addresses';
import type { ObservedUpstream, RecordType } from '../controller/domain/observation';

/** How many times a name is queried while its answers are full. */
const MAX_LOOKUPS = 4;
/** All lookups of a name together take no longer. */
const MAX_MILLIS = 4000;
/** Codes of answers without an address. Other codes mean that there was no answer. */
const NO_SUCH_NAME = new Set(['ENOTFOUND', 'ENODATA']);

/** The result of a lookup. */
type DnsAnswers = Pick<ObservedUpstream, 'answers' | 'unanswered' | 'problems' | 'degraded'>;

/**
 * Asks DNS for all addresses of a name: once, and again while the answers are full and bring new addresses. A truncated
 * answer is fetched again over TCP, and an alias followed, by the resolver (c-ares).
 *
 * @param nameservers `IP:PORT` each; those of the machine when left out
 */
export async function lookUp(name: string, nameservers?: readonly string[]): Promise<DnsAnswers> {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  if (nameservers !== undefined) {
    resolver.setServers(nameservers);
  }
  const timer = setTimeout(() => resolver.cancel(), MAX_MILLIS);
  const found = await Promise.all([
    sample('A', () => resolver.resolve4(name)),
    sample('AAAA', () => resolver.resolve6(name)),
  ]);
  clearTimeout(timer);
  const answers = [...new Set(found.flatMap(({ addresses }) => addresses))].sort();
  const silent = found.filter(({ code }) => code !== undefined && !NO_SUCH_NAME.has(code));
  const code = found.some((one) => one.code === 'ENOTFOUND') ? 'ENOTFOUND' : 'ENODATA';
  return {
    answers,
    unanswered: silent.filter(({ addresses }) => addresses.length === 0).map(({ type }) => type),
    problems: answers.length === 0 && silent.length === 0 ? [`the name does not resolve (${code})`] : [],
    degraded: sentences(name, silent),
  };
}

interface Sampled {
  readonly type: RecordType;
  readonly addresses: readonly string[];
  /** Code of the error that ended it. */
  readonly code?: string;
}

/** One line for each code. It names the type of the records where the other type ended otherwise. */
function sentences(name: string, silent: readonly Sampled[]): string[] {
  const codes = [...new Set(silent.map(({ code }) => code))];
  return codes.map((code) => {
    const types = silent.filter((one) => one.code === code).map(({ type }) => type);
    return `DNS did not answer for ${name}${types.length > 1 ? '' : ` ${types[0]}`} (${code})`;
  });
}

async function sample(type: RecordType, resolve: () => Promise<string[]>): Promise<Sampled> {
  const addresses = new Set<string>();
  try {
    for (let lookup = 0; lookup < MAX_LOOKUPS; lookup += 1) {
      const before = addresses.size;
      const answer = await resolve();
      for (const address of answer) {
        addresses.add(address);
      }
      if (answer.length < FULL_ANSWER || addresses.size === before) {
        break;
      }
    }
    return { type, addresses: [...addresses] };
  } catch (error) {
    // `lookUp` cancels the resolver when the time is over.
    const code = ((error as NodeJS.ErrnoException).code ?? String(error)).replace('ECANCELLED', 'ETIMEOUT');
    return { type, addresses: [...addresses], code };
  }
}
