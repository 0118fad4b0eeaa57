import { FULL_ANSWER } from '../../../lib/contract/probe';
import type { Observation } from './observation';
import { isFamilyKnown } from './truth';
import type { Held, Holding } from './verdicts/definition';

/** What it means that a process holds an address which the truth lacks. */
export type HeldVerdict =
  | {
      readonly kind: 'stale-address';
      /** Why that is certain enough. */
      readonly because: 'truth' | 'owner' | 'own-view' | 'not-following';
      /** Seconds that it must last. @default 0 */
      readonly openAfterSeconds?: number;
      /** Checks in a row that must find it. @default - those of the record */
      readonly graceChecks?: number;
    }
  | { readonly kind: 'different-view' };

/**
 * Evaluates an address that a process holds; undefined where the upstream has it, or where nothing is known.
 *
 * | truth | process | verdict |
 * |---|---|---|
 * | complete | does not follow | stale at once |
 * | complete | follows, the upstream had the address | stale after the window |
 * | complete | follows, the upstream never had it | stale at once |
 * | partial | anyone, the address is another owner's | stale at once |
 * | partial | does not follow | stale after the window |
 * | partial | follows, its own view lacks the address | stale after the window |
 * | partial | follows | another view |
 */
export function evaluateHeld(held: Held, holding: Holding, { record, owners }: Observation): HeldVerdict | undefined {
  const { upstream, view } = holding;
  const { address, following } = held;
  if (upstream.present.has(address) || !isFamilyKnown(upstream, address)) {
    return undefined;
  }
  const viewLacks = lacks(view, address);
  if (upstream.completeness === 'complete') {
    const mayHaveHad = upstream.remembered.has(address) || upstream.youngMemory;
    // No cache lies between a process and its own view.
    const wait = viewLacks ? upstream.holdSeconds : upstream.windowSeconds;
    return { kind: 'stale-address', because: 'truth', openAfterSeconds: following !== 'no' && mayHaveHad ? wait : 0 };
  }
  if (owners.has(address)) {
    return { kind: 'stale-address', because: 'owner' };
  }
  if (following === 'no') {
    const { partialAnswers, missesNeeded, ttlSeconds, windowSeconds } = upstream;
    // Each answer of a large load balancer lacks most of its addresses.
    return partialAnswers
      ? {
          kind: 'stale-address',
          because: 'not-following',
          openAfterSeconds: Math.max(windowSeconds, ttlSeconds * missesNeeded),
          graceChecks: Math.max(record.graceChecks, missesNeeded),
        }
      : { kind: 'stale-address', because: 'not-following', openAfterSeconds: windowSeconds };
  }
  if (viewLacks) {
    return { kind: 'stale-address', because: 'own-view', openAfterSeconds: upstream.windowSeconds };
  }
  return upstream.live.includes(address) ? undefined : { kind: 'different-view' };
}

/** Whether a process' own view is whole and lacks an address. */
export function lacks(view: readonly string[] | undefined, address: string): boolean {
  return view !== undefined && view.length > 0 && view.length < FULL_ANSWER && !view.includes(address);
}
