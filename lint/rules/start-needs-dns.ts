import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Fix, Hit, Rule } from '../finding';
import type { Directive, Document, Server, Word } from '../model';
import { isHostName, readAddress } from '../syntax/address';
import { isLocal, namedServers, serversOf } from './lookups';

export const startNeedsDns: Rule = {
  id: 'start-needs-dns',
  severity: 'warning',
  why: 'HAProxy also resolves names at the start, and does not start when one of them does not resolve: while DNS is down, no new task starts.',
  help: "add 'init-addr none'",
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-init-addr',
  fixable: true,
  find,
};

function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits = namesOutside(document);
  if (!version._capabilities.initAddr) {
    return hits;
  }
  for (const server of namedServers(document)) {
    if (!needsDns(server)) {
      continue;
    }
    const { line, address } = server;
    hits.push({
      line,
      word: address.word,
      message: `HAProxy does not start, or starts without this server permanently, when '${address.host}' does not resolve`,
      fix: withNone(server),
    });
  }
  return hits;
}

function needsDns({ options }: Server): boolean {
  const value = options.value('init-addr');
  const methods = value?.split(',') ?? ['last', 'libc'];
  return (
    options.has('resolvers') && !value?.includes('$') && !methods.some((method) => /^none$|^[0-9a-f.:]+$/i.test(method))
  );
}

/** `init-addr none` before the first option of the line, or `,none` after the methods that it has. */
function withNone({ line, own }: Server): Fix | undefined {
  const given = own.get('init-addr');
  if (given !== undefined) {
    const value = given.values[0];
    return value && { line, column: value.column, old: value.source, by: `${value.text},none` };
  }
  const first = own.all[0];
  return first && { line, column: first.word.column, old: '', by: 'init-addr none ' };
}

/** What has an address outside of server lines: the place of the word in the line. */
const PLACES: Readonly<Record<string, number>> = { log: 1, peer: 2, mailer: 2, source: 1, dispatch: 1 };

/** The options of a server whose value is an address that is looked up once. */
const OPTIONS = ['addr', 'agent-addr', 'source', 'socks4'];

/** HAProxy looks these names up once, on every branch, and ends its start when one does not resolve. */
function namesOutside(document: Document): Hit[] {
  const hits: Hit[] = [];
  const look = (line: number, word: Word | undefined, what: string) => {
    const host = word === undefined || word.unresolvedVariable ? undefined : hostOf(word);
    if (host === undefined) {
      return;
    }
    hits.push({
      line,
      word: word!,
      message: `'${host}' of '${what}' is looked up once, and HAProxy does not start when it does not resolve`,
      help: 'give an address, or a name that /etc/hosts has',
    });
  };
  for (const { kind, directives, servers } of document.sections) {
    for (const { keyword, line, words } of directives) {
      look(line, words[placeOf(keyword, kind)], keyword);
    }
    for (const { line, address } of kind === 'peers' || kind === 'ring' ? servers : []) {
      look(line, address.word, 'server');
    }
  }
  const ofDefaults = document.sections.flatMap(({ serverDefaults }) => serverDefaults);
  for (const { line, own } of [...serversOf(document), ...ofDefaults]) {
    for (const { word, values } of own.all) {
      look(line, OPTIONS.includes(word.text) ? values[0] : undefined, word.text);
    }
  }
  return hits;
}

const placeOf = (keyword: Directive['keyword'], kind: string): number =>
  keyword === 'peer' && kind !== 'peers' ? -1 : (PLACES[keyword] ?? -1);

/** The name in an address, except this machine's own. */
function hostOf(word: Word): string | undefined {
  if (/^(stdout|stderr|global)$|^(fd|ring|backend|unix|abns)@|[$%]/.test(word.text)) {
    return undefined;
  }
  const { host } = readAddress(word);
  return isHostName(host) && !isLocal({ host }) ? host : undefined;
}
