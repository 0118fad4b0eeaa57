import { readLine } from '../../../lint/syntax/tokenizer';
import type { FileFindings } from './formats';

/** A word of a configuration, with its quotes. */
const WORD = String.raw`((?:"[^"]*"|'[^']*'|\\.|[^\s"'\\])+)`;

/** Places of secrets in a configuration: passwords, credentials that it sends, variables that it sets. */
const SECRETS = [
  String.raw`\b(?:insecure-)?password\s+${WORD}`,
  String.raw`\bstats\s+auth\s+[^:\s]+:${WORD}`,
  String.raw`\b(?:proxy-)?authorization\s+${WORD}`,
  String.raw`\b(?:pre)?setenv\s+\S+\s+${WORD}`,
].map((pattern) => new RegExp(pattern, 'dgi'));

/** The places of secrets in a line, `[from, to[`. */
function placesOf(line: string): [number, number][] {
  return SECRETS.flatMap((pattern) => [...line.matchAll(pattern)].map(({ indices }) => indices![1]!));
}

function hide(line: string): string {
  return placesOf(line).reduce(
    (hidden, [from, to]) => hidden.slice(0, from) + '*'.repeat(to - from) + hidden.slice(to),
    line,
  );
}

/** A configuration without its secrets: findings and diffs end up in build logs. */
export function withSecretsHidden(text: string): string {
  return text.split('\n').map(hide).join('\n');
}

/** Findings without secrets, in their lines and messages. */
export function withoutSecrets({ file, text, findings }: FileFindings): FileFindings {
  const lines = text.split('\n');
  return {
    file,
    text: withSecretsHidden(text),
    findings: findings.map((finding) => {
      const line = lines[finding.line - 1] ?? '';
      const written = placesOf(line).map(([from, to]) => line.slice(from, to));
      const secrets = written.flatMap((word) => [word, readLine(word).words[0]?.text || word]);
      const hidden = (text: string) =>
        secrets.reduce((rest, secret) => rest.replaceAll(secret, '*'.repeat(secret.length)), text);
      return { ...finding, message: hidden(finding.message), help: hidden(finding.help) };
    }),
  };
}
