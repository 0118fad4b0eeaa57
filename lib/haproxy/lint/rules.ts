import { SINCE } from '../branches';
import { compareBranches, type HaproxyVersion } from '../version';
import type { Directive, Section, Word } from './parse';
import { isLocalSocket, serversOf } from './servers';

/** How bad a finding is. Only an error fails a lint. */
export type FindingSeverity = 'error' | 'warning';

/** What a rule found. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: FindingSeverity;
  /** Line and column from 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly mend: string;
}

/** What every rule has. */
export interface Rule {
  readonly severity: FindingSeverity;
  /** Why it matters, in one or two sentences. */
  readonly why: string;
  readonly find: (config: readonly Section[], version: HaproxyVersion) => Hit[];
}

interface Hit {
  readonly at: { readonly line: number; readonly word: Word };
  readonly message: string;
  readonly mend: string;
}

const PROXY_SECTIONS = new Set(['backend', 'listen', 'defaults']);

/** The rules by id. */
export const RULES = {
  'unresolved-name': {
    severity: 'error',
    why: 'A load balancer changes its addresses at any time. A server that never looks its name up again goes on sending to addresses that are gone, or that belong to somebody else.',
    find: unresolvedNames,
  },
  'too-new': {
    severity: 'error',
    why: 'HAProxy refuses to start when it does not know a word, or, worse, takes it for another one.',
    find: tooNew,
  },
  'state-file': {
    severity: 'error',
    why: 'A state file brings the addresses of the previous process back at a reload, also those that the name no longer has.',
    find: stateFile,
  },
  'socket-tls': {
    severity: 'error',
    why: 'HAProxy accepts TLS words on a stats socket line and ignores them: the socket speaks clear text.',
    find: socketTls,
  },
  'exposed-socket': {
    severity: 'error',
    why: 'Whoever reaches a runtime API at level operator or admin can steer the proxy. Before 3.3 level user can change maps and read TLS ticket keys too.',
    find: exposedSocket,
  },
} as const satisfies Record<string, Rule>;

/** The id of a rule: stable, for suppressions and links. */
export type RuleId = keyof typeof RULES | 'end-of-life' | 'faulty-release';

function* directives(config: readonly Section[], kinds: ReadonlySet<string>, keyword: string) {
  for (const section of config) {
    for (const directive of kinds.has(section.kind) ? section.directives : []) {
      if (directive.words[0]?.text === keyword) {
        yield { section, directive, texts: directive.words.map((word) => word.text) };
      }
    }
  }
}

function unresolvedNames(config: readonly Section[], version: HaproxyVersion): Hit[] {
  const { capabilities, branch } = version;
  return serversOf(config, version)
    .filter(({ named }) => named)
    .flatMap(({ directive, address, host, effective }) => {
      const at = { line: directive.line, word: address };
      if (!effective.includes('resolvers')) {
        const message = `'${host}' is looked up at the start and never again: the line has no 'resolvers'`;
        const check = capabilities.autonomousResolution ? '' : " and 'check'";
        return [{ at, message, mend: `add a resolvers section and 'resolvers NAME'${check} to this line` }];
      }
      if (capabilities.autonomousResolution || effective.includes('check')) {
        return [];
      }
      return [
        {
          at,
          message: `'${host}' is never looked up again: HAProxy ${branch} resolves a name only when a health check runs, and the line has no 'check'`,
          mend: "add 'check addr 127.0.0.1 port LIVENESS_PORT inter 5s fall 17280', with a port on which this HAProxy itself answers",
        },
      ];
    });
}

/** Where a word of `SINCE` stands: section kinds, the words that a line begins with, a word anywhere on a line. */
const DATED: readonly { since: string; kinds: string[]; start?: string; anywhere?: string }[] = [
  { since: SINCE.serverTemplate, kinds: ['backend', 'listen'], start: 'server-template' },
  { since: SINCE.initAddr, kinds: ['backend', 'listen', 'defaults'], anywhere: 'init-addr' },
  { since: SINCE.checkSni, kinds: ['backend', 'listen', 'defaults'], anywhere: 'check-sni' },
  { since: SINCE.timeoutResolve, kinds: ['resolvers'], start: 'timeout resolve' },
  { since: SINCE.acceptedPayloadSize, kinds: ['resolvers'], start: 'accepted_payload_size' },
  { since: SINCE.holdObsolete, kinds: ['resolvers'], start: 'hold obsolete' },
  ...['nx', 'timeout', 'refused', 'other'].map((event) => ({
    since: SINCE.holdErrors,
    kinds: ['resolvers'],
    start: `hold ${event}`,
  })),
  { since: SINCE.hardStopAfter, kinds: ['global'], start: 'hard-stop-after' },
  { since: SINCE.logStdout, kinds: ['global', 'defaults', 'frontend', 'backend', 'listen'], start: 'log stdout' },
];

function tooNew(config: readonly Section[], version: HaproxyVersion): Hit[] {
  const unknown = DATED.filter(({ since }) => compareBranches(version.branch, since) < 0);
  const hits: Hit[] = [];
  for (const { kind, directives } of config) {
    for (const { line, words } of directives) {
      for (const { since, start, anywhere } of unknown.filter(({ kinds }) => kinds.includes(kind))) {
        const begin = words
          .slice(0, start?.split(' ').length)
          .map((word) => word.text)
          .join(' ');
        const word = start === undefined ? wordOfServer(words, anywhere!) : begin === start ? words[0] : undefined;
        if (word !== undefined) {
          const message = `'${start ?? anywhere}' exists from HAProxy ${since} on, and this is for ${version.branch}`;
          hits.push({ at: { line, word }, message, mend: `take it out, or run HAProxy ${since} or later` });
        }
      }
    }
  }
  return hits;
}

/** Words after the address of a `server` line. */
function wordOfServer(words: Directive['words'], text: string): Word | undefined {
  return /^(server|default-server)/.test(words[0]?.text ?? '')
    ? words.slice(1).find((word) => word.text === text)
    : undefined;
}

function stateFile(config: readonly Section[]): Hit[] {
  const followsDns = config.some(({ kind }) => kind === 'resolvers');
  const loads = [...directives(config, PROXY_SECTIONS, 'load-server-state-from-file')];
  return loads
    .filter(({ texts }) => followsDns && texts[1] !== 'none')
    .map(({ directive: { line, words } }) => ({
      at: { line, word: words[0]! },
      message: 'a state file together with resolvers: a reload brings old addresses back',
      mend: "take 'load-server-state-from-file' out, and use 'init-addr none' on the server lines",
    }));
}

const TLS_WORDS = new Set(['ssl', 'crt', 'ca-file', 'verify']);

function* statsSockets(config: readonly Section[]) {
  for (const found of directives(config, new Set(['global']), 'stats')) {
    if (found.texts[1] === 'socket' && found.texts[2] !== undefined) {
      yield found;
    }
  }
}

function socketTls(config: readonly Section[]): Hit[] {
  return [...statsSockets(config)].flatMap(({ directive: { line, words } }) => {
    const word = words.slice(3).find(({ text }) => TLS_WORDS.has(text));
    const message = `'${word?.text}' on a stats socket line is ignored: the socket speaks clear text`;
    const mend = "keep the socket local, and put a 'listen' section in TCP mode with TLS in front of it";
    return word === undefined ? [] : [{ at: { line, word }, message, mend }];
  });
}

function exposedSocket(config: readonly Section[], version: HaproxyVersion): Hit[] {
  return [...statsSockets(config)].flatMap(({ directive: { line, words }, texts }) => {
    const level = texts.includes('level') ? texts[texts.indexOf('level') + 1] : 'operator';
    const readOnly = level === 'user' && version.isAtLeast('3.3');
    const local = isLocalSocket(texts[2]!) || /^(ipv4@)?127\.|^(ipv6@)?\[?::1\]?:/.test(texts[2]!);
    const message = `the runtime API at level ${level} is open to the network on '${texts[2]}'`;
    const mend = "keep the socket local (unix@ or abns@), and put a 'listen' section with an allow-list in front of it";
    return local || readOnly ? [] : [{ at: { line, word: words[2]! }, message, mend }];
  });
}
