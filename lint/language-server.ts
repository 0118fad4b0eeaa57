import { factOf } from './keywords';
import { itemsOn } from './keywords/signature';
import { type AddressRules, judgeAddress } from './language-address';
import { type Grammar, judgeItems } from './language-args';
import { begin, noMore } from './language-follow';
import type { Cursor, Judge } from './language-judge';
import { judgeSource, WORD_GRAMMARS } from './language-server-words';
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

/** Walks the words of a `server`, `default-server` or `bind` line; nothing when one is refused. */
function walk(judge: Judge, cursor: Cursor, table: 'server' | 'bind', place?: string): ServerWords | undefined {
  const words = new Map<string, Word>();
  const values = new Map<string, string>();
  while (!cursor.done) {
    const word = cursor.take()!;
    if (word.open || word.text === '') {
      judge.unsure();
      return { words, values };
    }
    const prefix = /^set-proxy-v2-tlv-fmt\(/.test(word.text) ? 'set-proxy-v2-tlv-fmt(' : word.text;
    const fact = factOf(table, [prefix], judge.branch, place) ?? factOf(table, [prefix], judge.branch);
    if (fact === undefined) {
      judge.error(
        'unknown-directive',
        word,
        `'${word.text}' is no word of a '${judge.words[0]!.text}' line`,
        'take it out',
      );
      return undefined;
    }
    if (place !== undefined && !fact.places.includes(place)) {
      judge.error(
        'wrong-section',
        word,
        `'${word.text}' does not stand on a '${place}' line`,
        "move it to the 'server' lines",
      );
      return undefined;
    }
    if (!judge.alive(fact, word)) {
      return undefined;
    }
    words.set(word.text, word);
    values.set(word.text, cursor.text);
    if (!judgeItems(judge, cursor, itemsOn(fact.args, judge.branch), WORD_GRAMMARS)) {
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
  (judge, cursor) => {
    const name = cursor.take();
    const count = template ? cursor.take() : undefined;
    const address = cursor.take();
    if (name === undefined || address === undefined) {
      return judge.error(
        'missing-value',
        judge.words[0],
        `'${judge.words[0]!.text}' needs a name${template ? ', a number' : ''} and an address`,
        'write them',
      );
    }
    if (!name.open && !isName(name.text)) {
      return judge.error(
        'bad-value',
        name,
        `'${name.text}' has a character that the name of a server cannot have`,
        'use letters, digits, . : _ and -',
      );
    }
    let names = [name.text];
    if (count !== undefined && !count.open) {
      const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(count.text) ?? [];
      if (first === undefined || Number(first) < 1 || Number(last) < Number(first)) {
        return judge.error(
          'bad-value',
          count,
          `'${count.text}' is no number of servers`,
          "write a number of 1 or more, or a range such as '1-4'",
        );
      }
      const [low, high] =
        last === first && !count.text.includes('-') ? [1, Number(first)] : [Number(first), Number(last)];
      names = Array.from({ length: Math.min(high - low + 1, MOST_SLOTS) }, (_, i) => `${name.text}${low + i}`);
    }
    const read = walk(judge, cursor, 'server', 'server');
    if (read === undefined || !judgeAddress(judge, address, addressRules(read))) {
      return false;
    }
    judge.proxy?.servers.push({ ...read, name, address, line: judge.line, template, names });
    return true;
  };

/** A name is taken to resolve, unless the line says what to do when it does not. */
function addressRules({ values }: ServerWords): AddressRules {
  const init = values.get('init-addr');
  return { port: 'allowed', resolves: init?.includes('libc') ? 'never' : 'at start' };
}

const defaultServer: Grammar = (judge, cursor) => {
  if (cursor.words.length < 3 && !judge.from('1.8')) {
    return judge.error(
      'missing-value',
      judge.words[0],
      "'default-server' needs an option and its value before 1.8",
      'write them',
    );
  }
  if (cursor.done) {
    return judge.unsure();
  }
  const read = walk(judge, cursor, 'server', 'default-server');
  if (read !== undefined) {
    judge.proxy?.defaultServers.push(read);
  }
  return read !== undefined;
};

const bind: Grammar = (judge, cursor) => {
  const address = cursor.take();
  if (address === undefined) {
    return judge.error('missing-value', judge.words[0], `'${judge.words[0]!.text}' needs an address`, 'write one');
  }
  judge.proxy?.binds.push(judge.line);
  if (address.open || address.text.includes('$')) {
    judge.unsure();
  } else {
    for (const part of address.text.split(',')) {
      if (/^udp[46]?@/.test(part)) {
        return judge.error(
          'bad-value',
          address,
          `'${part}' takes datagrams, and a 'bind' takes connections`,
          'take it out',
        );
      }
      if (!judgeAddress(judge, { ...address, text: part }, { port: 'range', resolves: 'at start' })) {
        return false;
      }
      if (!/[/@]/.test(part) && !/:[-\d]*[1-9][-\d]*$/.test(part)) {
        return judge.error('bad-value', address, `'${part}' has no port to listen on`, "add ':' and the port");
      }
    }
  }
  const read = walk(judge, cursor, 'bind');
  if (read === undefined) {
    return false;
  }
  const ssl = read.words.get('ssl');
  const certificate = ['crt', 'crt-list', 'default-crt', 'generate-certificates'].some((word) => read.words.has(word));
  if (ssl !== undefined && !certificate && judge.words[0]!.text === 'bind') {
    if (judge.from('3.2')) {
      judge.unsure();
    } else {
      return judge.error('incomplete', ssl, "'ssl' needs a certificate on the same line", "add 'crt'");
    }
  }
  if (
    read.values.get('verify')?.match(/optional|required/) &&
    ssl !== undefined &&
    !(read.words.has('ca-file') || read.words.has('ca-verify-file'))
  ) {
    return judge.error('incomplete', read.words.get('verify'), "'verify' needs 'ca-file' on the same line", 'add it');
  }
  if (read.words.has('nbconn') && !address.text.startsWith('rhttp@')) {
    return judge.error(
      'bad-value',
      read.words.get('nbconn'),
      "'nbconn' stands only with an address that begins with 'rhttp@'",
      'take it out',
    );
  }
  return true;
};

const optionsOnly: Grammar = (judge, cursor) => walk(judge, cursor, 'bind') !== undefined;

/** `accepted_payload_size`: bounds that changed. Source: `resolv_parse_…`, RFC 6891. */
const payload: Grammar = (judge, cursor) => {
  const high = judge.from('2.4') ? 65_535 : 8192;
  return begin(judge, cursor, `num(12..${high})`) && noMore(judge, cursor);
};

/** The grammars of server and bind lines, for the tables. */
export const SERVER_GRAMMARS: Readonly<Record<string, Grammar>> = {
  server: server(false),
  'server-template': server(true),
  'default-server': defaultServer,
  bind,
  'default-bind': optionsOnly,
  payload,
  source: (judge, cursor) => judgeSource(judge, cursor) && noMore(judge, cursor),
};
