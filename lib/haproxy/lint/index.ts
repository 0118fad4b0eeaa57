import type { HaproxyVersion } from '../version';
import { parseConfig } from './parse';
import { type Finding, RULES, type Rule, type RuleId } from './rules';

/**
 * What is wrong with a configuration for a version: pure, in the order of the text.
 *
 * @param text a whole configuration file
 * @param version the HAProxy version that reads it
 */
export function lint(text: string, version: HaproxyVersion): Finding[] {
  const config = parseConfig(text);
  const aboutVersion = version.warnings.map(
    ({ id, message }): Finding => ({
      rule: id.replace('cdk-haproxy-elb:', '') as RuleId,
      severity: 'warning',
      line: 1,
      column: 1,
      message,
      mend: 'run a branch with long-term support',
    }),
  );
  const found = (Object.entries(RULES) as [RuleId, Rule][]).flatMap(([rule, { severity, find }]) =>
    find(config, version).map(({ at, message, mend }): Finding => {
      return { rule, severity, line: at.line, column: at.word.column, message, mend };
    }),
  );
  return [...aboutVersion, ...found.sort((a, b) => a.line - b.line || a.column - b.column)];
}
