import type { Word } from '../syntax/tokenizer';
import type { SectionModel, ServerModel } from './document';
import type { Acl, Progress } from './state';

/** A directive that stands in a proxy section. */
export interface Seen {
  readonly line: number;
  readonly words: readonly Word[];
}

/** What is known of a proxy section while and after its lines are read. */
export interface ProxyState {
  readonly kind: string;
  readonly name: Word | undefined;
  readonly line: number;
  /** The `defaults` section that it takes its settings from. */
  readonly parent?: ProxyState;
  readonly acls: Map<string, Acl>;
  /** The section as the rules of meaning see it. */
  readonly model: SectionModel;
  /** The servers that the branch takes. */
  readonly servers: ServerModel[];
  /** The lines with a `bind`. */
  readonly binds: number[];
  /** The first line of each directive, by the words of the table; the last of those that set one thing. */
  readonly has: Map<string, Seen>;
  /** Conditions about raw bytes, ignored in HTTP mode from 2.4 on. */
  readonly rawSamples: { line: number; word: Word }[];
  /** Log variables of HTTP mode, up to 3.0 refused in others. */
  readonly httpFormats: { line: number; word: Word; name: string }[];
  /** How many slots for captured headers are declared, and the rules that name one. */
  readonly captures: {
    request: number;
    response: number;
    readonly used: { line: number; word: Word; response: boolean }[];
  };
  /** Rules about content that look for a key or a text: whether it is there from the start, and they always track it. */
  readonly contents: { line: number; word: Word; early: boolean; tracks: boolean }[];
  /** A rule lets connections change to HTTP. */
  upgrades: boolean;
  readonly progress: Progress;
  /** Options that `no` took back. */
  readonly off: Set<string>;
}

/** A section that has just begun. */
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
export function seen(proxy: ProxyState | undefined, words: string): Seen | undefined {
  if (proxy === undefined || proxy.off.has(words)) {
    return undefined;
  }
  return proxy.has.get(words) ?? seen(proxy.parent, words);
}

/** A `mode` that is known when HAProxy starts: one of a variable. */
export const OPEN_MODE = 'mode ';

/** The mode of a proxy: its last one, else that of its `defaults`; empty where it is known when HAProxy starts. */
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

/** These set one thing: the last that stands in a section counts. */
export const LOG_FORMATS: ReadonlySet<string> = new Set([
  'option httplog',
  'option tcplog',
  'option httpslog',
  'log-format',
]);

/** What sets the log format of a proxy. */
export function logFormatOf(proxy: ProxyState | undefined): Seen | undefined {
  const own = [...(proxy?.has ?? [])].filter(([words]) => LOG_FORMATS.has(words)).map(([, found]) => found);
  return proxy === undefined || own.length > 0 ? own.sort((a, b) => a.line - b.line).at(-1) : logFormatOf(proxy.parent);
}

/** Whether a proxy takes connections. */
export const isFront = ({ kind }: ProxyState): boolean => kind === 'frontend' || kind === 'listen';

/** Whether a proxy has servers. */
export const isBack = ({ kind }: ProxyState): boolean => kind === 'backend' || kind === 'listen';

/** How a proxy is called in a message. */
export const called = (proxy: ProxyState): string => `${proxy.kind} '${proxy.name?.text ?? ''}'`;

/** The first directive of a section that begins so. */
export const ownBegins = (proxy: ProxyState, begin: string): Seen | undefined =>
  [...proxy.has].find(([words]) => words.startsWith(begin))?.[1];
