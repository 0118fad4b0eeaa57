import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Fix, Hit, Rule } from '../finding';
import type { Document, Server } from '../model';
import { namedServers } from './lookups';

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
  const hits: Hit[] = [];
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
