import { judgeProxy } from './language-finish-proxy';
import { judgeSection } from './language-finish-section';
import type { Judge } from './language-judge';
import { called, isBack, isFront, type ProxyState, seen } from './language-proxy';
import { judgeReferences } from './language-references';
import type { SectionSeen } from './language-section';

/** Judges what only the whole configuration shows: names that are used or given twice, settings that belong together. */
export function judgeWhole(judge: Judge, proxies: readonly ProxyState[], sections: readonly SectionSeen[]): void {
  const globals = new Map(sections.filter(({ kind }) => kind === 'global').flatMap(({ has }) => [...has]));
  judgeNames(judge, proxies, sections);
  judgeStats(judge, sections);
  judgeListeners(judge, proxies, sections);
  for (const section of sections) {
    judgeSection(judge, section, proxies, globals);
  }
  for (const proxy of proxies.filter(({ kind }) => kind !== 'defaults')) {
    if (seen(proxy, 'disabled') === undefined || proxy.has.has('enabled')) {
      judgeProxy(judge, proxy, globals);
    }
  }
  const exposed = globals.get('expose-experimental-directives');
  if (exposed !== undefined && judge.experiments === 0 && judge.from('3.3')) {
    judge.warn(
      'incomplete',
      exposed.words[0],
      "'expose-experimental-directives' is needed by nothing",
      'take it out',
      exposed.line,
    );
  }
  judgeReferences(judge, proxies, sections);
  if (globals.has('zero-warning') && judge.findings.some(({ severity }) => severity === 'warning')) {
    const { line, words } = globals.get('zero-warning')!;
    judge.error(
      'bad-line',
      words[0],
      "'zero-warning' makes an error of the warnings below and above",
      'take their causes out',
      line,
    );
  }
}

/** Kinds of section whose names are compared. */
const NAMED: ReadonlySet<string> = new Set(
  'resolvers userlist mailers peers cache ring http-errors fcgi-app program log-profile healthcheck'.split(' '),
);

/** Names that two sections have. Source: `proxy_find_best_match` and `cfg_parse_listen`, by trial. */
function judgeNames(judge: Judge, proxies: readonly ProxyState[], sections: readonly SectionSeen[]): void {
  const fronts = new Map<string, ProxyState>();
  const backs = new Map<string, ProxyState>();
  for (const proxy of proxies) {
    const name = proxy.name?.text;
    if (name === undefined || proxy.kind === 'defaults') {
      continue;
    }
    const front = isFront(proxy) ? fronts.get(name) : undefined;
    const back = isBack(proxy) ? backs.get(name) : undefined;
    const other = front ?? back ?? fronts.get(name) ?? backs.get(name);
    if (other !== undefined) {
      const message = `${called(proxy)} has the name of ${called(other)} of ${judge.called(other.line)}`;
      // A listen section behind a backend was taken for a frontend.
      const missed = proxy.kind === 'listen' && other.kind === 'backend';
      if (judge.from('3.3') || (front === undefined && back === undefined ? false : !missed || judge.from('3.1'))) {
        judge.error('duplicate-name', proxy.name, message, 'give it another name', proxy.line);
      } else if (judge.from('3.1')) {
        judge.warn('duplicate-name', proxy.name, message, 'give it another name', proxy.line);
      }
    }
    if (isFront(proxy)) {
      fronts.set(name, proxy);
    }
    if (isBack(proxy)) {
      backs.set(name, proxy);
    }
  }
  judgeIds(judge, proxies);
  const known = new Map<string, number>();
  for (const { kind, name, line } of sections) {
    const key = `${kind} ${name?.text}`;
    const first = known.get(key);
    known.set(key, first ?? line);
    if (name === undefined || first === undefined || !NAMED.has(kind)) {
      continue;
    }
    const message = `'${key}' is the name of the section of ${judge.called(first)} too`;
    if (kind === 'userlist') {
      judge.warn('duplicate-name', name, `${message}, and this one is ignored`, 'give it another name', line);
    } else if (kind !== 'cache' || judge.from('2.3')) {
      judge.error('duplicate-name', name, message, 'give it another name', line);
    }
  }
}

/** Proxies have their ids in common. */
function judgeIds(judge: Judge, proxies: readonly ProxyState[]): void {
  const known = new Map<number, ProxyState>();
  for (const proxy of proxies) {
    const { line, words } = proxy.has.get('id') ?? {};
    const id = Number(words?.[1]?.text);
    const other = known.get(id);
    if (other !== undefined) {
      const message = `${called(other)} of ${judge.called(other.line)} has the id ${id} too`;
      judge.error('duplicate-name', words![1], message, 'give it another', line);
    } else if (words !== undefined) {
      known.set(id, proxy);
    }
  }
}

/** Settings of the runtime API without a socket: up to 1.8 they made a frontend that nothing listens on. */
function judgeStats(judge: Judge, sections: readonly SectionSeen[]): void {
  const lines = sections.filter(({ kind }) => kind === 'global').flatMap((section) => section.lines);
  const stats = (...names: string[]) =>
    lines.find(({ words }) => words[0]!.text === 'stats' && names.includes(words[1]!.text));
  const alone = stats('socket') === undefined ? stats('timeout', 'maxconn', 'bind-process') : undefined;
  if (alone !== undefined && !judge.from('1.9')) {
    const message = `'stats ${alone.words[1]!.text}' without a 'stats socket' does nothing`;
    judge.warn('incomplete', alone.words[0], message, 'add a socket, or take this out', alone.line);
  }
}

/** A file without anything to listen on does not start; the runtime API is enough. */
function judgeListeners(judge: Judge, proxies: readonly ProxyState[], sections: readonly SectionSeen[]): void {
  const listens = proxies.some((proxy) => proxy.binds.length > 0 && seen(proxy, 'disabled') === undefined);
  const socket = sections.some(({ lines }) => lines.some(({ words }) => words[1]?.text === 'socket'));
  if (listens || socket) {
    return;
  }
  if (
    sections.some(({ kind }) => kind === 'peers' || kind === 'log-forward') ||
    judge.findings.some(({ severity }) => severity === 'error')
  ) {
    judge.unsure(1, []);
    return;
  }
  judge.error(
    'incomplete',
    undefined,
    "nothing listens: no section that is enabled has a 'bind'",
    "write a 'frontend' or 'listen' section with one",
    1,
  );
}
