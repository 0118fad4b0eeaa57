import type { HaproxyVersion } from '../lib/haproxy/version/version';
import { checkLanguage, type Source } from './engine/validator';
import type { Finding, Rule } from './finding';
import type { Document } from './model';
import { MEANING_RULES, VERSION_RULES } from './rules';

/**
 * The faults of a configuration for a version, in its language and in its meaning: pure, in the order of the text.
 * Lines under a condition that the version does not meet are not read. Lines under a condition that is known only when
 * HAProxy starts are read by the rules of meaning, because the file has to be right either way.
 *
 * @param text a whole configuration file
 * @param version the HAProxy version that reads it
 */
export function lint(text: string, version: HaproxyVersion): Finding[] {
  return lintFiles([{ name: '', text }], version)[0]!;
}

/**
 * Like `lint`, for a configuration of several files, which may complete each other.
 *
 * @param sources the files, in the order in which HAProxy reads them
 * @param version the HAProxy version that reads them
 * @returns the findings of each file; those about the version are with the first
 */
export function lintFiles(sources: readonly Source[], version: HaproxyVersion): Finding[][] {
  const { findings, document } = checkLanguage(sources, version);
  // The missing part may be in a file that was not given.
  const language = findings.map(
    (finding): Finding => (finding.rule === 'incomplete' ? { ...finding, severity: 'warning' } : finding),
  );
  const found = [
    ...findingsOf(VERSION_RULES, document, version),
    ...language,
    ...findingsOf(MEANING_RULES, document, version),
  ].sort((a, b) => a.line - b.line || a.column - b.column);
  const all: Finding[][] = [];
  let before = 0;
  for (const { text } of sources) {
    const lines = text.split('\n').length;
    const own = found.filter(({ line }) => line > before && line <= before + lines);
    all.push(own.map((finding) => moved(finding, before)));
    before += lines;
  }
  return all;
}

function findingsOf(rules: readonly Rule[], document: Document, version: HaproxyVersion): Finding[] {
  const found: Finding[] = [];
  for (const { id: rule, severity, help, find } of rules) {
    for (const { word, ...hit } of find(document, version)) {
      found.push({ rule, severity, help, column: word.column, length: word.source.length, ...hit });
    }
  }
  return found;
}

/** A finding, by the lines of its own file. */
function moved(finding: Finding, before: number): Finding {
  const { line, fix } = finding;
  return { ...finding, line: line - before, ...(fix && { fix: { ...fix, line: fix.line - before } }) };
}
