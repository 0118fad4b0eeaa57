import type { Context } from '../engine/context';
import { quoted } from '../engine/diagnostics';
import { called, isBack, isFront, modeOf, ownBegins, seen } from '../engine/proxy';
import type { DirectiveLine, Globals, ProxyState, Warn } from '../engine/state';
import { type Trait, withTrait } from '../keywords';
import { readTime } from '../syntax/time';
import { checkFront } from './frontend';
import { checkServers } from './server';

/** Checks the lines of a proxy together. Source: `check_config_validity`. */
export function checkProxy(context: Context, proxy: ProxyState, globals: Globals): void {
  const { report } = context;
  const mode = modeOf(proxy);
  const warn: Warn = (message, help, at) =>
    report.warn('incomplete', at?.words[0] ?? proxy.name, message, help, at?.line ?? proxy.line);
  checkTimeouts(proxy, mode, warn);
  if (isFront(proxy)) {
    checkFront(context, proxy, mode, globals, warn);
  }
  if (mode === 'tcp') {
    checkHttpOnly(context, proxy, warn);
  }
  for (const { line, word } of mode === 'http' && context.from('2.4') ? proxy.rawSamples : []) {
    const message = `a condition about raw bytes is ignored: ${called(proxy)} is in HTTP mode`;
    report.warn('bad-value', word, message, 'use a sample of HTTP', line);
  }
  checkMail(context, proxy, warn);
  checkCaptures(context, proxy);
  checkExternalCheck(context, proxy, globals, warn);
  if (!isBack(proxy)) {
    return;
  }
  checkHealthChecks(context, proxy, warn);
  checkServers(context, proxy, globals, mode);
  const state = seen(proxy, 'load-server-state-from-file');
  if (state?.words[1]?.text === 'global' && !globals.has('server-state-file')) {
    const message = "'load-server-state-from-file global' without a 'server-state-file' in the global section";
    warn(message, "add 'server-state-file PATH' to the global section", state);
  }
}

function checkTimeouts(proxy: ProxyState, mode: string, warn: Warn): void {
  const has = (trait: Trait) =>
    withTrait(trait).some(({ words }) => {
      const found = seen(proxy, words);
      return found !== undefined && readTime(found.words.at(-1)!.text)?.millis !== 0;
    });
  const serves = isBack(proxy) && proxy.servers.length > 0;
  const missing = [
    ...(isFront(proxy) && !has('client-timeout') ? ['timeout client'] : []),
    ...(serves && !has('connect-timeout') ? ['timeout connect'] : []),
    ...(serves && !has('server-timeout') && (mode !== 'tcp' || !has('tunnel-timeout')) ? ['timeout server'] : []),
  ];
  if (missing.length > 0 && ['tcp', 'http', 'haterm'].includes(mode)) {
    warn(
      `${called(proxy)} lacks ${quoted(missing)}`,
      `add ${quoted(missing)} to the section, or to a defaults section above`,
    );
  }
}

function checkHttpOnly(context: Context, proxy: ProxyState, warn: Warn): void {
  const ignored = (what: string, at: DirectiveLine | undefined) => {
    if (at !== undefined) {
      warn(`'${what}' is ignored: ${called(proxy)} is not in HTTP mode`, "add 'mode http'", at);
    }
  };
  for (const { words, standing, traits } of withTrait('http')) {
    const works = (kind: string) => standing.get(kind) === 'works';
    const fits = (works('frontend') && isFront(proxy)) || (works('backend') && isBack(proxy));
    // Connections that change to HTTP on their way take these.
    const upgrades = proxy.upgrades && !words.startsWith('option');
    if (fits && context.from(traits.get('http')!) && !upgrades) {
      ignored(words, seen(proxy, words));
    }
  }
  const pages = withTrait('page').flatMap(({ words }) => seen(proxy, words) ?? []);
  ignored('stats', pages.sort((a, b) => a.line - b.line)[0]);
  if (isBack(proxy)) {
    const balance = seen(proxy, 'balance');
    ignored('balance hdr', balance?.words[1]?.text.startsWith('hdr(') ? balance : undefined);
    ignored('cookie', seen(proxy, 'cookie'));
  }
  for (const { line, word, name } of proxy.httpFormats) {
    const message = `'%${name}' needs HTTP mode, and ${called(proxy)} is not in it`;
    context.report.add(context.severity('1.7'), 'bad-value', word, message, "add 'mode http'", line);
  }
}

const MAIL = ['email-alert mailers', 'email-alert from', 'email-alert to'];

function checkMail(context: Context, proxy: ProxyState, warn: Warn): void {
  const all = [...MAIL, 'email-alert level', 'email-alert myhostname'].map((words) => seen(proxy, words));
  const some = all.find((found) => found !== undefined);
  // 1.6 does not use the settings of defaults for this.
  const inherited = ![...proxy.has.keys()].some((words) => words.startsWith('email-alert'));
  if (some === undefined || (inherited && !context.from('1.7'))) {
    return;
  }
  if (all.slice(0, 3).some((found) => found === undefined)) {
    warn(`'email-alert' is ignored: ${called(proxy)} lacks 'mailers', 'from' or 'to'`, 'add what is missing', some);
    return;
  }
  if (context.branch === '3.1' || context.branch === '3.2') {
    warn('HAProxy 3.1 and 3.2 warn about mail that is not sent through Lua', 'send it with a Lua script', some);
  }
  const { line, words } = all[0]!;
  context.symbols.references.push({ kind: 'mailers', name: words[2]!.text, word: words[2]!, line, proxy });
}

/** Rules that name an undeclared slot for a header. HAProxy 2.2 and later do not check this in a backend. */
function checkCaptures(context: Context, proxy: ProxyState): void {
  if (!context.from('1.7') || (proxy.kind === 'backend' && context.from('2.2'))) {
    return;
  }
  for (const { word, line, response } of proxy.captures.used) {
    const side = response ? 'response' : 'request';
    if (Number(word.text) >= slots(proxy, side)) {
      const message = `${called(proxy)} has no ${side} capture with the id ${word.text}`;
      const help = "add 'declare capture', or use a smaller id";
      context.report.error('unknown-reference', word, message, help, line);
    }
  }
}

/** The slots of a proxy, with those of its defaults. */
const slots = (proxy: ProxyState | undefined, side: 'request' | 'response'): number =>
  proxy === undefined ? 0 : proxy.captures[side] + slots(proxy.parent, side);

/** The kind of health check: that of the section, else that of its defaults. */
function kindOfCheck(proxy: ProxyState): string | undefined {
  const kinds = withTrait('check').map(({ words }) => words);
  return kinds.find((words) => proxy.has.has(words)) ?? kinds.find((words) => seen(proxy, words) !== undefined);
}

function checkHealthChecks(context: Context, proxy: ProxyState, warn: Warn): void {
  const kind = kindOfCheck(proxy);
  const legacyRule = seen(proxy, 'http-check disable-on-404') ?? seen(proxy, 'http-check send-state');
  const http = context.from('2.2') ? ownBegins(proxy, 'http-check ') : legacyRule;
  const legacy = /^(disable-on-404|send-state)$/.test(http?.words[1]?.text ?? '');
  if (http !== undefined && kind !== 'option httpchk' && legacy !== context.from('2.2')) {
    warn("'http-check' without 'option httpchk' is ignored", "add 'option httpchk'", http);
  }
  const tcp = ownBegins(proxy, 'tcp-check ');
  if (tcp !== undefined && kind !== 'option tcp-check') {
    warn("'tcp-check' without 'option tcp-check' is ignored", "add 'option tcp-check'", tcp);
  }
}

function checkExternalCheck({ report }: Context, proxy: ProxyState, globals: Globals, warn: Warn): void {
  const command = seen(proxy, 'external-check command');
  const [, , path] = command?.words ?? [];
  if (path !== undefined && !path.text.startsWith('/') && seen(proxy, 'external-check path') === undefined) {
    const message = `'${path.text}' is not a whole path, and there is no 'external-check path'`;
    report.error('bad-value', path, message, 'use the whole path', command!.line);
  }
  if (kindOfCheck(proxy) === 'option external-check') {
    const { line, words } = seen(proxy, 'option external-check')!;
    if (globals.has('external-check') && command !== undefined) {
      report.indeterminate(line, words);
      return;
    }
    const needs = command === undefined ? "'external-check command'" : "'external-check' in the global section";
    report.error('incomplete', words[0], `'option external-check' needs ${needs}`, `add ${needs}`, line);
    return;
  }
  for (const words of ['external-check command', 'external-check path']) {
    const found = seen(proxy, words);
    if (found !== undefined) {
      warn(`'${words}' without 'option external-check' is ignored`, "add 'option external-check'", found);
    }
  }
}
