import type { Context } from '../engine/context';
import { seen } from '../engine/proxy';
import type { ProxyState, SectionState } from '../engine/state';
import { checkNames } from './names';
import { checkProxy } from './proxy';
import { checkReferences } from './references';
import { checkSection } from './section';

/** Checks that need the whole configuration: references, duplicate names, settings that belong together. */
export function checkWhole(context: Context, proxies: readonly ProxyState[], sections: readonly SectionState[]): void {
  const { report } = context;
  const globals = new Map(sections.filter(({ kind }) => kind === 'global').flatMap(({ has }) => [...has]));
  checkNames(context, proxies, sections);
  checkStats(context, sections);
  checkListeners(context, proxies, sections);
  for (const section of sections) {
    checkSection(context, section, proxies, globals);
  }
  for (const proxy of proxies) {
    const disabled = seen(proxy, 'disabled') !== undefined && !proxy.has.has('enabled');
    if (proxy.kind !== 'defaults' && !disabled) {
      checkProxy(context, proxy, globals);
    }
  }
  const exposed = globals.get('expose-experimental-directives');
  if (exposed !== undefined && context.symbols.experiments === 0 && context.from('3.3')) {
    const message = "no directive needs 'expose-experimental-directives'";
    report.warn('incomplete', exposed.words[0], message, 'remove it', exposed.line);
  }
  checkReferences(context, proxies, sections);
  const strict = globals.get('zero-warning');
  if (strict !== undefined && report.findings.some(({ severity }) => severity === 'warning')) {
    const message = "'zero-warning' makes an error of every warning of this file";
    report.error('bad-line', strict.words[0], message, 'remove the cause of the warnings', strict.line);
  }
}

/** Settings of the runtime API without a socket: up to 1.8 they made a frontend without a listener. */
function checkStats(context: Context, sections: readonly SectionState[]): void {
  const lines = sections.filter(({ kind }) => kind === 'global').flatMap((section) => section.lines);
  const stats = (...names: string[]) =>
    lines.find(({ words }) => words[0]!.text === 'stats' && names.includes(words[1]!.text));
  const alone = stats('socket') === undefined ? stats('timeout', 'maxconn', 'bind-process') : undefined;
  if (alone !== undefined && !context.from('1.9')) {
    const message = `'stats ${alone.words[1]!.text}' without a 'stats socket' does nothing`;
    context.report.warn('incomplete', alone.words[0], message, 'add a socket, or remove this line', alone.line);
  }
}

/** HAProxy does not start without a listener; the runtime API is enough. */
function checkListeners({ report }: Context, proxies: readonly ProxyState[], sections: readonly SectionState[]): void {
  const listens = proxies.some((proxy) => proxy.binds.length > 0 && seen(proxy, 'disabled') === undefined);
  const socket = sections.some(({ lines }) => lines.some(({ words }) => words[1]?.text === 'socket'));
  if (listens || socket) {
    return;
  }
  const other = sections.some(({ kind }) => kind === 'peers' || kind === 'log-forward');
  if (other || report.findings.some(({ severity }) => severity === 'error')) {
    report.indeterminate(1, []);
    return;
  }
  const message = "HAProxy does not start: no enabled section has a 'bind'";
  report.error('incomplete', undefined, message, "add a 'frontend' or 'listen' section with one", 1);
}
