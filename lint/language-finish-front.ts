import type { Judge } from './language-judge';
import { called, INSPECT_DELAY, logFormatOf, type ProxyState, type Seen, seen } from './language-proxy';
import { readTime } from './time';

/** Warns about a proxy, or about a line of it. */
export type Warn = (message: string, help: string, at?: Seen) => void;

/** Judges what the lines of a section that takes connections come to together. */
export function judgeFront(
  judge: Judge,
  proxy: ProxyState,
  mode: string,
  globals: ReadonlyMap<string, Seen>,
  warn: Warn,
): void {
  if (proxy.binds.length === 0) {
    warn(`${called(proxy)} has no 'bind'`, 'add one, or make it a backend');
  }
  const slot = logFormatOf(proxy);
  const format = slot ?? seen(proxy, 'log-format-sd');
  if (format !== undefined && !isLogged(proxy, globals)) {
    const help = "add 'log global', and a 'log' line to the global section above";
    warn(`the log format is ignored: ${called(proxy)} has no 'log'`, help, format);
  }
  if (mode === 'tcp' && slot !== undefined && /^https?log$/.test(slot.words[1]?.text ?? '')) {
    warn(`'option ${slot.words[1]!.text}' needs 'mode http'`, "write 'option tcplog'", slot);
  }
  const fallback = seen(proxy, 'default_backend');
  if (fallback !== undefined && proxy.servers.length > 0) {
    warn(
      `'default_backend' comes before the servers of ${called(proxy)}, which are never used`,
      'take one of them out',
      fallback,
    );
  }
  judgeCookie(proxy, globals, warn);
  judgeContents(judge, proxy, mode);
}

/** `log global` takes what the global section has so far. */
function isLogged(proxy: ProxyState, globals: ReadonlyMap<string, Seen>): boolean {
  const global = seen(proxy, 'log global');
  const target = globals.get('log');
  return (
    seen(proxy, 'log') !== undefined || (global !== undefined && target !== undefined && target.line < global.line)
  );
}

function judgeCookie(proxy: ProxyState, globals: ReadonlyMap<string, Seen>, warn: Warn): void {
  const cookie = seen(proxy, 'capture cookie');
  const most = Number(globals.get('tune.http.cookielen')?.words[1]?.text ?? 63);
  if (cookie !== undefined && Number(cookie.words[4]?.text) > most) {
    warn(
      `no more than ${most} characters of a cookie are captured`,
      "raise 'tune.http.cookielen', or lower it",
      cookie,
    );
  }
}

/** Rules about content that do not wait for it, or need not. Source: `check_config_validity`. */
function judgeContents(judge: Judge, proxy: ProxyState, mode: string): void {
  const delay = seen(proxy, INSPECT_DELAY);
  const waits = delay !== undefined && readTime(delay.words[2]!.text)?.millis !== 0;
  for (const { line, word, early, tracks } of proxy.contents) {
    if (!early && !waits) {
      const message = `this rule does not wait for what it looks for: ${called(proxy)} has no 'tcp-request inspect-delay'`;
      judge.warn('incomplete', word, message, 'add one', line);
    } else if (early && tracks && mode === 'http' && judge.from('2.3')) {
      const message = 'this is known before any content: in HTTP mode each request would be tracked again';
      judge.warn('bad-value', word, message, "write 'tcp-request session', or 'http-request'", line);
    }
  }
}
