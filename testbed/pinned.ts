import type { HaproxyVersion } from '../lib/haproxy/version/version';

/**
 * A generated configuration with its server line replaced by a common one that never resolves the name again: on 1.6
 * and 1.7 with `resolvers` and without `check`, on later branches without `resolvers`.
 *
 * @param addressAtStart the result of the resolver at the start; the machine's resolver does not have the test bed's names
 */
export function pinned(
  { _capabilities: capabilities }: HaproxyVersion,
  generated: string,
  addressAtStart: string,
): string {
  const server = /^( +)server(?:-template elb \d+|\s+elb1) (\S+) .*$/m;
  const resolvers = capabilities.autonomousResolution ? '' : ' resolvers dns';
  const start = capabilities.initAddr ? ` init-addr ${addressAtStart}` : '';
  const text = generated.replace(server, `$1server pinned $2${resolvers}${start}`);
  if (text === generated) {
    throw new Error('the generated configuration has no server line to pin');
  }
  return text;
}
