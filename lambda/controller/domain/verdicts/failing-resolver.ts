import type { ResolverCounters } from '../../../../lib/haproxy/runtime-api/parse';
import { PERIODS_TO_TELL } from '../counters';
import { type Process, type Verdict, verdict } from './verdict';

/** A section of resolvers sends queries and gets no address for any. One that sends none is not used, or silent. */
export function failingResolver({ task, reading, activity: { seconds, sections } }: Process): Verdict[] {
  const failing =
    seconds >= PERIODS_TO_TELL * reading.record.resolutionSeconds
      ? sections.filter(({ sent, valid }) => sent > 0 && valid === 0)
      : [];
  if (failing.length === 0) {
    return [];
  }
  const message = `${task.id} gets no address from DNS: ${failing.map(sentence).sort().join('; ')}`;
  return [verdict('failing-resolver', { task: task.id, message })];
}

function sentence({ section, sent, failures }: ResolverCounters): string {
  const counted = Object.entries(failures).map(([name, count]) => `${name} ${count}`);
  const since = counted.length === 0 ? '' : ` (since its start: ${counted.join(', ')})`;
  return `none of ${sent} queries of resolvers '${section}' was answered with one${since}`;
}
