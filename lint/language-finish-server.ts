import { isHostName } from './address';
import type { Context } from './engine/context';
import type { Globals } from './engine/state';
import type { ServerModel } from './language-model';
import { called, ownBegins, type ProxyState, seen } from './language-proxy';

/** Checks the servers of a proxy: their names, and what their words come to together with `default-server`. */
export function checkServers(context: Context, proxy: ProxyState, globals: Globals, mode: string): void {
  const names = new Map<string, ServerModel>();
  const ids = new Map<string, ServerModel>();
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
    for (const name of server.names) {
      names.set(name, server);
    }
    const own = server.own.certain;
    const id = own.value('id');
    const same = id === undefined ? undefined : ids.get(id);
    if (same !== undefined) {
      const message = `server '${same.name.text}' of ${context.report.lineName(same.line)} has the id ${id} too`;
      context.report.error('duplicate-name', own.get('id')?.word, message, 'give it another', server.line);
    } else if (id !== undefined) {
      ids.set(id, server);
    }
    checkServer(context, proxy, server, globals, mode);
  }
  checkFcgi(context, proxy);
}

/** An application of FastCGI and servers that speak it go together. Source: `cfg_fcgi_apps_postparser`. */
function checkFcgi(context: Context, proxy: ProxyState): void {
  const app = seen(proxy, 'use-fcgi-app');
  const servers = proxy.servers.filter(({ options }) => options.certain.value('proto') === 'fcgi');
  for (const server of app === undefined ? servers : []) {
    const message = `server '${server.name.text}' speaks FastCGI, and ${called(proxy)} has no 'use-fcgi-app'`;
    context.report.error('incomplete', server.name, message, 'add one', server.line);
  }
  if (app !== undefined && servers.length === 0) {
    const message = `'use-fcgi-app' needs a server with 'proto fcgi', and ${called(proxy)} has none`;
    context.report.error('incomplete', app.words[0], message, 'add the words to a server', app.line);
  }
}

function checkServer(context: Context, proxy: ProxyState, server: ServerModel, globals: Globals, mode: string): void {
  const { address } = server;
  const own = server.own.certain;
  const options = server.options.certain;
  const on = (name: string) => options.get(name)?.word;
  const connect = ownBegins(proxy, 'http-check connect') ?? ownBegins(proxy, 'tcp-check connect');
  const ssl =
    on('ssl') ??
    on('check-ssl') ??
    (context.from('2.2') && connect?.words.some(({ text }) => text === 'ssl') ? server.name : undefined);
  const verify = options.value('verify') ?? globals.get('ssl-server-verify')?.words[1]?.text ?? 'required';
  if (ssl !== undefined && verify !== 'none' && !options.has('ca-file')) {
    const message = `server '${server.name.text}' uses TLS, and nothing says whom to trust`;
    context.report.error('incomplete', ssl, message, "add 'ca-file', or 'verify none'", server.line);
  }
  const { word, host, port } = address;
  const plain = host !== undefined && /^(ipv[46])?$/.test(address.family ?? '') && !word.text.includes('$');
  const named = plain && isHostName(host);
  const init = options.value('init-addr');
  if (named && init?.split(',').every((part) => part === 'last')) {
    if (seen(proxy, 'load-server-state-from-file') !== undefined) {
      context.report.indeterminate(server.line, [server.name]);
    } else {
      context.report.error(
        'incomplete',
        word,
        `nothing gives '${word.text.replace(/^ipv[46]@/, '')}' an address: 'init-addr last' needs a state file`,
        "add 'libc' or 'none'",
        server.line,
      );
    }
  } else if (named && init?.includes('libc')) {
    context.report.indeterminate(server.line, [server.name]);
  }
  if (/^(udp[46]?|dgram\+\w+|unixdgram|uxdg)@/.test(word.text) && /^(http|tcp)$/.test(mode)) {
    const message = `'${word.text}' takes datagrams, and the servers of ${called(proxy)} take connections`;
    context.report.error('bad-value', word, message, 'take the family out', server.line);
  }
  const track = own.get('track')?.word;
  if (track !== undefined && options.has('check')) {
    context.report.error(
      'bad-value',
      track,
      "'track' and 'check' exclude each other",
      'take one of them out',
      server.line,
    );
  }
  const agent = on('agent-check');
  if (agent !== undefined && !options.has('agent-port')) {
    context.report.error('incomplete', agent, "'agent-check' needs 'agent-port'", 'add it', server.line);
  }
  const retries = seen(proxy, 'retry-on')?.words.map(({ text }) => text) ?? [];
  const tfo = on('tfo');
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
  if (mode === 'tcp' && own.has('cookie')) {
    context.report.warn(
      'ignored-directive',
      own.get('cookie')?.word,
      "'cookie' is ignored: the proxy is not in HTTP mode",
      "add 'mode http'",
      server.line,
    );
  }
  if (options.has('check') && plain && port === undefined && !/:|^_/.test(host) && !options.has('port')) {
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
        word,
        `server '${server.name.text}' has no port to check`,
        "add ':' and a port, or 'port'",
        server.line,
      );
    }
  }
  if (mode === 'tcp' && own.has('redir')) {
    context.report.error(
      'bad-value',
      own.get('redir')?.word,
      "'redir' needs HTTP mode",
      "add 'mode http'",
      server.line,
    );
  }
}
