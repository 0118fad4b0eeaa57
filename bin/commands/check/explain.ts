import { closest } from 'fastest-levenshtein';
import { DEFINITIONS } from '../../../lambda/controller/domain/verdicts';
import { VERDICTS, type VerdictKind } from '../../../lib/contract/verdicts';
import { InputError } from '../../../lib/haproxy/errors';

/**
 * What a verdict means, why there is one, and what to do first.
 *
 * @throws InputError for a verdict that does not exist
 */
export function explain(verdict: string): string {
  const kinds = Object.keys(VERDICTS) as VerdictKind[];
  const kind = kinds.find((one) => one === verdict);
  if (kind === undefined) {
    const nearest = kinds.find((one) => one.includes(verdict)) ?? closest(verdict, kinds);
    throw new InputError(
      `--explain '${verdict}' is not a verdict: did you mean '${nearest}'? Verdicts are ${kinds.join(', ')}`,
    );
  }
  const { severity, explanation } = DEFINITIONS[kind];
  const { what, why, remedy } = explanation;
  return [`${kind} (${severity}): ${what}`, `  why     ${why}`, `  remedy  ${remedy}`].join('\n');
}
