import type { Context } from '../engine/context';
import { called, isBack, isFront } from '../engine/proxy';
import type { ProxyState, SectionState } from '../engine/state';

const OTHER_NAME = 'give it another name';

/** Checks that names and ids are given once. */
export function checkNames(context: Context, proxies: readonly ProxyState[], sections: readonly SectionState[]): void {
  checkProxyNames(context, proxies);
  checkProxyIds(context, proxies);
  checkSectionNames(context, sections);
}

/** Source: `proxy_find_best_match` and `cfg_parse_listen`, by trial. */
function checkProxyNames(context: Context, proxies: readonly ProxyState[]): void {
  const { report } = context;
  const fronts = new Map<string, ProxyState>();
  const backs = new Map<string, ProxyState>();
  for (const proxy of proxies) {
    const name = proxy.name?.text;
    if (name === undefined || proxy.kind === 'defaults') {
      continue;
    }
    const sameSide = (isFront(proxy) && fronts.get(name)) || (isBack(proxy) && backs.get(name)) || undefined;
    const other = sameSide ?? fronts.get(name) ?? backs.get(name);
    if (other !== undefined) {
      const message = `${called(proxy)} has the same name as ${called(other)} of ${report.lineName(other.line)}`;
      // A listen section behind a backend was taken for a frontend.
      const missed = proxy.kind === 'listen' && other.kind === 'backend';
      const refused = context.from('3.3') || (sameSide !== undefined && (!missed || context.from('3.1')));
      if (refused || context.from('3.1')) {
        report.add(refused ? 'error' : 'warning', 'duplicate-name', proxy.name, message, OTHER_NAME, proxy.line);
      }
    }
    if (isFront(proxy)) {
      fronts.set(name, proxy);
    }
    if (isBack(proxy)) {
      backs.set(name, proxy);
    }
  }
}

/** All proxies share one set of ids. */
function checkProxyIds({ report }: Context, proxies: readonly ProxyState[]): void {
  const known = new Map<number, ProxyState>();
  for (const proxy of proxies) {
    const { line, words } = proxy.has.get('id') ?? {};
    const id = Number(words?.[1]?.text);
    const other = known.get(id);
    if (other !== undefined) {
      const message = `${called(other)} of ${report.lineName(other.line)} has the id ${id} too`;
      report.error('duplicate-name', words![1], message, 'give it another id', line);
    } else if (words !== undefined) {
      known.set(id, proxy);
    }
  }
}

/** Kinds of section whose names are compared. */
const NAMED: ReadonlySet<string> = new Set(
  'resolvers userlist mailers peers cache ring http-errors fcgi-app program log-profile healthcheck'.split(' '),
);

function checkSectionNames(context: Context, sections: readonly SectionState[]): void {
  const { report } = context;
  const known = new Map<string, number>();
  for (const { kind, name, line } of sections) {
    const key = `${kind} ${name?.text}`;
    const first = known.get(key);
    known.set(key, first ?? line);
    if (name === undefined || first === undefined || !NAMED.has(kind)) {
      continue;
    }
    const message = `'${key}' is the name of the section of ${report.lineName(first)} too`;
    if (kind === 'userlist') {
      report.warn('duplicate-name', name, `${message}, and this one is ignored`, OTHER_NAME, line);
    } else if (kind !== 'cache' || context.from('2.3')) {
      report.error('duplicate-name', name, message, OTHER_NAME, line);
    }
  }
}
