import type { Source } from './engine/validator';
import type { Finding, RuleInfo } from './finding';

/** The rule about comments that silence others. */
export const LINT_IGNORE: RuleInfo = {
  id: 'lint-ignore',
  severity: 'warning',
  why: 'A comment that silences nothing, or gives no reason, hides the next fault of its kind.',
  help: "write '# lint-ignore RULE: REASON' on the line or above it, or '# lint-ignore-file RULE: REASON'",
  link: 'https://github.com/cdk-haproxy-elb/cdk-haproxy-elb/blob/main/docs/lint.md',
};

/** A comment that silences rules. */
interface Ignore {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly rules: readonly string[];
  /** The line that it is about. @default - the whole file */
  readonly about?: number;
  readonly reason: string;
}

/** What is left of findings, and how many a comment silences. */
interface Suppressed {
  readonly findings: Finding[];
  readonly ignored: number;
}

const COMMENT = /(?:^|\s)(#[ \t]*lint-ignore(-file)?\b[ \t]*([\w, \t-]*?)[ \t]*(?::[ \t]*(.*?))?)[ \t\r]*$/;

/** The comments of a file. A comment alone on its line is about the next line that is neither empty nor a comment. */
function ignoresOf(text: string): Ignore[] {
  const found: Ignore[] = [];
  const lines = text.split('\n');
  for (const [i, line] of lines.entries()) {
    const match = line.includes('lint-ignore') ? COMMENT.exec(line) : null;
    if (match === null) {
      continue;
    }
    const [, comment = '', file, names = '', reason = ''] = match;
    const column = line.indexOf(comment) + 1;
    const alone = line.slice(0, column - 1).trim() === '';
    const next = lines.findIndex((other, at) => at > i && !/^\s*(#|$)/.test(other));
    const about = alone ? next + 1 : i + 1;
    found.push({
      line: i + 1,
      column,
      length: comment.length,
      rules: names.split(/[\s,]+/).filter((name) => name !== ''),
      ...(file === undefined && { about }),
      reason,
    });
  }
  return found;
}

/**
 * Applies the comments of a file to its findings: pure. A comment that silences nothing, names a rule that does not
 * exist or gives no reason is a finding.
 *
 * @param known the ids of all rules
 */
export function suppress({ text }: Source, findings: readonly Finding[], known: ReadonlySet<string>): Suppressed {
  const ignores = ignoresOf(text);
  const used = new Set<string>();
  const left: Finding[] = [];
  for (const finding of findings) {
    const by = ignores.find(
      ({ about, reason, rules }) =>
        reason !== '' && rules.includes(finding.rule) && (about === undefined || about === finding.line),
    );
    if (by === undefined) {
      left.push(finding);
    } else {
      used.add(`${by.line} ${finding.rule}`);
    }
  }
  const wrong = ignores.flatMap((ignore) => faultsOf(ignore, known, used));
  const all = [...left, ...wrong].sort((a, b) => a.line - b.line || a.column - b.column);
  return { findings: all, ignored: findings.length - left.length };
}

function faultsOf(ignore: Ignore, known: ReadonlySet<string>, used: ReadonlySet<string>): Finding[] {
  const { line, column, length, reason, rules } = ignore;
  const fault = (message: string): Finding => {
    const { id: rule, severity, help } = LINT_IGNORE;
    return { rule, severity, line, column, length, message, help };
  };
  if (rules.length === 0) {
    return [fault('the comment names no rule')];
  }
  if (reason === '') {
    return [fault(`the comment gives no reason for '${rules.join(', ')}'`)];
  }
  return rules.flatMap((rule) => {
    if (!known.has(rule)) {
      return [fault(`'${rule}' is not a rule of the linter`)];
    }
    return used.has(`${line} ${rule}`) ? [] : [fault(`'${rule}' has no finding here: the comment is not needed`)];
  });
}
