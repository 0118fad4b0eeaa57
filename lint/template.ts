import type { Finding, RuleInfo } from './finding';

/** The rule about files that another program fills in. */
export const TEMPLATE: RuleInfo = {
  id: 'template',
  severity: 'error',
  why: 'The file is a template: what HAProxy reads is known only when another program has filled it in.',
  help: 'render the template, and lint the result',
  link: 'https://github.com/cdk-haproxy-elb/cdk-haproxy-elb/blob/main/docs/lint.md',
};

/** What templates have and no configuration does: `{{ name }}`, `{% if … %}`, `<% … %>`. */
const MARKS = [
  /\{\{[-~]?\s*[\w.$"'|(][^{}]*\}\}/,
  /\{%[-+~]?\s*(if|elif|else|endif|for|endfor|set|block|endblock|include|import|from|macro|raw)\b[^%]*%\}/,
  /<%[-=]?\s.*?%>/,
];

/** The finding about a template; undefined for a configuration. Comments do not count. */
export function templateFinding(text: string): Finding | undefined {
  for (const [i, line] of text.split('\n').entries()) {
    const found = /^\s*#/.test(line) ? undefined : MARKS.map((mark) => mark.exec(line)).find((match) => match !== null);
    if (!found) {
      continue;
    }
    const { id: rule, severity, help } = TEMPLATE;
    const message = `the file is a template, with '${found[0]}', and is not judged line by line`;
    return { rule, severity, line: i + 1, column: found.index + 1, length: found[0].length, message, help };
  }
  return undefined;
}
