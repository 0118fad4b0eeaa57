import { judgeFront, type Warn } from './language-finish-front';
import { judgeServers } from './language-finish-server';
import type { Judge } from './language-judge';
import { called, isBack, isFront, modeOf, ownBegins, type ProxyState, type Seen, seen } from './language-proxy';
import { readTime } from './time';

/** Judges what the lines of a proxy come to together. Source: `check_config_validity`. */
export function judgeProxy(judge: Judge, proxy: ProxyState, globals: ReadonlyMap<string, Seen>): void {
  const mode = modeOf(proxy);
  const warn = (message: string, help: string, at?: Seen) =>
    judge.warn('incomplete', at?.words[0] ?? proxy.name, message, help, at?.line ?? proxy.line);
  judgeTimeouts(proxy, mode, warn);
  if (isFront(proxy)) {
    judgeFront(judge, proxy, mode, globals, warn);
  }
  if (mode === 'tcp') {
    judgeHttpOnly(judge, proxy, warn);
  }
  if (mode === 'http' && judge.from('2.4')) {
    for (const { line, word } of proxy.rawSamples) {
      judge.warn(
        'bad-value',
        word,
        `a condition about raw bytes is ignored: ${called(proxy)} is in HTTP mode`,
        'take a sample of HTTP',
        line,
      );
    }
  }
  judgeMail(judge, proxy, warn);
  judgeCaptures(judge, proxy);
  judgeExternalCheck(judge, proxy, globals, warn);
  if (isBack(proxy)) {
    judgeChecks(judge, proxy, warn);
    judgeServers(judge, proxy, globals, mode);
    const state = seen(proxy, 'load-server-state-from-file');
    if (state?.words[1]?.text === 'global' && !globals.has('server-state-file')) {
      warn(
        "'load-server-state-from-file global' without a 'server-state-file' in the global section",
        'add it there',
        state,
      );
    }
  }
}

/** The words that set a timeout, today's and those of old. */
const TIMEOUTS: Readonly<Record<string, readonly string[]>> = {
  client: ['timeout client', 'clitimeout', 'timeout clitimeout'],
  connect: ['timeout connect', 'contimeout', 'timeout contimeout'],
  server: ['timeout server', 'srvtimeout', 'timeout srvtimeout'],
  tunnel: ['timeout tunnel'],
};

function judgeTimeouts(proxy: ProxyState, mode: string, warn: Warn): void {
  const has = (name: string) =>
    TIMEOUTS[name]!.some((words) => {
      const found = seen(proxy, words);
      return found !== undefined && readTime(found.words.at(-1)!.text)?.millis !== 0;
    });
  const missing = [
    ...(isFront(proxy) && !has('client') ? ['client'] : []),
    ...(isBack(proxy) && proxy.servers.length > 0 && !has('connect') ? ['connect'] : []),
    ...(isBack(proxy) && proxy.servers.length > 0 && !has('server') && (mode !== 'tcp' || !has('tunnel'))
      ? ['server']
      : []),
  ];
  if (missing.length > 0 && ['tcp', 'http', 'haterm'].includes(mode)) {
    const lines = missing.map((name) => `'timeout ${name}'`).join(', ');
    warn(`${called(proxy)} lacks ${lines}`, 'add to the section, or to a defaults section above');
  }
}

/** What works in HTTP mode only, and which side of a proxy has it. */
const HTTP_ONLY: readonly (readonly [words: string, side: 'front' | 'back' | 'both', since: string])[] = [
  ['http-request', 'both', '1.8'],
  ['http-response', 'both', '1.8'],
  ['http-after-response', 'both', '2.4'],
  ['redirect', 'both', '1.8'],
  ['capture cookie', 'front', '1.8'],
  ['monitor-uri', 'front', '1.6'],
  ['balance uri', 'back', '1.6'],
  ['balance url_param', 'back', '1.6'],
  ['option checkcache', 'back', '1.6'],
  ['option http-buffer-request', 'both', '1.6'],
  ['option http-drop-request-trailers', 'back', '3.2'],
  ['option http-drop-response-trailers', 'front', '3.2'],
  ['option http-ignore-probes', 'front', '1.6'],
  ['option http_proxy', 'both', '1.6'],
  ['option idle-close-on-response', 'front', '2.6'],
  ['option prefer-last-server', 'back', '1.6'],
  ['option accept-invalid-http-request', 'front', '1.6'],
  ['option accept-invalid-http-response', 'back', '1.6'],
  ['option accept-unsafe-violations-in-http-request', 'front', '3.1'],
  ['option accept-unsafe-violations-in-http-response', 'back', '3.1'],
  ['option disable-h2-upgrade', 'front', '2.2'],
  ['option http-no-delay', 'both', '1.6'],
  ['option http-pretend-keepalive', 'back', '1.6'],
  ['option http-use-proxy-header', 'front', '1.6'],
  ['option forwardfor', 'both', '1.6'],
  ['option originalto', 'both', '1.6'],
  ['option forwarded', 'back', '2.8'],
];

/** Words of `stats` that turn the page on. */
const STATS = [
  'stats enable',
  'stats uri',
  'stats auth',
  'stats realm',
  'stats refresh',
  'stats scope',
  'stats hide-version',
  'stats show-node',
  'stats show-desc',
  'stats show-legends',
  'stats admin',
  'stats http-request',
];

function judgeHttpOnly(judge: Judge, proxy: ProxyState, warn: Warn): void {
  for (const [words, side, since] of HTTP_ONLY) {
    const found = seen(proxy, words);
    const fits = side === 'both' || (side === 'front' ? isFront(proxy) : isBack(proxy));
    // Connections that change to HTTP on their way take these.
    const upgrades = proxy.upgrades && !words.startsWith('option');
    if (found !== undefined && fits && judge.from(since) && !upgrades) {
      warn(`'${words}' is ignored: ${called(proxy)} is not in HTTP mode`, "add 'mode http'", found);
    }
  }
  const stats = STATS.map((words) => seen(proxy, words)).find((found) => found !== undefined);
  if (stats !== undefined) {
    warn(`'stats' is ignored: ${called(proxy)} is not in HTTP mode`, "add 'mode http'", stats);
  }
  const balance = isBack(proxy) ? seen(proxy, 'balance') : undefined;
  if (balance?.words[1]?.text.startsWith('hdr(')) {
    warn(`'balance hdr' is ignored: ${called(proxy)} is not in HTTP mode`, "add 'mode http'", balance);
  }
  for (const { line, word, name } of proxy.httpFormats) {
    const message = `'%${name}' needs HTTP mode, and ${called(proxy)} is not in it`;
    if (judge.from('1.7')) {
      judge.error('bad-value', word, message, "add 'mode http'", line);
    } else {
      judge.warn('bad-value', word, message, "add 'mode http'", line);
    }
  }
  const cookie = isBack(proxy) ? seen(proxy, 'cookie') : undefined;
  if (cookie !== undefined) {
    warn(`'cookie' is ignored: ${called(proxy)} is not in HTTP mode`, "add 'mode http'", cookie);
  }
}

const MAIL = ['email-alert mailers', 'email-alert from', 'email-alert to'];

function judgeMail(judge: Judge, proxy: ProxyState, warn: Warn): void {
  const all = [...MAIL, 'email-alert level', 'email-alert myhostname'].map((words) => seen(proxy, words));
  const some = all.find((found) => found !== undefined);
  // 1.6 does not pass on what defaults have of it.
  const inherited = ![...proxy.has.keys()].some((words) => words.startsWith('email-alert'));
  if (some === undefined || (inherited && !judge.from('1.7'))) {
    return;
  }
  if (all.slice(0, 3).some((found) => found === undefined)) {
    warn(`'email-alert' is ignored: ${called(proxy)} lacks 'mailers', 'from' or 'to'`, 'add what is missing', some);
  } else {
    if (judge.branch === '3.1' || judge.branch === '3.2') {
      warn('HAProxy 3.1 and 3.2 warn about mail that is not sent through Lua', 'send it with a Lua script', some);
    }
    judge.references.push({
      kind: 'mailers',
      name: all[0]!.words[2]!.text,
      word: all[0]!.words[2]!,
      line: all[0]!.line,
      proxy,
    });
  }
}

/** Rules that name a slot for a header which nothing declares. A backend cannot warn: from 2.2 on it is not looked at. */
function judgeCaptures(judge: Judge, proxy: ProxyState): void {
  if (!judge.from('1.7') || (proxy.kind === 'backend' && judge.from('2.2'))) {
    return;
  }
  for (const { word, line, response } of proxy.captures.used) {
    const declared = slots(proxy, response ? 'response' : 'request');
    if (Number(word.text) >= declared) {
      const message = `no capture of a ${response ? 'response' : 'request'} in ${called(proxy)} has the id ${word.text}`;
      judge.error('unknown-reference', word, message, "add 'declare capture', or write a smaller id", line);
    }
  }
}

/** The slots of a proxy, with those of its defaults. */
const slots = (proxy: ProxyState | undefined, side: 'request' | 'response'): number =>
  proxy === undefined ? 0 : proxy.captures[side] + slots(proxy.parent, side);

const CHECKS = [
  'httpchk',
  'tcp-check',
  'ssl-hello-chk',
  'smtpchk',
  'pgsql-check',
  'mysql-check',
  'ldap-check',
  'redis-check',
  'spop-check',
  'external-check',
];

/** The kind of health check: that of the section, else that of its defaults. */
const kindOfCheck = (proxy: ProxyState): string | undefined =>
  CHECKS.find((name) => proxy.has.has(`option ${name}`)) ??
  CHECKS.find((name) => seen(proxy, `option ${name}`) !== undefined);

function judgeChecks(judge: Judge, proxy: ProxyState, warn: Warn): void {
  const kind = kindOfCheck(proxy);
  const legacyRule = seen(proxy, 'http-check disable-on-404') ?? seen(proxy, 'http-check send-state');
  const http = judge.from('2.2') ? ownBegins(proxy, 'http-check ') : legacyRule;
  const tcp = ownBegins(proxy, 'tcp-check ');
  if (http !== undefined && kind !== 'httpchk') {
    const legacy = /^(disable-on-404|send-state)$/.test(http.words[1]!.text);
    if (legacy !== judge.from('2.2')) {
      warn(`'http-check' without 'option httpchk' is ignored`, "add 'option httpchk'", http);
    }
  }
  if (tcp !== undefined && kind !== 'tcp-check') {
    warn(`'tcp-check' without 'option tcp-check' is ignored`, "add 'option tcp-check'", tcp);
  }
}

function judgeExternalCheck(judge: Judge, proxy: ProxyState, globals: ReadonlyMap<string, Seen>, warn: Warn): void {
  const command = seen(proxy, 'external-check command');
  if (
    command !== undefined &&
    !command.words[2]!.text.startsWith('/') &&
    seen(proxy, 'external-check path') === undefined
  ) {
    const message = `'${command.words[2]!.text}' is no whole path, and there is no 'external-check path'`;
    judge.error('bad-value', command.words[2], message, 'write the whole path', command.line);
  }
  if (kindOfCheck(proxy) === 'external-check') {
    const at = seen(proxy, 'option external-check')!;
    if (!globals.has('external-check') || command === undefined) {
      const message = `'option external-check' needs ${command === undefined ? "'external-check command'" : "'external-check' in the global section"}`;
      judge.error('incomplete', at.words[0], message, 'add it', at.line);
    } else {
      judge.unsure(at.line, at.words);
    }
    return;
  }
  for (const words of ['external-check command', 'external-check path']) {
    const found = seen(proxy, words);
    if (found !== undefined) {
      warn(`'${words}' without 'option external-check' is ignored`, "add 'option external-check'", found);
    }
  }
}
