import type { Context } from '../engine/context';
import type { Progress, ProxyState } from '../engine/state';
import { availabilityOn, type Keyword, keywordOf } from '../keywords';
import type { Word } from '../model';

/**
 * The rules of a request in the order in which HAProxy goes through their kinds, whatever their order in the file,
 * and the branches that warn where the two differ. Source: `warnif_misplaced_…` of `src/cfgparse*.c`.
 */
const ORDER: readonly Pick<Keyword, 'words' | 'since' | 'removed'>[] = [
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

/** Warns about a rule that HAProxy does not run in the order of the file, or never. */
export function checkOrder(context: Context, { progress }: ProxyState, words: readonly Word[]): void {
  const { report } = context;
  const [first, second] = words;
  const kind = /^(tcp-request|monitor)$/.test(first!.text)
    ? `${first!.text} ${second?.text}`
    : first!.text.replace(/^reqi?(allow|del|deny|pass|rep|tarpit)$/, 'reqxxx');
  checkKind(context, progress, kind, first!);
  if (!/^http-(request|response|after-response)$/.test(kind)) {
    return;
  }
  const final = progress.final.get(kind);
  if (final !== undefined) {
    const message = `this rule is never read: the '${kind}' rule of ${report.lineName(final)} has no condition and ends the set`;
    report.warn('ignored-directive', first, message, 'give that rule a condition, or move it to the end');
  }
  const since = keywordOf('final-action', [kind, second?.text ?? ''])?.since;
  const always = !words.some(({ text }) => ['if', 'unless', 'ignore-empty'].includes(text));
  progress.final.delete(kind);
  if (since !== undefined && context.from(since) && always && report.isCertain()) {
    progress.final.set(kind, report.line);
  }
}

function checkKind({ report, version }: Context, progress: Progress, kind: string, word: Word): void {
  const order = ORDER.findIndex((rule) => rule.words === kind && availabilityOn(rule, version) === 'current');
  if (order < 0) {
    return;
  }
  const { furthest } = progress;
  if (furthest !== undefined && order < furthest.order) {
    const message = `HAProxy runs all '${kind}' rules before the '${ORDER[furthest.order]!.words}' rule of ${report.lineName(furthest.line)}`;
    report.warn('bad-value', word, message, 'move this line above it');
  } else if (report.isCertain()) {
    progress.furthest = { order, line: report.line };
  }
}
