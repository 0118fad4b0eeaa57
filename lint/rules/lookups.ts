import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit } from '../finding';
import type { Document, Section, Server } from '../model';

/** The servers of all proxies. */
export const serversOf = ({ sections }: Document): Server[] =>
  sections.filter(({ mode }) => mode !== undefined).flatMap(({ servers }) => servers);

/** The servers whose address has to be resolved. */
export const namedServers = (document: Document): Server[] => serversOf(document).filter(({ named }) => named === true);

/** The `resolvers` sections that resolve the name of a server. */
export function resolversInUse(document: Document): Section[] {
  const used = new Set(namedServers(document).map(({ options }) => options.value('resolvers')));
  return document.sections.filter(({ kind, name }) => kind === 'resolvers' && used.has(name));
}

/** The `stats socket` lines. */
export const statsSockets = ({ sections }: Document) =>
  sections.filter(({ kind }) => kind === 'global').flatMap(({ binds }) => binds);

/** Findings about the version that reads the files, at the beginning of the first file. */
export const aboutVersion = (id: string, { warnings }: HaproxyVersion): Hit[] =>
  warnings
    .filter((warning) => warning.id === `cdk-haproxy-elb:${id}`)
    .map(({ message }) => ({ line: 1, word: { column: 1, source: ' ' }, message }));
