import { type Fact, lifeOn } from './keywords/fact';
import type { Judge } from './language-judge';
import type { Progress, ProxyState } from './language-proxy';
import { type Lookup, lookup } from './lookup';
import type { Word } from './words';

/**
 * The rules of a request in the order in which HAProxy goes through their kinds, whatever their order in the file,
 * and the branches that warn where the two differ. Source: `warnif_misplaced_…` of `src/cfgparse*.c`.
 */
const ORDER: readonly Pick<Fact, 'words' | 'since' | 'removed'>[] = [
  { words: 'tcp-request connection', since: '1.6' },
  { words: 'tcp-request session', since: '1.7' },
  { words: 'tcp-request content', since: '1.6' },
  { words: 'monitor fail', since: '1.9' },
  { words: 'block', since: '1.6', removed: '2.1' },
  { words: 'http-request', since: '1.6' },
  { words: 'reqxxx', since: '1.6', removed: '2.1' },
  { words: 'reqadd', since: '1.6', removed: '2.1' },
  { words: 'redirect', since: '1.6' },
  { words: 'use_backend', since: '1.6' },
  { words: 'use-server', since: '1.6' },
];

/** Actions after which no rule of the set is read, with the branch from which HAProxy says so. Source: `ACT_FLAG_FINAL`. */
const FINAL = lookup<Lookup<string>>({
  'http-request': lookup({ allow: '1.6', deny: '1.6', redirect: '1.6', auth: '1.6', tarpit: '2.2', return: '2.2' }),
  'http-response': lookup({ allow: '1.6', deny: '1.6', redirect: '2.2', return: '2.2' }),
  'http-after-response': lookup({ allow: '2.2' }),
});

/** Warns about a rule that HAProxy reads at another time than its place in the file says, or never. */
export function judgeOrder(judge: Judge, proxy: ProxyState, words: readonly Word[]): void {
  const [first, second] = words;
  const kind = /^(tcp-request|monitor)$/.test(first!.text)
    ? `${first!.text} ${second?.text}`
    : first!.text.replace(/^reqi?(allow|del|deny|pass|rep|tarpit)$/, 'reqxxx');
  judgeKind(judge, proxy.progress, kind, first!);
  const actions = FINAL[kind];
  if (actions === undefined) {
    return;
  }
  const final = proxy.progress.final.get(kind);
  if (final !== undefined) {
    const message = `this rule is never read: the '${kind}' rule of ${judge.called(final)} has no condition and ends them`;
    judge.warn('ignored-directive', first, message, 'give that rule a condition, or move it to the end');
  }
  const since = actions[second?.text ?? ''];
  const always = !words.some(({ text }) => ['if', 'unless', 'ignore-empty'].includes(text));
  proxy.progress.final.delete(kind);
  if (since !== undefined && judge.from(since) && always && judge.certain()) {
    proxy.progress.final.set(kind, judge.line);
  }
}

function judgeKind(judge: Judge, progress: Progress, kind: string, word: Word): void {
  const rank = ORDER.findIndex((rule) => rule.words === kind && lifeOn(rule, judge.branch) === 'current');
  if (rank < 0) {
    return;
  }
  const { furthest } = progress;
  if (furthest !== undefined && rank < furthest.rank) {
    const message = `HAProxy reads all '${kind}' rules before the '${ORDER[furthest.rank]!.words}' rules, and one is above in ${judge.called(furthest.line)}`;
    judge.warn('bad-value', word, message, 'move this line above it');
  } else if (judge.certain()) {
    progress.furthest = { rank, line: judge.line };
  }
}
