import type { ObservedRuntime, Slot } from '../../../lib/contract/probe';
import { branchOrder } from '../../../lib/haproxy/version/branches';
import type { Activity } from './activity';
import { showsNames } from './slots';

/**
 * Whether slots follow DNS now.
 *
 * - `yes`: the process has sent queries and got addresses since an earlier check
 * - `no`: it sends none, gets no address, or the slots have no name to follow
 * - `unknown`: the first check, a young process, a branch that shows nothing, or several sections of resolvers of which
 *   one does not work
 */
export type Following = 'yes' | 'no' | 'unknown';

/** Whether HAProxy of this version looks up names only for servers with a health check: 1.6 and 1.7. */
export function needsCheckToResolve({ version }: Pick<ObservedRuntime, 'version'>): boolean {
  return branchOrder(version) < branchOrder('1.8');
}

/** Whether a slot cannot follow DNS, whatever the resolvers of its process do. */
export function isFixed(slot: Slot, runtime: Pick<ObservedRuntime, 'version'>): boolean {
  if (slot.perRequest) {
    return false;
  }
  return (needsCheckToResolve(runtime) && !slot.checked) || (showsNames(runtime) && slot.fqdn === undefined);
}

/** Whether slots of a process follow DNS. One that is fixed decides for all of them. */
export function followingOf(slots: readonly Slot[], runtime: ObservedRuntime, activity: Activity): Following {
  if (slots.some((slot) => isFixed(slot, runtime))) {
    return 'no';
  }
  return runtime.resolvers === undefined ? 'unknown' : resolving(activity);
}

/** Whether the resolvers of a process work. */
function resolving({ basis, sections }: Activity): Following {
  if (basis === 'young') {
    return 'unknown';
  }
  if (sections.every(({ is }) => is !== 'alive')) {
    return 'no';
  }
  const proven = basis === 'sample' || basis === 'restart';
  return proven && sections.every(({ is }) => is === 'alive') ? 'yes' : 'unknown';
}
