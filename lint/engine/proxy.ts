import type { Word } from '../model';
import type { SectionModel } from './document';
import type { DirectiveLine, ProxyState } from './state';

/** A section at its first line. */
export function newProxy(model: SectionModel, name: Word | undefined, parent?: ProxyState): ProxyState {
  return {
    kind: model.kind,
    name,
    line: model.line,
    model,
    parent,
    acls: new Map(),
    servers: [],
    binds: [],
    has: new Map(),
    httpFormats: [],
    rawSamples: [],
    captures: { request: 0, response: 0, used: [] },
    contents: [],
    upgrades: false,
    progress: { final: new Map() },
    off: new Set(),
  };
}

/** Where a proxy has a directive: in its own section, or in the `defaults` that it takes its settings from. */
export function seen(proxy: ProxyState | undefined, words: string): DirectiveLine | undefined {
  if (proxy === undefined || proxy.off.has(words)) {
    return undefined;
  }
  return proxy.has.get(words) ?? seen(proxy.parent, words);
}

/** A `mode` from a variable: its value is known only when HAProxy starts. */
export const OPEN_MODE = 'mode ';

/** The mode of a proxy: its last one, else that of its `defaults`; empty if it is known only when HAProxy starts. */
export function modeOf(proxy: ProxyState | undefined): string {
  if (proxy === undefined) {
    return 'tcp';
  }
  let last: { readonly line: number; readonly mode: string } | undefined;
  for (const [words, { line }] of proxy.has) {
    if (words.startsWith(OPEN_MODE) && line > (last?.line ?? 0)) {
      last = { line, mode: words.slice(OPEN_MODE.length) };
    }
  }
  return last?.mode ?? modeOf(proxy.parent);
}

/** How long rules about content wait for it. */
export const INSPECT_DELAY = 'tcp-request inspect-delay';

/** These set one thing: the last one in a section counts. */
export const LOG_FORMATS: ReadonlySet<string> = new Set([
  'option httplog',
  'option tcplog',
  'option httpslog',
  'log-format',
]);

/** The directives that set the log format of a proxy. */
export function logFormatOf(proxy: ProxyState | undefined): DirectiveLine | undefined {
  const own = [...(proxy?.has ?? [])].filter(([words]) => LOG_FORMATS.has(words)).map(([, found]) => found);
  return proxy === undefined || own.length > 0 ? own.sort((a, b) => a.line - b.line).at(-1) : logFormatOf(proxy.parent);
}

/** Whether a proxy takes connections. */
export const isFront = ({ kind }: ProxyState): boolean => kind === 'frontend' || kind === 'listen';

/** Whether a proxy has servers. */
export const isBack = ({ kind }: ProxyState): boolean => kind === 'backend' || kind === 'listen';

/** The name of a proxy in a message. */
export const called = (proxy: ProxyState): string => `${proxy.kind} '${proxy.name?.text ?? ''}'`;

/** The first directive of a section that begins with these words. */
export const ownBegins = (proxy: ProxyState, begin: string): DirectiveLine | undefined =>
  [...proxy.has].find(([words]) => words.startsWith(begin))?.[1];
