import type { Context } from '../engine/context';
import { called, INSPECT_DELAY, logFormatOf, seen } from '../engine/proxy';
import type { Globals, ProxyState, Warn } from '../engine/state';
import { readTime } from '../syntax/time';

/** Checks the lines of a section that takes connections together. */
export function checkFront(context: Context, proxy: ProxyState, mode: string, globals: Globals, warn: Warn): void {
  if (proxy.binds.length === 0) {
    warn(`${called(proxy)} has no 'bind'`, "add a 'bind' line, or make the section a backend");
  }
  const slot = logFormatOf(proxy);
  const format = slot ?? seen(proxy, 'log-format-sd');
  if (format !== undefined && !isLogged(proxy, globals)) {
    const help = "add 'log global', and a 'log' line to the global section above";
    warn(`the log format is ignored: ${called(proxy)} has no 'log'`, help, format);
  }
  if (mode === 'tcp' && slot !== undefined && /^https?log$/.test(slot.words[1]?.text ?? '')) {
    warn(`'option ${slot.words[1]!.text}' needs 'mode http'`, "use 'option tcplog'", slot);
  }
  const fallback = seen(proxy, 'default_backend');
  if (fallback !== undefined && proxy.servers.length > 0) {
    const message = `'default_backend' comes before the servers of ${called(proxy)}, which are never used`;
    warn(message, 'remove one of them', fallback);
  }
  const cookie = seen(proxy, 'capture cookie');
  const most = Number(globals.get('tune.http.cookielen')?.words[1]?.text ?? 63);
  if (cookie !== undefined && Number(cookie.words[4]?.text) > most) {
    const message = `HAProxy captures at most ${most} characters of a cookie`;
    warn(message, "raise 'tune.http.cookielen', or lower it", cookie);
  }
  checkContents(context, proxy, mode);
}

/** `log global` takes what the global section has so far. */
function isLogged(proxy: ProxyState, globals: Globals): boolean {
  const global = seen(proxy, 'log global');
  const target = globals.get('log');
  return (
    seen(proxy, 'log') !== undefined || (global !== undefined && target !== undefined && target.line < global.line)
  );
}

/** Rules about content that do not wait for it, or that do not need to wait. Source: `check_config_validity`. */
function checkContents(context: Context, proxy: ProxyState, mode: string): void {
  const waits = readTime(seen(proxy, INSPECT_DELAY)?.words[2]?.text ?? '0')?.millis !== 0;
  for (const { line, word, early, tracks } of proxy.contents) {
    if (!early && !waits) {
      const message = `this rule does not wait for its content: ${called(proxy)} has no 'tcp-request inspect-delay'`;
      context.report.warn('incomplete', word, message, "add 'tcp-request inspect-delay 5s'", line);
    } else if (early && tracks && mode === 'http' && context.from('2.3')) {
      const message = 'the key is known before any content: in HTTP mode each request is tracked again';
      context.report.warn('bad-value', word, message, "use 'tcp-request session', or 'http-request'", line);
    }
  }
}
