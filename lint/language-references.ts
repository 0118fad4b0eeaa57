import { fits as sampleFits } from './language-expression';
import type { Judge, Reference } from './language-judge';
import type { ServerModel } from './language-model';
import { called, isBack, isFront, modeOf, type ProxyState, seen } from './language-proxy';
import type { SectionSeen } from './language-section';
import { lookup } from './lookup';
import type { Word } from './words';

/** Judges the names that lines use: what they name has to exist, and to fit. */
export function judgeReferences(judge: Judge, proxies: readonly ProxyState[], sections: readonly SectionSeen[]): void {
  const names = (kind: string) => new Set(sections.filter((s) => s.kind === kind).map((s) => s.name?.text));
  const world: World = {
    backs: byName(proxies.filter(isBack)),
    fronts: byName(proxies.filter(isFront)),
    tables: tablesOf(proxies, sections),
    sections: new Map(
      [
        'resolvers',
        'userlist',
        'peers',
        'mailers',
        'cache',
        'http-errors',
        'fcgi-app',
        'ring',
        'healthcheck',
        'log-profile',
      ].map((kind) => [kind, names(kind)]),
    ),
  };
  const parents = new Set(proxies.map(({ parent }) => parent));
  for (const reference of judge.references) {
    if (reference.proxy?.kind === 'defaults' && (reference.kind === 'fcgi-app' || !parents.has(reference.proxy))) {
      // Nobody takes its settings from there.
      continue;
    }
    judgeReference(judge, reference, world);
  }
  for (const proxy of proxies.filter(({ kind }) => kind !== 'defaults')) {
    const found = isFront(proxy) ? seen(proxy, 'default_backend') : proxy.has.get('default_backend');
    if (found !== undefined) {
      judgeBackend(judge, proxy, found.words[1]!, found.line, world);
    }
  }
}

interface World {
  readonly backs: ReadonlyMap<string, ProxyState>;
  readonly fronts: ReadonlyMap<string, ProxyState>;
  /** The words of each stick-table, by the name that rules call it by. */
  readonly tables: ReadonlyMap<string, readonly Word[]>;
  readonly sections: ReadonlyMap<string, ReadonlySet<string | undefined>>;
}

const byName = (proxies: readonly ProxyState[]): ReadonlyMap<string, ProxyState> =>
  new Map(proxies.filter(({ name }) => name !== undefined).map((proxy) => [proxy.name!.text, proxy]));

function judgeBackend(judge: Judge, proxy: ProxyState, word: Word, line: number, world: World): void {
  if (word.open) {
    judge.unsure(line, [word]);
    return;
  }
  const backend = world.backs.get(word.text);
  if (backend === undefined) {
    judge.error('unknown-reference', word, `no backend is called '${word.text}'`, 'write such a section', line);
    return;
  }
  if (backend === proxy) {
    judge.error('bad-value', word, `${called(proxy)} sends requests to itself`, 'name another section', line);
    return;
  }
  const modes = [modeOf(proxy), modeOf(backend)].map((mode) => (mode === 'haterm' ? 'http' : mode));
  if (modes.includes('')) {
    judge.unsure(line, [word]);
  } else if (modes.includes('health') || (modes[0] !== modes[1] && !(modes[0] === 'tcp' && modes[1] === 'http'))) {
    const message = `${called(proxy)} is in mode '${modes[0]}' and ${called(backend)} in mode '${modes[1]}'`;
    judge.error('bad-value', word, message, 'give both the same mode', line);
  }
}

function judgeReference(judge: Judge, reference: Reference, world: World): void {
  const { kind, name, word, line, proxy } = reference;
  const missing = (what: string) =>
    judge.error('unknown-reference', word, `no ${what} is called '${name}'`, 'write such a section', line);
  switch (kind) {
    case 'backend':
      if (name === '') {
        judgeOwn(judge, reference, isBack);
      } else if (judge.words !== undefined && proxy !== undefined && isFront(proxy) && isUse(reference)) {
        judgeBackend(judge, proxy, word, line, world);
      } else if (!world.backs.has(name)) {
        missing('backend');
      }
      return;
    case 'frontend':
      if (name === '') {
        judgeOwn(judge, reference, isFront);
      } else if (!world.fronts.has(name)) {
        missing('frontend');
      }
      return;
    case 'table':
      judgeTable(judge, reference, world);
      return;
    case 'server':
      judgeServer(judge, reference, world);
      return;
    case 'resolvers':
      if (!world.sections.get('resolvers')!.has(name) && !(name === 'default' && judge.from('2.6'))) {
        // 1.8 finds it out when it starts, and not with `-c`.
        if (!(judge.branch === '1.8')) {
          missing('resolvers section');
        }
      }
      return;
    default:
      if (!world.sections.get(kind)?.has(name)) {
        missing(`${kind} section`);
      }
  }
}

/** Whether a reference comes from `use_backend`, whose word is the name itself. */
const isUse = ({ word, name }: Reference): boolean => word.text === name;

/** Samples that stand for the section itself have to be in one that has such a side. */
function judgeOwn(judge: Judge, { word, line, proxy }: Reference, fits: (proxy: ProxyState) => boolean): void {
  if (proxy !== undefined && proxy.kind !== 'defaults' && !fits(proxy)) {
    const message = `'${word.text}' is about this section, and ${called(proxy)} is of the other kind`;
    judge.error('bad-value', word, message, 'name a section in the brackets', line);
  }
}

/** The tables of proxies by the names of these, those of `peers` sections as `SECTION/TABLE`. */
function tablesOf(proxies: readonly ProxyState[], sections: readonly SectionSeen[]): Map<string, readonly Word[]> {
  const own = proxies.map(({ name, has }) => [name?.text ?? '', has.get('stick-table')?.words] as const);
  const shared = sections
    .filter(({ kind }) => kind === 'peers')
    .flatMap(({ name, lines }) => lines.map(({ words }) => [name?.text, words] as const))
    .filter(([, words]) => words[0]!.text === 'table')
    .map(([name, words]) => [`${name}/${words[1]!.text}`, words] as const);
  return new Map([...own, ...shared].flatMap(([name, words]) => (words === undefined ? [] : [[name, words]])));
}

/** The types of keys, as types of samples. */
const KEYS = lookup({ ip: 'ipv4', ipv4: 'ipv4', ipv6: 'ipv6', integer: 'sint', string: 'str', binary: 'bin' });

function judgeTable(judge: Judge, { name, word, line, proxy, key }: Reference, world: World): void {
  if (name === '' && (proxy === undefined || proxy.kind === 'defaults')) {
    return;
  }
  const table = name === '' ? proxy!.has.get('stick-table')?.words : world.tables.get(name);
  if (table === undefined) {
    const message =
      name === '' ? `${called(proxy!)} has no 'stick-table'` : `no section called '${name}' has a 'stick-table'`;
    const help = name === '' ? "add one, or name one with 'table'" : 'add one there';
    judge.error('unknown-reference', word, message, help, line);
    return;
  }
  const type = table[table.findIndex(({ text }) => text === 'type') + 1]?.text ?? '';
  const wanted = KEYS[type];
  if (key !== undefined && wanted !== undefined && !sampleFits(judge, key, wanted)) {
    const message = `the key is a sample of type '${key}', and the table has keys of type '${type}'`;
    judge.error('bad-value', word, message, 'give the table a type that fits, or take another sample', line);
  }
}

function judgeServer(judge: Judge, { name, word, line, proxy }: Reference, world: World): void {
  const [first = '', second] = name.split('/');
  const backend = second === undefined ? proxy : world.backs.get(first);
  const server = second ?? first;
  if (backend === undefined) {
    judge.error('unknown-reference', word, `no backend is called '${first}'`, 'write such a section', line);
    return;
  }
  const { byName, templates } = serversOf(backend);
  const found = byName.get(server);
  if (found === undefined) {
    if (templates) {
      judge.unsure(line, [word]);
    } else {
      judge.error(
        'unknown-reference',
        word,
        `no server of ${called(backend)} is called '${server}'`,
        'write such a line',
        line,
      );
    }
    return;
  }
  const tracks = found.own.certain.get('track');
  if (found.line === line && tracks !== undefined && judge.from('1.8')) {
    judge.error('bad-value', word, `'${server}' tracks itself`, 'track another server', line);
  }
}

/** The servers of a proxy by name, made once. */
const INDEX = new WeakMap<ProxyState, { byName: Map<string, ServerModel>; templates: boolean }>();

function serversOf(proxy: ProxyState): { byName: Map<string, ServerModel>; templates: boolean } {
  const known = INDEX.get(proxy);
  if (known !== undefined) {
    return known;
  }
  const made = {
    byName: new Map([...proxy.servers].reverse().map((server) => [server.name.text, server])),
    templates: proxy.servers.some(({ template }) => template),
  };
  INDEX.set(proxy, made);
  return made;
}
