import { sizeOf } from './language-args';
import type { Judge } from './language-judge';
import { type ProxyState, type Seen, seen } from './language-proxy';
import type { SectionSeen } from './language-section';
import { lookup } from './lookup';
import type { Word } from './words';

/** A section with a name, and what stands around it. */
interface Whole extends SectionSeen {
  readonly judge: Judge;
  readonly name: Word;
  readonly proxies: readonly ProxyState[];
  readonly globals: ReadonlyMap<string, Seen>;
}

/** What the lines of a section that is no proxy come to together. */
export function judgeSection(
  judge: Judge,
  section: SectionSeen,
  proxies: readonly ProxyState[],
  globals: ReadonlyMap<string, Seen>,
): void {
  if (section.name !== undefined) {
    KINDS[section.kind]?.({ ...section, judge, name: section.name, proxies, globals });
  }
}

function judgeResolvers({ judge, has, name, line }: Whole): void {
  if (!has.has('nameserver') && !has.has('parse-resolv-conf') && judge.from('1.9')) {
    judge.warn('incomplete', name, `resolvers '${name.text}' has no name server`, "add 'nameserver' lines", line);
  }
}

/** Which peer is this machine: its name decides, unless the global section gives another. */
function judgePeers({ judge, has, kind, lines, name, globals, line }: Whole): void {
  const local = globals.get('localpeer')?.words[1];
  if (local === undefined && !has.has('disabled')) {
    judge.unsure(line, [{ text: kind, column: 1, source: kind, open: false }, name]);
  }
  const peers = lines.filter(({ words }) => /^(peer|server)$/.test(words[0]!.text)).map(({ words }) => words[1]!.text);
  if (local !== undefined && !local.open && !peers.includes(local.text) && !has.has('disabled')) {
    const message = `peers '${name.text}' has no peer '${local.text}', which is the name of this machine`;
    judge.warn('incomplete', name, message, 'add it', line);
  }
}

/** What is larger than the whole, and where messages go to in time. Source: `cfg_post_parse_ring`. */
function judgeRing({ judge, has, name, line }: Whole): void {
  const size = has.get('size');
  const bytes = size === undefined ? RING : Math.max(sizeOf(size.words[1]!.text), RING);
  const longest = has.get('maxlen');
  if (size !== undefined && Number.parseInt(size.words[1]!.text, 10) < RING && judge.from('2.7')) {
    const message = `'${size.words[1]!.text}' is less than the ${RING} bytes of a ring, or has a unit that HAProxy ${judge.branch} does not read`;
    if (!judge.from('2.9')) {
      judge.error('bad-value', size.words[1], message, 'write more, without a unit', size.line);
    } else if (!judge.from('3.0')) {
      judge.warn('bad-value', size.words[1], message, 'write more, without a unit', size.line);
    }
  }
  if (longest !== undefined && Number(longest.words[1]!.text) > bytes) {
    const message = `'${longest.words[1]!.text}' is more than the size of ring '${name.text}'`;
    judge.warn('bad-value', longest.words[1], message, "write less, or a larger 'size' above", longest.line);
  }
  const missing = ['connect', 'server'].filter((timeout) => !has.has(`timeout ${timeout}`));
  if (has.has('server') && missing.length > 0 && judge.from('2.7') && !judge.from('3.3')) {
    const message = `ring '${name.text}' lacks ${missing.map((timeout) => `'timeout ${timeout}'`).join(', ')}`;
    judge.warn('incomplete', name, message, 'add to the section', line);
  }
}

/** The size of a ring that does not say one, in bytes. */
const RING = 16_384;

function judgeLogForward({ judge, has, name, line }: Whole): void {
  if (!has.has('bind') && !has.has('dgram-bind') && judge.from('2.7')) {
    judge.warn('incomplete', name, `log-forward '${name.text}' has no 'bind'`, "add 'dgram-bind' or 'bind'", line);
  }
}

function judgeCache({ judge, has, name, line }: Whole): void {
  const total = has.get('total-max-size');
  if (total === undefined) {
    judge.error('incomplete', name, `cache '${name.text}' has no 'total-max-size'`, 'add it', line);
    return;
  }
  const largest = has.get('max-object-size');
  const half = (Number(total.words[1]!.text) * 2 ** 20) / 2;
  if (largest !== undefined && Number(largest.words[1]!.text) > half) {
    const message = `'${largest.words[1]!.text}' is more than half of the 'total-max-size' of cache '${name.text}'`;
    judge.error('bad-value', largest.words[1], message, `write at most ${half}`, largest.line);
  }
}

function judgeProgram({ judge, globals, line }: Whole): void {
  const lacks = ['master-worker', 'master-worker no-exit-on-failure'].some((words) => globals.has(words))
    ? judge.from('3.1') && !globals.has('expose-deprecated-directives') && 'expose-deprecated-directives'
    : 'master-worker';
  if (lacks) {
    const message = `a program needs '${lacks}' in the global section`;
    judge.error('incomplete', undefined, message, 'add it there', line);
  }
}

function judgeMailers({ judge, lines, name, proxies, line }: Whole): void {
  if (lines.length > 0 && !proxies.some((proxy) => seen(proxy, 'email-alert mailers') !== undefined)) {
    const message = `mailers '${name.text}' are used by no 'email-alert mailers'`;
    judge.warn('incomplete', name, message, 'take the section out', line);
  }
}

function judgeFcgi({ judge, has, name, line }: Whole): void {
  if (!has.has('docroot')) {
    judge.error('incomplete', name, `fcgi-app '${name.text}' has no 'docroot'`, 'add it', line);
  }
  const most = has.get('option max-reqs');
  if (most !== undefined && Number(most.words[2]!.text) > 1 && !has.has('option mpxs-conns')) {
    const message = "'option max-reqs' needs 'option mpxs-conns'";
    judge.error('incomplete', most.words[1], message, 'add it, or take this out', most.line);
  }
}

/** Users and groups: each once, and each name that one gives the other has to be there. */
function judgeUserlist({ judge, lines, name }: Whole): void {
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
        judge.warn('duplicate-name', words[1], message, 'take it out', line);
      }
      known.add(words[1]!.text);
      const at = words.findIndex(({ text }, i) => i > 1 && text === word);
      const list = at < 0 ? undefined : words[at + 1];
      const missing = list?.text.split(',').find((one) => !others.has(one));
      if (missing !== undefined && !list!.open) {
        const message = `userlist '${name.text}' has no ${other} '${missing}'`;
        judge.error('unknown-reference', list, message, 'add it, or take it out here', line);
      }
    }
  }
}

/** What is judged at the end of each kind of section. */
const KINDS = lookup<(section: Whole) => void>({
  resolvers: judgeResolvers,
  peers: judgePeers,
  cache: judgeCache,
  program: judgeProgram,
  mailers: judgeMailers,
  'fcgi-app': judgeFcgi,
  userlist: judgeUserlist,
  ring: judgeRing,
  'log-forward': judgeLogForward,
});
