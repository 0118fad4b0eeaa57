import type { CensusGap } from '../../../lib/contract/census';
import type { VerdictKind } from '../../../lib/contract/verdicts';
import type { Incident } from './incident';
import type { Observation } from './observation';
import { DEFINITIONS } from './verdicts';
import type { Verdict } from './verdicts/verdict';

/** Characters of a text. Messages are shorter; ids and names may be a stranger's. */
const MAX_TEXT = 300;

/** One line of bounded length. */
export function text(value: string): string {
  return value.replace(/\s+/g, ' ').slice(0, MAX_TEXT);
}

/** Kinds that say that something was not seen, besides those that are `blind`. */
const UNSEEN: ReadonlySet<VerdictKind> = new Set(['unseen-process', 'invalid-record']);

/** Whether a verdict says that something was not seen. */
export const isUnseen = (kind: VerdictKind) => DEFINITIONS[kind].blind || UNSEEN.has(kind);

/**
 * What a check did not see of a proxy, and why: pure.
 *
 * @param verdicts of this check: one that is not an incident yet counts, too
 */
export function gapsOf(
  { unchecked, tasks, upstreams }: Observation,
  open: readonly Incident[],
  verdicts: readonly Verdict[],
): CensusGap[] {
  if (unchecked !== undefined) {
    return [{ what: 'proxy', why: text(unchecked) }];
  }
  const gaps: CensusGap[] = [];
  if (tasks.length === 0) {
    gaps.push({ what: 'proxy', why: 'no task runs: there is nothing to compare' });
  }
  for (const { upstream, completeness } of upstreams) {
    if (completeness === 'unknown') {
      gaps.push({ what: 'upstream', id: text(upstream.dnsName), why: 'no address of it is known' });
    }
  }
  for (const read of tasks) {
    if ('unreachable' in read) {
      gaps.push({ what: 'task', id: text(read.task.id), why: text(read.unreachable) });
    } else if ('unchecked' in read) {
      gaps.push({
        what: 'task',
        id: text(read.task.id),
        why: 'it was not asked: no time was left, or it may have stopped',
      });
    }
  }
  gaps.push(...open.flatMap(gapBy));
  // What is said already has a verdict, too.
  return gaps.length === 0 ? verdicts.flatMap(gapBy) : gaps;
}

function gapBy({ kind, message }: Pick<Incident, 'kind' | 'message'>): CensusGap[] {
  return isUnseen(kind) ? [{ what: kind === 'unseen-process' ? 'process' : 'proxy', why: text(message) }] : [];
}
