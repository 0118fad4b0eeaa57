import type { Context } from '../engine/context';
import type { ServerModel } from '../engine/document';
import { called, ownBegins, seen } from '../engine/proxy';
import type { Globals, ProxyState } from '../engine/state';
import { isHostName } from '../syntax/address';

/** Checks the servers of a proxy: their names, and their options together with `default-server`. */
export function checkServers(context: Context, proxy: ProxyState, globals: Globals, mode: string): void {
  const { report } = context;
  const names = new Map<string, ServerModel>();
  const ids = new Map<string, ServerModel>();
  for (const server of proxy.servers) {
    const { line, name, own } = server;
    const twice = server.names.find((one) => names.has(one));
    const other = twice === undefined ? undefined : names.get(twice)!;
    if (other !== undefined && (!context.from('3.3') || !(server.template || other.template))) {
      const message = `${called(proxy)} has a server '${twice}' in ${report.lineName(other.line)} too`;
      report.add(context.severity('2.0'), 'duplicate-name', name, message, 'give it another name', line);
    }
    for (const one of server.names) {
      names.set(one, server);
    }
    const id = own.certain.get('id');
    const value = id?.values[0]?.text;
    const same = value === undefined ? undefined : ids.get(value);
    if (same !== undefined) {
      const message = `server '${same.name.text}' of ${report.lineName(same.line)} has the id ${value} too`;
      report.error('duplicate-name', id!.word, message, 'give it another id', line);
    } else if (value !== undefined) {
      ids.set(value, server);
    }
    checkTls(context, proxy, server, globals);
    checkAddressOf(context, proxy, server, mode);
    checkOptions(context, proxy, server, mode);
  }
  checkFcgi(context, proxy);
}

/** A FastCGI application needs servers with that protocol, and the reverse. Source: `cfg_fcgi_apps_postparser`. */
function checkFcgi({ report }: Context, proxy: ProxyState): void {
  const app = seen(proxy, 'use-fcgi-app');
  const servers = proxy.servers.filter(({ options }) => options.certain.value('proto') === 'fcgi');
  for (const { line, name } of app === undefined ? servers : []) {
    const message = `server '${name.text}' uses FastCGI, and ${called(proxy)} has no 'use-fcgi-app'`;
    report.error('bad-value', name, message, `add 'use-fcgi-app NAME' to ${called(proxy)}`, line);
  }
  if (app !== undefined && servers.length === 0) {
    const message = `'use-fcgi-app' needs a server with 'proto fcgi', and ${called(proxy)} has none`;
    report.error('incomplete', app.words[0], message, 'add the words to a server', app.line);
  }
}

/** The rule of a health check that defines the connection. */
const connectOf = (proxy: ProxyState) =>
  ownBegins(proxy, 'http-check connect') ?? ownBegins(proxy, 'tcp-check connect');

function checkTls(context: Context, proxy: ProxyState, { line, name, ...server }: ServerModel, globals: Globals): void {
  const options = server.options.certain;
  const byCheck = context.from('2.2') && connectOf(proxy)?.words.some(({ text }) => text === 'ssl');
  const ssl = options.get('ssl')?.word ?? options.get('check-ssl')?.word ?? (byCheck ? name : undefined);
  const verify = options.value('verify') ?? globals.get('ssl-server-verify')?.words[1]?.text;
  if (ssl !== undefined && verify !== 'none' && !options.has('ca-file')) {
    const message = `server '${name.text}' uses TLS without a certificate authority to trust`;
    context.report.error('incomplete', ssl, message, "add 'ca-file', or 'verify none'", line);
  }
}

function checkAddressOf(context: Context, proxy: ProxyState, server: ServerModel, mode: string): void {
  const { report } = context;
  const { address, line, name } = server;
  const { word, host, port } = address;
  const options = server.options.certain;
  const plain = host !== undefined && /^(ipv[46])?$/.test(address.family ?? '') && !word.text.includes('$');
  const init = plain && isHostName(host) ? (options.value('init-addr') ?? '') : '';
  const last = /^last(,last)*$/.test(init);
  if (init.includes('libc') || (last && seen(proxy, 'load-server-state-from-file') !== undefined)) {
    report.indeterminate(line, [name]);
  } else if (last) {
    const message = `'${word.text.replace(/^ipv[46]@/, '')}' gets no address: 'init-addr last' needs a state file`;
    report.error('incomplete', word, message, "add 'libc' or 'none'", line);
  }
  if (/^(udp[46]?|dgram\+\w+|unixdgram|uxdg)@/.test(word.text) && /^(http|tcp)$/.test(mode)) {
    const message = `'${word.text}' takes datagrams, and the servers of ${called(proxy)} take connections`;
    report.error('bad-value', word, message, 'remove the family', line);
  }
  // 1.8 to 2.1 accept the line, and switch the check off.
  const needsPort = context.branch === '1.7' || context.from('2.2');
  if (needsPort && options.has('check') && plain && port === undefined && !/:|^_/.test(host) && !options.has('port')) {
    if (context.from('2.2') && connectOf(proxy) !== undefined) {
      report.indeterminate(line, [name]);
    } else {
      const message = `server '${name.text}' has no port to check`;
      report.error('incomplete', word, message, "add ':' and a port, or 'port'", line);
    }
  }
}

/** Failures after which a request has to be sent again, as it may have been lost with the first packet. */
const RETRIES = ['conn-failure', 'empty-response', 'response-timeout'];

function checkOptions({ report }: Context, proxy: ProxyState, { line, ...server }: ServerModel, mode: string): void {
  const own = server.own.certain;
  const options = server.options.certain;
  const track = own.get('track');
  if (track !== undefined && options.has('check')) {
    report.error('bad-value', track.word, "'track' and 'check' exclude each other", 'remove one of them', line);
  }
  const agent = options.get('agent-check');
  if (agent !== undefined && !options.has('agent-port')) {
    report.error('incomplete', agent.word, "'agent-check' needs 'agent-port'", "add 'agent-port PORT'", line);
  }
  const tfo = options.get('tfo');
  const retries = seen(proxy, 'retry-on')?.words.map(({ text }) => text) ?? [];
  const retried = retries.includes('all-retryable-errors') || RETRIES.every((word) => retries.includes(word));
  if (tfo !== undefined && !retried) {
    const message = `'tfo' without 'retry-on ${RETRIES.join(' ')}' loses requests`;
    report.warn('incomplete', tfo.word, message, 'add that line', line);
  }
  const cookie = own.get('cookie');
  if (mode === 'tcp' && cookie !== undefined) {
    const message = "'cookie' is ignored: the proxy is not in HTTP mode";
    report.warn('ignored-directive', cookie.word, message, "add 'mode http'", line);
  }
  const redir = own.get('redir');
  if (mode === 'tcp' && redir !== undefined) {
    report.error('bad-value', redir.word, "'redir' needs HTTP mode", "add 'mode http'", line);
  }
}
