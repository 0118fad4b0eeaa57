import type { Reading } from '../observation';
import { type Verdict, verdict } from './verdict';

/** The proxy could not be looked at as a whole, or the time was over before the turn of some of its tasks. */
export function unchecked({ record: { proxy }, tasks, unchecked: why }: Reading): Verdict[] {
  const left = tasks.filter((task) => 'unchecked' in task).length;
  if (why !== undefined) {
    return [verdict('unchecked', { message: `${proxy} was not checked: ${why}` })];
  }
  const message = `${left} of ${tasks.length} tasks of ${proxy} were not checked: no time was left`;
  return left > 0 ? [verdict('unchecked', { message })] : [];
}
