import { sizeOf } from '../engine/arguments';
import type { Context } from '../engine/context';
import { quoted } from '../engine/diagnostics';
import { seen } from '../engine/proxy';
import type { Globals, ProxyState, SectionState } from '../engine/state';
import type { Word } from '../model';

/** A section with a name, and its context. */
interface SectionCheck extends SectionState {
  readonly context: Context;
  readonly name: Word;
  readonly proxies: readonly ProxyState[];
  readonly globals: Globals;
}

/** Checks the lines of a section that is not a proxy together. */
export function checkSection(
  context: Context,
  section: SectionState,
  proxies: readonly ProxyState[],
  globals: Globals,
): void {
  if (section.name !== undefined) {
    KINDS.get(section.kind)?.({ ...section, context, name: section.name, proxies, globals });
  }
}

/** The check of each kind of section. */
const KINDS: ReadonlyMap<string, (section: SectionCheck) => void> = new Map([
  ['cache', checkCache],
  ['fcgi-app', checkFcgi],
  ['log-forward', checkLogForward],
  ['mailers', checkMailers],
  ['peers', checkPeers],
  ['program', checkProgram],
  ['resolvers', checkResolvers],
  ['ring', checkRing],
  ['userlist', checkUserlist],
]);

function checkResolvers({ context, has, name, line }: SectionCheck): void {
  if (!has.has('nameserver') && !has.has('parse-resolv-conf') && context.from('1.9')) {
    const message = `resolvers '${name.text}' has no name server`;
    context.report.warn('incomplete', name, message, "add 'nameserver' lines", line);
  }
}

/** Which peer is this machine: its name decides, unless the global section gives another. */
function checkPeers({ context: { report }, has, kind, lines, name, globals, line }: SectionCheck): void {
  const local = globals.get('localpeer')?.words[1];
  if (has.has('disabled')) {
    return;
  }
  if (local === undefined) {
    report.indeterminate(line, [{ text: kind, column: 1, source: kind, unresolvedVariable: false }, name]);
    return;
  }
  const peers = lines.filter(({ words }) => /^(peer|server)$/.test(words[0]!.text)).map(({ words }) => words[1]!.text);
  if (!local.unresolvedVariable && !peers.includes(local.text)) {
    const message = `peers '${name.text}' has no peer '${local.text}', which is the name of this machine`;
    report.warn('incomplete', name, message, `add a 'peer ${local.text} ADDRESS:PORT' line`, line);
  }
}

/** The default size of a ring, in bytes. */
const RING = 16_384;

/** Messages larger than the ring, and missing timeouts of its servers. Source: `cfg_post_parse_ring`. */
function checkRing({ context, has, name, line }: SectionCheck): void {
  const { branch, report, version } = context;
  const size = has.get('size');
  const word = size?.words[1];
  if (word !== undefined && Number.parseInt(word.text, 10) < RING && context.from('2.7') && !context.from('3.0')) {
    const message = `'${word.text}' is less than the ${RING} bytes of a ring, or has a unit that HAProxy ${branch} does not read`;
    // A warning since commit 30ff33bd9, which only the first release of 2.8 lacks.
    const severity = context.from('2.8') && version.release !== '2.8.0' ? 'warning' : 'error';
    report.add(severity, 'bad-value', word, message, 'use more, without a unit', size!.line);
  }
  const bytes = word === undefined ? RING : Math.max(sizeOf(word.text), RING);
  const longest = has.get('maxlen');
  if (longest !== undefined && Number(longest.words[1]!.text) > bytes) {
    const message = `'${longest.words[1]!.text}' is more than the size of ring '${name.text}'`;
    report.warn('bad-value', longest.words[1], message, "use a smaller value, or a larger 'size' above", longest.line);
  }
  const missing = ['timeout connect', 'timeout server'].filter((words) => !has.has(words));
  if (has.has('server') && missing.length > 0 && context.from('2.7') && !context.from('3.3')) {
    const message = `ring '${name.text}' lacks ${quoted(missing)}`;
    report.warn('incomplete', name, message, `add ${quoted(missing)} to the section`, line);
  }
}

function checkLogForward({ context, has, name, line }: SectionCheck): void {
  if (!has.has('bind') && !has.has('dgram-bind') && context.from('2.7')) {
    const message = `log-forward '${name.text}' has no 'bind'`;
    context.report.warn('incomplete', name, message, "add 'dgram-bind' or 'bind'", line);
  }
}

function checkCache({ context: { report }, has, name, line }: SectionCheck): void {
  const total = has.get('total-max-size');
  if (total === undefined) {
    report.error(
      'incomplete',
      name,
      `cache '${name.text}' has no 'total-max-size'`,
      "add 'total-max-size MEGABYTES'",
      line,
    );
    return;
  }
  const largest = has.get('max-object-size');
  const half = (Number(total.words[1]!.text) * 2 ** 20) / 2;
  if (largest !== undefined && Number(largest.words[1]!.text) > half) {
    const message = `'${largest.words[1]!.text}' is more than half of the 'total-max-size' of cache '${name.text}'`;
    report.error('bad-value', largest.words[1], message, `use at most ${half}`, largest.line);
  }
}

function checkProgram({ context, globals, line }: SectionCheck): void {
  const worker = globals.has('master-worker') || globals.has('master-worker no-exit-on-failure');
  const exposed = !context.from('3.1') || globals.has('expose-deprecated-directives');
  if (!worker || !exposed) {
    const missing = worker ? 'expose-deprecated-directives' : 'master-worker';
    const message = `a program needs '${missing}' in the global section`;
    context.report.error('incomplete', undefined, message, `add '${missing}' to the global section`, line);
  }
}

function checkMailers({ context: { report }, lines, name, proxies, line }: SectionCheck): void {
  if (lines.length > 0 && !proxies.some((proxy) => seen(proxy, 'email-alert mailers') !== undefined)) {
    const message = `no 'email-alert mailers' line uses mailers '${name.text}'`;
    report.warn('incomplete', name, message, 'remove the section', line);
  }
}

function checkFcgi({ context: { report }, has, name, line }: SectionCheck): void {
  if (!has.has('docroot')) {
    report.error('incomplete', name, `fcgi-app '${name.text}' has no 'docroot'`, "add 'docroot PATH'", line);
  }
  const most = has.get('option max-reqs');
  if (most !== undefined && Number(most.words[2]!.text) > 1 && !has.has('option mpxs-conns')) {
    const message = "'option max-reqs' needs 'option mpxs-conns'";
    report.error('incomplete', most.words[1], message, "add 'option mpxs-conns', or remove this line", most.line);
  }
}

/** Users and groups: each once, and each name that one gives the other has to be there. */
function checkUserlist({ context: { report }, lines, name }: SectionCheck): void {
  const named = (kind: string) => lines.filter(({ words }) => words[0]!.text === kind);
  const kinds = [
    { kind: 'user', other: 'group', word: 'groups' },
    { kind: 'group', other: 'user', word: 'users' },
  ];
  for (const { kind, other, word } of kinds) {
    const known = new Set<string>();
    const others = new Set(named(other).map(({ words }) => words[1]!.text));
    for (const { line, words } of named(kind)) {
      if (known.has(words[1]!.text)) {
        const message = `userlist '${name.text}' has the ${kind} '${words[1]!.text}' already, and this one is ignored`;
        report.warn('duplicate-name', words[1], message, 'remove it', line);
      }
      known.add(words[1]!.text);
      const at = words.findIndex(({ text }, i) => i > 1 && text === word);
      const list = at < 0 ? undefined : words[at + 1];
      const missing = list?.text.split(',').find((one) => !others.has(one));
      if (missing !== undefined && !list!.unresolvedVariable) {
        const message = `userlist '${name.text}' has no ${other} '${missing}'`;
        report.error(
          'unknown-reference',
          list,
          message,
          `add the ${other} '${missing}', or remove the name here`,
          line,
        );
      }
    }
  }
}
