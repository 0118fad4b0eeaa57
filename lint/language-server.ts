import { take, takeEnd } from './engine/arguments';
import type { Context, Grammar, Grammars } from './engine/context';
import { factOf } from './keywords';
import { type AddressRules, checkAddress } from './language-address';
import { checkSource } from './language-server-words';
import type { Cursor } from './syntax/cursor';
import type { Word } from './words';

/** What the words of a server line say, as far as other lines matter to it. */
export interface ServerWords {
  /** The words, the last of each. */
  readonly words: ReadonlyMap<string, Word>;
  readonly values: ReadonlyMap<string, string>;
}

/** A server of a proxy. */
export interface ServerState extends ServerWords {
  readonly name: Word;
  readonly address: Word;
  readonly line: number;
  readonly template: boolean;
  /** Its name, or the names that a template makes. */
  readonly names: readonly string[];
}

/** Reads the words of a `server`, `default-server` or `bind` line; nothing when one is refused. */
function readWords(
  context: Context,
  cursor: Cursor,
  table: 'server' | 'bind',
  place?: string,
): ServerWords | undefined {
  const { branch, report } = context;
  const words = new Map<string, Word>();
  const values = new Map<string, string>();
  while (!cursor.done) {
    const word = cursor.take()!;
    if (word.open || word.text === '') {
      report.indeterminate();
      break;
    }
    const name = word.text.replace(/^(set-proxy-v2-tlv-fmt\().*$/s, '$1');
    const keyword = factOf(table, [name], branch, place) ?? factOf(table, [name], branch);
    if (keyword === undefined) {
      const message = `'${word.text}' is not an option of a '${context.words[0]!.text}' line`;
      report.error('unknown-directive', word, message, 'remove it');
      return undefined;
    }
    if (place !== undefined && !keyword.places.includes(place)) {
      const message = `'${word.text}' is not allowed on a '${place}' line`;
      report.error('wrong-section', word, message, "move it to the 'server' lines");
      return undefined;
    }
    if (!context.checkAvailability(keyword, word)) {
      return undefined;
    }
    words.set(word.text, word);
    values.set(word.text, cursor.text);
    if (!take(context, cursor, keyword.args)) {
      return undefined;
    }
  }
  return { words, values };
}

/** The name of a server or a proxy: only some characters. */
export const isName = (text: string): boolean => /^[A-Za-z0-9_:.-]+$/.test(text);

/** Names beyond this are not compared, so that a template cannot take a linter's time. */
const MOST_SLOTS = 1000;

const server =
  (template: boolean): Grammar =>
  (context, cursor) => {
    const { proxy, report, words } = context;
    const name = cursor.take();
    const count = template ? cursor.take() : undefined;
    const address = cursor.take();
    if (name === undefined || address === undefined) {
      return report.missing(words[0], `a name${template ? ', a number' : ''} and an address`);
    }
    if (!name.open && !isName(name.text)) {
      return report.badName(name, 'a server');
    }
    const names = count === undefined || count.open ? [name.text] : namesOf(name.text, count.text);
    if (names.length === 0) {
      return report.invalid(count, 'a number of servers', "use a number of 1 or more, or a range such as '1-4'");
    }
    const read = readWords(context, cursor, 'server', 'server');
    if (read === undefined || !checkAddress(context, address, addressRules(read))) {
      return false;
    }
    proxy?.servers.push({ ...read, name, address, line: report.line, template, names });
    return true;
  };

/** The names that a template makes; none where it is not given a number or a range. */
function namesOf(prefix: string, range: string): string[] {
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
  const [low, high] = last === undefined ? [1, Number(first)] : [Number(first), Number(last)];
  const count = low >= 1 && high >= low ? Math.min(high - low + 1, MOST_SLOTS) : 0;
  return Array.from({ length: count }, (_, i) => `${prefix}${low + i}`);
}

/** A name is taken to resolve, unless the line says what to do when it does not. */
function addressRules({ values }: ServerWords): AddressRules {
  const init = values.get('init-addr');
  return { port: 'allowed', resolves: init?.includes('libc') ? 'never' : 'at start' };
}

const defaultServer: Grammar = (context, cursor) => {
  const { proxy, report, words } = context;
  if (words.length < 3 && !context.from('1.8')) {
    return report.missing(words[0], 'an option and its value before 1.8');
  }
  if (cursor.done) {
    return report.indeterminate();
  }
  const read = readWords(context, cursor, 'server', 'default-server');
  if (read !== undefined) {
    proxy?.defaultServers.push(read);
  }
  return read !== undefined;
};

const bind: Grammar = (context, cursor) => {
  const { proxy, report, words } = context;
  const address = cursor.take();
  if (address === undefined) {
    return report.missing(words[0], 'an address');
  }
  proxy?.binds.push(report.line);
  if (!checkBindAddress(context, address)) {
    return false;
  }
  const read = readWords(context, cursor, 'bind');
  if (read === undefined) {
    return false;
  }
  const ssl = read.words.get('ssl');
  const certificate = ['crt', 'crt-list', 'default-crt', 'generate-certificates'].some((word) => read.words.has(word));
  if (ssl !== undefined && !certificate && words[0]!.text === 'bind') {
    if (!context.from('3.2')) {
      return report.error('incomplete', ssl, "'ssl' needs a certificate on the same line", "add 'crt'");
    }
    report.indeterminate();
  }
  const verify = /optional|required/.test(read.values.get('verify') ?? '') ? read.words.get('verify') : undefined;
  if (verify !== undefined && ssl !== undefined && !read.words.has('ca-file') && !read.words.has('ca-verify-file')) {
    return report.error('incomplete', verify, "'verify' needs 'ca-file' on the same line", 'add it');
  }
  if (read.words.has('nbconn') && !address.text.startsWith('rhttp@')) {
    const message = "'nbconn' is allowed only with an address that begins with 'rhttp@'";
    return report.error('bad-value', read.words.get('nbconn'), message, 'remove it');
  }
  return true;
};

function checkBindAddress(context: Context, address: Word): boolean {
  const { report } = context;
  if (address.open || address.text.includes('$')) {
    return report.indeterminate();
  }
  for (const part of address.text.split(',')) {
    if (/^udp[46]?@/.test(part)) {
      const message = `'${part}' takes datagrams, and a 'bind' takes connections`;
      return report.error('bad-value', address, message, 'remove it');
    }
    if (!checkAddress(context, { ...address, text: part }, { port: 'range', resolves: 'at start' })) {
      return false;
    }
    if (!/[/@]/.test(part) && !/:[-\d]*[1-9][-\d]*$/.test(part)) {
      return report.error('bad-value', address, `'${part}' has no port to listen on`, "add ':' and the port");
    }
  }
  return true;
}

/** The grammars of server and bind lines. */
export const SERVER_GRAMMARS: Grammars = {
  server: server(false),
  'server-template': server(true),
  'default-server': defaultServer,
  bind,
  'default-bind': (context, cursor) => readWords(context, cursor, 'bind') !== undefined,
  source: (context, cursor) => checkSource(context, cursor) && takeEnd(context, cursor),
};
