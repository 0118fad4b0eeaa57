import type { HaproxyVersion } from '../version';
import type { Finding } from './finding';
import { judgeLanguage } from './language';
import { parseConfig } from './parse';
import { RULES } from './rules';

/**
 * What is wrong with a configuration for a version, in its language and in its meaning: pure, in the order of the text.
 *
 * @param text a whole configuration file
 * @param version the HAProxy version that reads it
 */
export function lint(text: string, version: HaproxyVersion): Finding[] {
  const config = parseConfig(text);
  const aboutVersion = version.warnings.map(
    ({ id, message }): Finding => ({
      rule: id.replace('cdk-haproxy-elb:', ''),
      severity: 'warning',
      line: 1,
      column: 1,
      message,
      mend: 'run a branch with long-term support',
    }),
  );
  const found = Object.entries(RULES).flatMap(([rule, { severity, find }]) =>
    find(config, version).map(
      ({ line, word, message, mend, fix }): Finding => ({
        rule,
        severity,
        line,
        column: word.column,
        message,
        mend,
        fix,
      }),
    ),
  );
  // HAProxy takes several files as one: what one of them lacks, another may have.
  const language = judgeLanguage(text, version).findings.map(
    (finding): Finding => (finding.rule === 'incomplete' ? { ...finding, severity: 'warning' } : finding),
  );
  return [...aboutVersion, ...[...language, ...found].sort((a, b) => a.line - b.line || a.column - b.column)];
}
