import { isAddress } from '../lib/haproxy/address';
import type { Context } from './engine/context';
import type { Globals } from './engine/state';
import { called, ownBegins, type ProxyState, seen } from './language-proxy';
import type { ServerState, ServerWords } from './language-server';
import type { Word } from './words';

/** Checks the servers of a proxy: their names, and what their words come to together with `default-server`. */
export function checkServers(context: Context, proxy: ProxyState, globals: Globals, mode: string): void {
  const names = new Map<string, ServerState>();
  const ids = new Map<string, ServerState>();
  for (const server of proxy.servers) {
    const twice = server.names.find((name) => names.has(name));
    const other = twice === undefined ? undefined : names.get(twice)!;
    if (other !== undefined && (!context.from('3.3') || !(server.template || other.template))) {
      const message = `${called(proxy)} has a server '${twice}' in ${context.report.lineName(other.line)} too`;
      if (context.from('2.0')) {
        context.report.error('duplicate-name', server.name, message, 'give it another name', server.line);
      } else {
        context.report.warn('duplicate-name', server.name, message, 'give it another name', server.line);
      }
    }
    const id = server.values.get('id');
    const same = id === undefined ? undefined : ids.get(id);
    if (same !== undefined) {
      const message = `server '${same.name.text}' of ${context.report.lineName(same.line)} has the id ${id} too`;
      context.report.error('duplicate-name', server.words.get('id'), message, 'give it another', server.line);
    } else if (id !== undefined) {
      ids.set(id, server);
    }
    for (const name of server.names) {
      names.set(name, server);
    }
    checkServer(context, proxy, server, globals, mode);
  }
  checkFcgi(context, proxy);
}

/** An application of FastCGI and servers that speak it go together. Source: `cfg_fcgi_apps_postparser`. */
function checkFcgi(context: Context, proxy: ProxyState): void {
  const app = seen(proxy, 'use-fcgi-app');
  const servers = proxy.servers.filter((server) => effective(proxy, server, 'proto') === 'fcgi');
  for (const server of app === undefined ? servers : []) {
    const message = `server '${server.name.text}' speaks FastCGI, and ${called(proxy)} has no 'use-fcgi-app'`;
    context.report.error('incomplete', server.name, message, 'add one', server.line);
  }
  if (app !== undefined && servers.length === 0) {
    const message = `'use-fcgi-app' needs a server with 'proto fcgi', and ${called(proxy)} has none`;
    context.report.error('incomplete', app.words[0], message, 'add the words to a server', app.line);
  }
}

function checkServer(context: Context, proxy: ProxyState, server: ServerState, globals: Globals, mode: string): void {
  const get = (word: string) => effective(proxy, server, word);
  const connect = ownBegins(proxy, 'http-check connect') ?? ownBegins(proxy, 'tcp-check connect');
  const ssl =
    switched(proxy, server, 'ssl') ??
    switched(proxy, server, 'check-ssl') ??
    (context.from('2.2') && connect?.words.some(({ text }) => text === 'ssl') ? server.name : undefined);
  const verify = get('verify') ?? globals.get('ssl-server-verify')?.words[1]?.text ?? 'required';
  if (ssl !== undefined && verify !== 'none' && get('ca-file') === undefined) {
    const message = `server '${server.name.text}' uses TLS, and nothing says whom to trust`;
    context.report.error('incomplete', ssl, message, "add 'ca-file', or 'verify none'", server.line);
  }
  const address = server.address.text.replace(/^ipv[46]@/, '');
  const named = !isAddress(address.replace(/:[^:\]]*$/, '').replace(/^\[|\]$/g, '')) && !/[/@$]/.test(address);
  const init = get('init-addr');
  if (named && init?.split(',').every((part) => part === 'last')) {
    if (seen(proxy, 'load-server-state-from-file') !== undefined) {
      context.report.indeterminate(server.line, [server.name]);
    } else {
      context.report.error(
        'incomplete',
        server.address,
        `nothing gives '${address}' an address: 'init-addr last' needs a state file`,
        "add 'libc' or 'none'",
        server.line,
      );
    }
  } else if (named && init?.includes('libc')) {
    context.report.indeterminate(server.line, [server.name]);
  }
  if (/^(udp[46]?|dgram\+\w+|unixdgram|uxdg)@/.test(server.address.text) && /^(http|tcp)$/.test(mode)) {
    const message = `'${server.address.text}' takes datagrams, and the servers of ${called(proxy)} take connections`;
    context.report.error('bad-value', server.address, message, 'take the family out', server.line);
  }
  const track = server.words.get('track');
  if (track !== undefined && switched(proxy, server, 'check') !== undefined) {
    context.report.error(
      'bad-value',
      track,
      "'track' and 'check' exclude each other",
      'take one of them out',
      server.line,
    );
  }
  const agent = switched(proxy, server, 'agent-check');
  if (agent !== undefined && get('agent-port') === undefined) {
    context.report.error('incomplete', agent, "'agent-check' needs 'agent-port'", 'add it', server.line);
  }
  const retries = seen(proxy, 'retry-on')?.words.map(({ text }) => text) ?? [];
  const tfo = switched(proxy, server, 'tfo');
  const needed = ['conn-failure', 'empty-response', 'response-timeout'];
  if (
    tfo !== undefined &&
    !(retries.includes('all-retryable-errors') || needed.every((word) => retries.includes(word)))
  ) {
    context.report.warn(
      'incomplete',
      tfo,
      "'tfo' without 'retry-on conn-failure empty-response response-timeout' loses requests",
      'add that line',
      server.line,
    );
  }
  if (mode === 'tcp' && server.words.has('cookie')) {
    context.report.warn(
      'ignored-directive',
      server.words.get('cookie'),
      "'cookie' is ignored: the proxy is not in HTTP mode",
      "add 'mode http'",
      server.line,
    );
  }
  if (
    switched(proxy, server, 'check') !== undefined &&
    !/:|^_/.test(address) &&
    !/[/@$]/.test(address) &&
    get('port') === undefined
  ) {
    // 1.8 to 2.1 take the line, and switch the check off.
    if (
      context.from('2.2')
        ? (ownBegins(proxy, 'tcp-check connect') ?? ownBegins(proxy, 'http-check connect'))
        : undefined
    ) {
      context.report.indeterminate(server.line, [server.name]);
    } else if (context.branch === '1.7' || context.from('2.2')) {
      context.report.error(
        'incomplete',
        server.address,
        `server '${server.name.text}' has no port to check`,
        "add ':' and a port, or 'port'",
        server.line,
      );
    }
  }
  if (mode === 'tcp' && server.words.has('redir')) {
    context.report.error(
      'bad-value',
      server.words.get('redir'),
      "'redir' needs HTTP mode",
      "add 'mode http'",
      server.line,
    );
  }
}

/** `default-server` lines in the order in which they count, the last first. */
function* defaultsOf(proxy: ProxyState | undefined): Generator<ServerWords> {
  if (proxy !== undefined) {
    yield* [...proxy.defaultServers].reverse();
    yield* defaultsOf(proxy.parent);
  }
}

function effective(proxy: ProxyState, server: ServerState, word: string): string | undefined {
  return [server, ...defaultsOf(proxy)].find(({ words }) => words.has(word))?.values.get(word);
}

/** The word that switches something on, if no later `no-…` takes it back. */
function switched(proxy: ProxyState, server: ServerState, word: string): Word | undefined {
  const found = [server, ...defaultsOf(proxy)].find(({ words }) => words.has(word) || words.has(`no-${word}`));
  return found?.words.has(`no-${word}`) ? undefined : found?.words.get(word);
}
