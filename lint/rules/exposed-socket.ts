import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Address, Document } from '../model';
import { isLocal as isLocalName, statsSockets } from './lookups';

/** From this branch on `level user` only reads. */
const USER_READS_SINCE = '3.3';

export const exposedSocket: Rule = {
  id: 'exposed-socket',
  severity: 'error',
  why: 'A client that reaches a runtime API at level operator or admin controls the proxy. Before 3.3, level user can also change maps and read TLS ticket keys.',
  help: "keep the socket local (unix@ or abns@), and put a 'listen' section with an allow-list in front of it",
  link: 'https://docs.haproxy.org/3.2/management.html#9.3',
  find,
};

function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  for (const { line, word, addresses, options } of statsSockets(document)) {
    const level = options.get('level');
    const readOnly = level?.values[0]?.text === 'user' && version.isAtLeast(USER_READS_SINCE);
    if (readOnly || addresses.every(isLocal)) {
      continue;
    }
    const name = level === undefined ? 'operator' : level.values[0]?.text;
    hits.push({ line, word, message: `the runtime API at level ${name} is open to the network on '${word.text}'` });
  }
  return hits;
}

/** Sockets of this machine, and its loopback addresses. */
const isLocal = ({ host }: Address): boolean =>
  host === undefined || /^127\.|^::1$/.test(host) || isLocalName({ host });
