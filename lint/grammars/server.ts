import { take, takeEnd } from '../engine/arguments';
import { Context, type Grammar, type Grammars } from '../engine/context';
import { OptionSet, rangeOf } from '../engine/document';
import { type Keyword, keywordOf } from '../keywords';
import { itemsOn } from '../keywords/notation';
import type { Option, Options, Word } from '../model';
import { Cursor } from '../syntax/cursor';
import { readTime } from '../syntax/time';
import { type AddressRules, checkAddress } from './address';
import { checkSource } from './server-options';

/** Options without a known verdict. */
const uncertain = (options: readonly Option[]): Option[] => options.map((option) => ({ ...option, certain: false }));

/** The options of a line, and whether the branch accepts all of them. */
interface Read {
  readonly own: readonly Option[];
  readonly taken: boolean;
}

/** A context that drops its findings: it reads lines without a verdict for the model. */
function silent({ grammars, kind, model, proxy, report, version }: Context): Context {
  const context = Object.assign(new Context(version, grammars), { kind, proxy, model });
  Object.assign(context.report, { line: report.line, words: report.words });
  return context;
}

/**
 * Reads the options of a `server`, `default-server` or `bind` line, each with its values. It continues after the
 * first refused option or variable, without more findings, because the model needs the whole line.
 */
function readOptions(context: Context, cursor: Cursor, table: 'server' | 'bind', place?: string): Read {
  const { branch } = context;
  const own: Option[] = [];
  let taken = true;
  let reader = context;
  while (!cursor.done) {
    const word = cursor.take()!;
    if (word.unresolvedVariable || word.text === '') {
      reader.report.indeterminate();
      reader = reader === context ? silent(context) : reader;
      own.push({ word, values: [], certain: false });
      continue;
    }
    const name = word.text.replace(/^(set-proxy-v2-tlv-fmt\().*$/s, '$1');
    const keyword = keywordOf(table, [name], branch, place) ?? keywordOf(table, [name], branch);
    const notation = keyword?.args ?? '';
    const from = cursor.at;
    const certain = reader === context;
    const stands = mayStand(reader, word, keyword, place);
    // A refused option is read nevertheless, because its values are not options.
    const fine = take(stands ? reader : silent(context), cursor, notation);
    const [first] = itemsOn(notation, branch);
    if (cursor.at === from && (first?.kind === 'value' || first?.kind === 'choice')) {
      cursor.take();
    }
    if (certain && !(fine && stands)) {
      taken = false;
      reader = silent(context);
    }
    const values = cursor.words.slice(from, cursor.at);
    const time = first?.kind === 'value' && first.type === 'time' ? readTime(values[0]?.text ?? '') : undefined;
    own.push({ word, values, millis: time?.millis, certain });
  }
  return { own: taken ? own : uncertain(own), taken };
}

function mayStand(context: Context, word: Word, keyword: Keyword | undefined, place: string | undefined): boolean {
  const { report, words } = context;
  if (keyword === undefined) {
    const message = `'${word.text}' is not an option of a '${words[0]!.text}' line`;
    return report.error('unknown-directive', word, message, 'remove it');
  }
  if (place !== undefined && !keyword.places.includes(place)) {
    const message = `'${word.text}' is not allowed on a '${place}' line`;
    return report.error('wrong-section', word, message, "move it to the 'server' lines");
  }
  return context.checkAvailability(keyword, word);
}

/** The name of a server or a proxy: only some characters. */
export const isName = (text: string): boolean => /^[A-Za-z0-9_:.-]+$/.test(text);

const server =
  (template: boolean): Grammar =>
  (context, cursor) => {
    const { model, proxy, report, words } = context;
    const name = cursor.take();
    const count = template ? cursor.take() : undefined;
    const address = cursor.take();
    if (name === undefined || address === undefined) {
      const line = template ? "'server-template PREFIX 16 ADDRESS:PORT'" : "'server NAME ADDRESS:PORT'";
      const what = `a name${template ? ', a number' : ''} and an address`;
      return report.missing(words[0], what, words[0]!.text, `write ${line}`);
    }
    if (!name.unresolvedVariable && !isName(name.text)) {
      return report.badName(name, 'a server');
    }
    const [first, last] = (count === undefined || count.unresolvedVariable ? [1, 1] : rangeOf(count.text)) ?? [0, 0];
    if (first < 1 || last < first) {
      return report.invalid(count, 'a number of servers', "use a number of 1 or more, or a range such as '1-4'");
    }
    const { own, taken } = readOptions(context, cursor, 'server', 'server');
    const made = model?.noteServer(report.line, { name, count, address }, own);
    if (!taken || !checkAddress(context, address, addressRules(new OptionSet(own)))) {
      return false;
    }
    if (made !== undefined) {
      proxy?.servers.push(made);
    }
    return true;
  };

/** A name is assumed to resolve, unless the line has a setting for the other case. */
function addressRules(own: Options): AddressRules {
  return { port: 'allowed', resolves: own.value('init-addr')?.includes('libc') ? 'never' : 'at start' };
}

/** 1.6 and 1.7 take these on a `default-server` line, where they have no effect, or refuse them. */
const NOT_INHERITED_BEFORE_1_8: ReadonlySet<string> = new Set(['resolvers', 'check']);

/**
 * These go back to their defaults with each further `default-server` line before 3.0 (HAProxy issue 2559, commit
 * 0d7c1bc6a; seen on 1.8.0, 2.0.0, 2.2.9, 2.4.0 and 2.6.12).
 */
const LOST_BEFORE_3_0: ReadonlySet<string> = new Set(['resolve-prefer', 'resolve-opts']);

/** The first releases of older branches that keep them, by their changelogs. That of 2.9 is not known. */
const KEEPS_SINCE: ReadonlyMap<string, number> = new Map([
  ['2.4', 27],
  ['2.6', 18],
  ['2.8', 10],
  ['2.9', 0],
]);

/** A branch alone is its newest release. */
function keepsAll({ version: { branch, release } }: Context): boolean {
  const since = KEEPS_SINCE.get(branch);
  return since !== undefined && (release === undefined || Number(release.split('.')[2]) >= since);
}

/** Records the options of a `default-server` line for the servers below it. */
function noteDefaults(context: Context, own: readonly Option[]): void {
  const inherited = context.from('1.8') ? own : own.filter(({ word }) => !NOT_INHERITED_BEFORE_1_8.has(word.text));
  const lost = context.from('3.0') || keepsAll(context) ? undefined : LOST_BEFORE_3_0;
  context.model?.noteDefaults(context.report.line, inherited, lost);
}

/** Records a line for the model that no grammar has read: a refused line, or a line without a verdict. */
export function noteUnread(context: Context, words: readonly Word[]): void {
  const { kind, model } = context;
  const { line } = context.report;
  if (model === undefined || model.noted === line) {
    return;
  }
  const [first, second] = words;
  const keyword = kind === 'global' ? `${first!.text} ${second?.text}` : first!.text;
  const cursor = new Cursor(words, keyword === 'stats socket' ? 2 : 1);
  const read = (table: 'server' | 'bind', place?: string) =>
    uncertain(readOptions(silent(context), cursor, table, place).own);
  if (keyword === 'bind' || keyword === 'stats socket') {
    const address = cursor.take();
    if (address !== undefined) {
      model.noteBind(line, address, read('bind'));
    }
  } else if (keyword === 'default-server') {
    noteDefaults(context, read('server', 'default-server'));
  } else if ((keyword === 'server' || keyword === 'server-template') && kind !== 'frontend') {
    const name = cursor.take();
    const count = keyword === 'server' ? undefined : cursor.take();
    const address = cursor.take();
    if (name !== undefined && address !== undefined) {
      model.noteServer(line, { name, count, address }, read('server', 'server'));
    }
  }
}

const defaultServer: Grammar = (context, cursor) => {
  const { report, words } = context;
  if (words.length < 3 && !context.from('1.8')) {
    return report.missing(words[0], 'an option and its value before 1.8');
  }
  if (cursor.done) {
    return report.indeterminate();
  }
  const { own, taken } = readOptions(context, cursor, 'server', 'default-server');
  noteDefaults(context, own);
  return taken;
};

const bind: Grammar = (context, cursor) => {
  const { model, proxy, report, words } = context;
  const address = cursor.take();
  if (address === undefined) {
    return report.missing(words[0], 'an address');
  }
  proxy?.binds.push(report.line);
  if (!checkBindAddress(context, address)) {
    return false;
  }
  const { own, taken } = readOptions(context, cursor, 'bind');
  model?.noteBind(report.line, address, own);
  if (!taken) {
    return false;
  }
  const options = new OptionSet(own);
  const has = (...names: string[]) => names.some((name) => options.has(name));
  const ssl = options.get('ssl')?.word;
  if (
    ssl !== undefined &&
    !has('crt', 'crt-list', 'default-crt', 'generate-certificates') &&
    words[0]!.text === 'bind'
  ) {
    if (!context.from('3.2')) {
      return report.error('incomplete', ssl, "'ssl' needs a certificate on the same line", "add 'crt'");
    }
    report.indeterminate();
  }
  const verify = options.get('verify');
  if (ssl !== undefined && verify?.values[0]?.text.match(/optional|required/) && !has('ca-file', 'ca-verify-file')) {
    return report.error('incomplete', verify.word, "'verify' needs 'ca-file' on the same line", "add 'ca-file FILE'");
  }
  if (has('nbconn') && !address.text.startsWith('rhttp@')) {
    const message = "'nbconn' is allowed only with an address that begins with 'rhttp@'";
    return report.error('bad-value', options.get('nbconn')?.word, message, 'remove it');
  }
  return true;
};

function checkBindAddress(context: Context, address: Word): boolean {
  const { report } = context;
  if (address.unresolvedVariable || address.text.includes('$')) {
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
    if (!/[/@]/.test(part) && !/:[-\d]*[1-9][^:]*$/.test(part)) {
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
  'default-bind': (context, cursor) => readOptions(context, cursor, 'bind').taken,
  source: (context, cursor) => checkSource(context, cursor) && takeEnd(context, cursor),
};
