import { Resolver } from 'node:dns/promises';
import type { UpstreamReading } from '../live';

/** An answer for an ELB carries at most this many addresses. A full one may be a part of more. */
const FULL_ANSWER = 8;
/** How often a name is asked for while its answers are full. */
const MAX_LOOKUPS = 4;
/** Answers that say that the name has no address, in contrast to no answer at all. */
const NO_SUCH_NAME = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Asks DNS for all IPv4 addresses of a name: once, and again while the answers are full and bring new addresses.
 *
 * @param nameservers `IP:PORT` each; those of the machine when left out
 */
export async function lookUp(name: string, nameservers?: readonly string[]): Promise<Omit<UpstreamReading, 'owned'>> {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  if (nameservers !== undefined) {
    resolver.setServers(nameservers);
  }
  const answers = new Set<string>();
  try {
    for (let lookup = 0; lookup < MAX_LOOKUPS; lookup += 1) {
      const before = answers.size;
      const answer = await resolver.resolve4(name);
      for (const address of answer) {
        answers.add(address);
      }
      if (answer.length < FULL_ANSWER || answers.size === before) {
        break;
      }
    }
    return { answers: [...answers].sort(), problems: [], degraded: [] };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return NO_SUCH_NAME.has(code)
      ? { answers: [...answers].sort(), problems: [`${name} does not resolve (${code})`], degraded: [] }
      : { answers: [...answers].sort(), problems: [], degraded: [`DNS did not answer for ${name} (${code})`] };
  }
}
