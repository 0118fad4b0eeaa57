import type { HaproxyVersion } from '../lib/haproxy/version/version';
import type { Finding, Hit } from './finding';
import { checkLanguage, type Source } from './language';
import { RULES } from './rules';
import { aboutRule } from './rules/about';

/**
 * What is wrong with a configuration for a version, in its language and in its meaning: pure, in the order of the text.
 * Lines under a condition that the version does not meet are not read. Those under a condition that is known only when
 * HAProxy starts are: what they mean is looked at, as the file has to be right either way.
 *
 * @param text a whole configuration file
 * @param version the HAProxy version that reads it
 */
export function lint(text: string, version: HaproxyVersion): Finding[] {
  return lintFiles([{ name: '', text }], version)[0]!;
}

/**
 * Like `lint`, for a configuration of several files: what one of them lacks, another may have.
 *
 * @param sources the files, in the order in which HAProxy reads them
 * @param version the HAProxy version that reads them
 * @returns the findings of each file; those about the version are with the first
 */
export function lintFiles(sources: readonly Source[], version: HaproxyVersion): Finding[][] {
  const aboutVersion = version.warnings.map(({ id, message }): Finding => {
    const rule = id.replace('cdk-haproxy-elb:', '');
    const { severity, mend } = aboutRule(rule);
    return { rule, severity, line: 1, column: 1, length: 1, message, mend };
  });
  const { findings, config } = checkLanguage(sources, version);
  // What is missing may be in a file that was not given.
  const language = findings.map(
    (finding): Finding => (finding.rule === 'incomplete' ? { ...finding, severity: 'warning' } : finding),
  );
  const meaning = Object.entries(RULES).flatMap(([rule, { severity, mend, find }]) =>
    find(config, version).map(
      ({ word: { column, source }, ...hit }: Hit): Finding => ({
        rule,
        severity,
        mend,
        column,
        length: source.length,
        ...hit,
      }),
    ),
  );
  const found = [...language, ...meaning].sort((a, b) => a.line - b.line || a.column - b.column);
  const all: Finding[][] = [];
  let before = 0;
  for (const { text } of sources) {
    const lines = text.split('\n').length;
    const own = found.filter(({ line }) => line > before && line <= before + lines);
    all.push(own.map((finding) => moved(finding, before)));
    before += lines;
  }
  all[0]?.unshift(...aboutVersion);
  return all;
}

/** A finding, by the lines of its own file. */
function moved(finding: Finding, before: number): Finding {
  const { line, fix } = finding;
  return { ...finding, line: line - before, ...(fix && { fix: { ...fix, line: fix.line - before } }) };
}
