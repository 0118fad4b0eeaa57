import { type Fact, factOf } from './keywords';
import { itemsOn } from './keywords/signature';
import { type AddressRules, judgeAddress } from './language-address';
import { type Grammar, judgeItems } from './language-args';
import { begin, noMore } from './language-follow';
import { Cursor, Judge } from './language-judge';
import { OptionSet, rangeOf } from './language-model';
import { judgeSource, WORD_GRAMMARS } from './language-server-words';
import type { Option, Options, Word } from './model';
import { readTime } from './time';

/** Options that no claim can rest on. */
const uncertain = (options: readonly Option[]): Option[] => options.map((option) => ({ ...option, certain: false }));

/** The options of a line, and whether the branch takes them all. */
interface Walk {
  readonly own: readonly Option[];
  readonly taken: boolean;
}

/** A judge whose findings are not kept: reads for the model what nothing is claimed about. */
const silent = ({ version, kind, line, words, proxy, model }: Judge): Judge =>
  Object.assign(new Judge(version), { kind, line, words, proxy, model });

/**
 * Walks the options of a `server`, `default-server` or `bind` line, each with its values. It goes on behind the first
 * that is refused, or that a variable stands for, without claiming more: the model has all of the line.
 */
function walk(judge: Judge, cursor: Cursor, table: 'server' | 'bind', place?: string): Walk {
  const own: Option[] = [];
  let taken = true;
  let reader = judge;
  while (!cursor.done) {
    const word = cursor.take()!;
    if (word.open || word.text === '') {
      reader.unsure();
      reader = reader === judge ? silent(judge) : reader;
      own.push({ word, values: [], certain: false });
      continue;
    }
    const prefix = /^set-proxy-v2-tlv-fmt\(/.test(word.text) ? 'set-proxy-v2-tlv-fmt(' : word.text;
    const fact = factOf(table, [prefix], judge.branch, place) ?? factOf(table, [prefix], judge.branch);
    const from = cursor.at;
    const certain = reader === judge;
    const stands = mayStand(reader, word, fact, place);
    const items = itemsOn(fact?.args ?? '', judge.branch);
    const variable = items[0]?.kind === 'choice' && cursor.next?.open === true;
    // What is refused before it is read is read all the same: its values are no options.
    const fine = variable ? reader.unsure() : judgeItems(stands ? reader : silent(judge), cursor, items, WORD_GRAMMARS);
    if (cursor.at === from && (items[0]?.kind === 'value' || items[0]?.kind === 'choice')) {
      cursor.take();
    }
    if (reader === judge && !(fine && stands && !variable)) {
      taken = fine && stands;
      reader = silent(judge);
    }
    const values = cursor.words.slice(from, cursor.at);
    const time = items[0]?.kind === 'value' && items[0].type === 'time' ? readTime(values[0]?.text ?? '') : undefined;
    own.push({ word, values, millis: time?.millis, certain });
  }
  return { own: taken ? own : uncertain(own), taken };
}

function mayStand(judge: Judge, word: Word, fact: Fact | undefined, place: string | undefined): boolean {
  if (fact === undefined) {
    const message = `'${word.text}' is no word of a '${judge.words[0]!.text}' line`;
    return judge.error('unknown-directive', word, message, 'take it out');
  }
  if (place !== undefined && !fact.places.includes(place)) {
    const message = `'${word.text}' does not stand on a '${place}' line`;
    return judge.error('wrong-section', word, message, "move it to the 'server' lines");
  }
  return judge.alive(fact, word);
}

/** The name of a server or a proxy: only some characters. */
export const isName = (text: string): boolean => /^[A-Za-z0-9_:.-]+$/.test(text);

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
    if (count !== undefined && !count.open) {
      const [first, last] = rangeOf(count.text) ?? [0, 0];
      if (first < 1 || last < first) {
        return judge.error(
          'bad-value',
          count,
          `'${count.text}' is no number of servers`,
          "write a number of 1 or more, or a range such as '1-4'",
        );
      }
    }
    const { own, taken } = walk(judge, cursor, 'server', 'server');
    const made = judge.model?.noteServer(judge.line, { name, count, address }, own);
    if (!taken || !judgeAddress(judge, address, addressRules(new OptionSet(own)))) {
      return false;
    }
    if (made !== undefined) {
      judge.proxy?.servers.push(made);
    }
    return true;
  };

/** A name is taken to resolve, unless the line says what to do when it does not. */
function addressRules(own: Options): AddressRules {
  return { port: 'allowed', resolves: own.value('init-addr')?.includes('libc') ? 'never' : 'at start' };
}

/** 1.6 and 1.7 take these on a `default-server` line, where they have no effect, or refuse them. */
const NOT_INHERITED_BEFORE_1_8: ReadonlySet<string> = new Set(['resolvers', 'check']);

/** Notes what a `default-server` line gives to the servers below it. */
function noteDefaults(judge: Judge, own: readonly Option[]): void {
  const inherited = judge.from('1.8') ? own : own.filter(({ word }) => !NOT_INHERITED_BEFORE_1_8.has(word.text));
  judge.model?.noteDefaults(judge.line, inherited);
}

/** Notes a line for the model that no grammar has read: one that is refused before, or of which nothing is claimed. */
export function noteUnread(judge: Judge, words: readonly Word[]): void {
  const { model, line, kind } = judge;
  if (model === undefined || model.noted === line) {
    return;
  }
  const [first, second] = words;
  const reader = silent(judge);
  const keyword = kind === 'global' ? `${first!.text} ${second?.text}` : first!.text;
  if (keyword === 'bind' || keyword === 'stats socket') {
    const at = keyword === 'bind' ? 1 : 2;
    const address = words[at];
    if (address !== undefined) {
      model.noteBind(line, address, uncertain(walk(reader, new Cursor(words, at + 1), 'bind').own));
    }
  } else if (keyword === 'default-server') {
    noteDefaults(judge, uncertain(walk(reader, new Cursor(words, 1), 'server', 'default-server').own));
  } else if ((keyword === 'server' || keyword === 'server-template') && kind !== 'frontend') {
    const cursor = new Cursor(words, 1);
    const name = cursor.take();
    const count = keyword === 'server' ? undefined : cursor.take();
    const address = cursor.take();
    if (name !== undefined && address !== undefined) {
      model.noteServer(line, { name, count, address }, uncertain(walk(reader, cursor, 'server', 'server').own));
    }
  }
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
  const { own, taken } = walk(judge, cursor, 'server', 'default-server');
  noteDefaults(judge, own);
  return taken;
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
  const { own, taken } = walk(judge, cursor, 'bind');
  judge.model?.noteBind(judge.line, address, own);
  if (!taken) {
    return false;
  }
  const options = new OptionSet(own);
  const ssl = options.get('ssl')?.word;
  const certificate = ['crt', 'crt-list', 'default-crt', 'generate-certificates'].some((word) => options.has(word));
  if (ssl !== undefined && !certificate && judge.words[0]!.text === 'bind') {
    if (judge.from('3.2')) {
      judge.unsure();
    } else {
      return judge.error('incomplete', ssl, "'ssl' needs a certificate on the same line", "add 'crt'");
    }
  }
  if (
    options.value('verify')?.match(/optional|required/) &&
    ssl !== undefined &&
    !(options.has('ca-file') || options.has('ca-verify-file'))
  ) {
    return judge.error(
      'incomplete',
      options.get('verify')?.word,
      "'verify' needs 'ca-file' on the same line",
      'add it',
    );
  }
  if (options.has('nbconn') && !address.text.startsWith('rhttp@')) {
    return judge.error(
      'bad-value',
      options.get('nbconn')?.word,
      "'nbconn' stands only with an address that begins with 'rhttp@'",
      'take it out',
    );
  }
  return true;
};

const optionsOnly: Grammar = (judge, cursor) => walk(judge, cursor, 'bind').taken;

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
