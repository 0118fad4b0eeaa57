import type { Context } from '../engine/context';
import type { ServerModel } from '../engine/document';
import { called, isBack, isFront, modeOf, seen } from '../engine/proxy';
import type { ProxyState, Reference, SectionState } from '../engine/state';
import { canCast } from '../grammars/expression';
import type { Word } from '../model';

/** The things that lines can refer to. */
interface Names {
  readonly backends: ReadonlyMap<string, ProxyState>;
  readonly frontends: ReadonlyMap<string, ProxyState>;
  /** The words of each stick-table, by the name that rules call it by. */
  readonly tables: ReadonlyMap<string, readonly Word[]>;
  /** The other sections, as `KIND NAME`. */
  readonly sections: ReadonlySet<string>;
}

/** Checks the names that lines use: the thing must exist, and must have the right kind. */
export function checkReferences(
  context: Context,
  proxies: readonly ProxyState[],
  sections: readonly SectionState[],
): void {
  const names: Names = {
    backends: byName(proxies.filter(isBack)),
    frontends: byName(proxies.filter(isFront)),
    tables: tablesOf(proxies, sections),
    sections: new Set(sections.map(({ kind, name }) => `${kind} ${name?.text}`)),
  };
  const parents = new Set(proxies.map(({ parent }) => parent));
  for (const reference of context.symbols.references) {
    const { kind, proxy } = reference;
    // HAProxy does not check the settings of a 'defaults' section that no section uses.
    if (proxy?.kind !== 'defaults' || (kind !== 'fcgi-app' && parents.has(proxy))) {
      checkReference(context, reference, names);
    }
  }
  for (const proxy of proxies.filter(({ kind }) => kind !== 'defaults')) {
    const found = isFront(proxy) ? seen(proxy, 'default_backend') : proxy.has.get('default_backend');
    if (found !== undefined) {
      checkBackend(context, proxy, found.words[1]!, found.line, names);
    }
  }
}

const byName = (proxies: readonly ProxyState[]): ReadonlyMap<string, ProxyState> =>
  new Map(proxies.filter(({ name }) => name !== undefined).map((proxy) => [proxy.name!.text, proxy]));

const missing = ({ report }: Context, { word, line }: Pick<Reference, 'word' | 'line'>, what: string, name: string) =>
  report.error(
    'unknown-reference',
    word,
    `the ${what} '${name}' does not exist`,
    `add the ${what} '${name}', or use another name`,
    line,
  );

function checkBackend(context: Context, proxy: ProxyState, word: Word, line: number, names: Names): void {
  const { report } = context;
  if (word.unresolvedVariable) {
    report.indeterminate(line, [word]);
    return;
  }
  const backend = names.backends.get(word.text);
  if (backend === undefined) {
    missing(context, { word, line }, 'backend', word.text);
    return;
  }
  if (backend === proxy) {
    report.error('bad-value', word, `${called(proxy)} sends requests to itself`, 'name another section', line);
    return;
  }
  const modes = [modeOf(proxy), modeOf(backend)].map((mode) => (mode === 'haterm' ? 'http' : mode));
  if (modes.includes('')) {
    report.indeterminate(line, [word]);
  } else if (modes.includes('health') || (modes[0] !== modes[1] && !(modes[0] === 'tcp' && modes[1] === 'http'))) {
    const message = `${called(proxy)} is in mode '${modes[0]}' and ${called(backend)} in mode '${modes[1]}'`;
    report.error('bad-value', word, message, 'give both the same mode', line);
  }
}

function checkReference(context: Context, reference: Reference, names: Names): void {
  const { kind, name, word, line, proxy } = reference;
  switch (kind) {
    case 'backend':
      if (name === '') {
        checkOwn(context, reference, isBack);
      } else if (proxy !== undefined && isFront(proxy) && word.text === name) {
        // From `use_backend`, whose word is the name itself.
        checkBackend(context, proxy, word, line, names);
      } else if (!names.backends.has(name)) {
        missing(context, reference, 'backend', name);
      }
      return;
    case 'frontend':
      if (name === '') {
        checkOwn(context, reference, isFront);
      } else if (!names.frontends.has(name)) {
        missing(context, reference, 'frontend', name);
      }
      return;
    case 'table':
      checkTable(context, reference, names);
      return;
    case 'server':
      checkServer(context, reference, names);
      return;
    default: {
      // 1.8 misses resolvers when it starts, and not with `-c`; from 2.6 on there are some by default.
      const passed = kind === 'resolvers' && (context.branch === '1.8' || (name === 'default' && context.from('2.6')));
      if (!names.sections.has(`${kind} ${name}`) && !passed) {
        missing(context, reference, `${kind} section`, name);
      }
    }
  }
}

/** Samples about the section itself need a section with that side. */
function checkOwn({ report }: Context, { word, line, proxy }: Reference, fits: (proxy: ProxyState) => boolean): void {
  if (proxy !== undefined && proxy.kind !== 'defaults' && !fits(proxy)) {
    const message = `'${word.text}' is about this section, and ${called(proxy)} is of the other kind`;
    report.error('bad-value', word, message, 'name a section in the brackets', line);
  }
}

/** The tables of proxies by the names of these, those of `peers` sections as `SECTION/TABLE`. */
function tablesOf(proxies: readonly ProxyState[], sections: readonly SectionState[]): Map<string, readonly Word[]> {
  const tables = new Map<string, readonly Word[]>();
  for (const { name, has } of proxies) {
    const words = has.get('stick-table')?.words;
    if (words !== undefined) {
      tables.set(name?.text ?? '', words);
    }
  }
  for (const { kind, name, lines } of sections) {
    for (const { words } of kind === 'peers' ? lines : []) {
      if (words[0]!.text === 'table') {
        tables.set(`${name?.text}/${words[1]!.text}`, words);
      }
    }
  }
  return tables;
}

/** The types of keys, as types of samples. */
const KEYS: ReadonlyMap<string, string> = new Map([
  ['ip', 'ipv4'],
  ['ipv4', 'ipv4'],
  ['ipv6', 'ipv6'],
  ['integer', 'sint'],
  ['string', 'str'],
  ['binary', 'bin'],
]);

function checkTable(context: Context, { name, word, line, proxy, key }: Reference, names: Names): void {
  const { report } = context;
  if (name === '' && (proxy === undefined || proxy.kind === 'defaults')) {
    return;
  }
  const table = name === '' ? proxy!.has.get('stick-table')?.words : names.tables.get(name);
  if (table === undefined) {
    const [message, help] =
      name === ''
        ? [
            `${called(proxy!)} has no 'stick-table'`,
            "add a 'stick-table' line, or name a section that has one with 'table'",
          ]
        : [
            `the section '${name}' does not exist, or has no 'stick-table'`,
            `add a 'stick-table' line to the section '${name}'`,
          ];
    report.error('unknown-reference', word, message, help, line);
    return;
  }
  const type = table[table.findIndex(({ text }) => text === 'type') + 1]?.text ?? '';
  const wanted = KEYS.get(type);
  if (key !== undefined && wanted !== undefined && !canCast(context, key, wanted)) {
    const message = `the key is a sample of type '${key}', and the table has keys of type '${type}'`;
    report.error('bad-value', word, message, 'give the table a matching type, or use another sample', line);
  }
}

function checkServer(context: Context, reference: Reference, names: Names): void {
  const { name, word, line, proxy } = reference;
  const [first = '', second] = name.split('/');
  const backend = second === undefined ? proxy : names.backends.get(first);
  const server = second ?? first;
  if (backend === undefined) {
    missing(context, reference, 'backend', first);
    return;
  }
  const { servers, templates } = serversOf(backend);
  const found = servers.get(server);
  if (found === undefined && templates) {
    context.report.indeterminate(line, [word]);
  } else if (found === undefined) {
    const message = `${called(backend)} has no server '${server}'`;
    context.report.error('unknown-reference', word, message, `add the server '${server}', or use another name`, line);
  } else if (found.line === line && found.own.certain.has('track') && context.from('1.8')) {
    context.report.error('bad-value', word, `'${server}' tracks itself`, 'track another server', line);
  }
}

/** The servers of a proxy by name, made once. */
interface Servers {
  readonly servers: ReadonlyMap<string, ServerModel>;
  readonly templates: boolean;
}

const INDEX = new WeakMap<ProxyState, Servers>();

function serversOf(proxy: ProxyState): Servers {
  const known = INDEX.get(proxy) ?? {
    servers: new Map([...proxy.servers].reverse().map((server) => [server.name.text, server])),
    templates: proxy.servers.some(({ template }) => template),
  };
  INDEX.set(proxy, known);
  return known;
}
