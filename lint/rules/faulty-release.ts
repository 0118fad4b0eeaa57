import { FAULTY_RELEASES, type FaultCondition } from '../../lib/haproxy/version/branches';
import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document, Section } from '../model';
import { namedServers } from './lookups';

export const faultyRelease: Rule = {
  id: 'faulty-release',
  severity: 'warning',
  why: 'This release has a known fault, and this configuration meets it.',
  help: 'run a later release of the branch',
  link: 'https://www.haproxy.org/bugs/',
  find,
};

function find(document: Document, { branch, release }: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  for (const faulty of FAULTY_RELEASES) {
    if (faulty.release !== release || (faulty.when !== undefined && !MEETS[faulty.when](document))) {
      continue;
    }
    hits.push({
      line: 1,
      word: { column: 1, source: ' ' },
      severity: faulty.severity === 'refused' ? 'error' : 'warning',
      message: `HAProxy ${release} has a known fault: ${faulty.reason}; use a later release of ${branch}`,
    });
  }
  return hits;
}

const following = (document: Document) => namedServers(document).filter(({ options }) => options.has('resolvers'));

const resolvers = ({ sections }: Document): Section[] => sections.filter(({ kind }) => kind === 'resolvers');

/** Whether a name server is asked over TCP. */
const nameservers = (document: Document): string[] =>
  resolvers(document)
    .flatMap(({ directives }) => directives)
    .filter(({ keyword }) => keyword === 'nameserver')
    .map(({ words }) => words[2]?.text ?? '');

const isTcp = (address: string): boolean => /^tcp[46]?@/.test(address);

const has = ({ sections }: Document, word: RegExp): boolean =>
  sections.some(({ directives }) => directives.some(({ words }) => words.some(({ text }) => word.test(text))));

/** Whether a configuration meets each condition. */
const MEETS: Readonly<Record<FaultCondition, (document: Document) => boolean>> = {
  names: (document) => following(document).length > 0,
  srv: (document) => following(document).some(({ address }) => address.host?.startsWith('_')),
  capitals: (document) => following(document).some(({ address }) => /[A-Z]/.test(address.host ?? '')),
  'do-resolve': (document) => has(document, /^do-resolve\(/),
  'tcp-nameserver': (document) => nameservers(document).some(isTcp),
  'udp-nameserver': (document) =>
    following(document).length > 0 && nameservers(document).some((address) => !isTcp(address)),
  'zero-warning': (document) => has(document, /^zero-warning$/) && following(document).length > 0,
  'abstract-socket': ({ sections }) =>
    sections.some(({ binds }) => binds.some(({ addresses }) => addresses.some(({ family }) => family === 'abns'))),
  'no-session-cache': ({ sections }) =>
    sections.some(({ directives }) =>
      directives.some(({ keyword, words }) => keyword === 'tune.ssl.cachesize' && words[1]?.text === '0'),
    ),
  'implicit-resolvers': (document) => !resolvers(document).some(({ name }) => name === 'default'),
};
