import type { Finding } from '../../lib/haproxy/lint/finding';
import { RULES } from '../../lib/haproxy/lint/rules';

/** The findings of one file. */
export interface FileFindings {
  readonly file: string;
  readonly findings: readonly Finding[];
}

/** How findings are printed. */
export const FORMATS = { text: formatText, json: formatJson, sarif: formatSarif } as const;

function formatText(results: readonly FileFindings[]): string {
  const all = results.flatMap(({ file, findings }) => findings.map((finding) => ({ file, ...finding })));
  const lines = all.map(
    ({ file, line, column, severity, rule, message, mend }) =>
      `${file}:${line}:${column}: ${severity} ${rule}: ${message}\n    mend: ${mend}`,
  );
  const count = (wanted: string) => all.filter(({ severity }) => severity === wanted).length;
  const many = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  const summary = `${many(count('error'), 'error')}, ${many(count('warning'), 'warning')} in ${many(results.length, 'file')}`;
  return [...lines, summary].join('\n');
}

function formatJson(results: readonly FileFindings[]): string {
  const all = results.flatMap(({ file, findings }) =>
    findings.map(({ fix, ...finding }) => ({
      file,
      ...finding,
      ...aboutRule(finding.rule),
      fixable: fix !== undefined,
    })),
  );
  return JSON.stringify(all, undefined, 2);
}

function aboutRule(id: string): { why?: string; link?: string } {
  const rule = Object.hasOwn(RULES, id) ? RULES[id] : undefined;
  return { why: rule?.why, link: rule?.link };
}

/** What a rule says that is about the version or the language: each of its messages tells the rest. */
const LANGUAGE_RULE = {
  shortDescription: { text: 'What the HAProxy version that reads the file says about it.' },
  helpUri: 'https://docs.haproxy.org/',
  defaultConfiguration: { level: 'error' },
};

/** SARIF 2.1.0, as code scanning services take it. */
function formatSarif(results: readonly FileFindings[]): string {
  const described = Object.entries(RULES).map(([id, { why, link, severity }]) => ({
    id,
    shortDescription: { text: why },
    helpUri: link,
    defaultConfiguration: { level: severity },
  }));
  const others = new Set(
    results.flatMap(({ findings }) => findings.map(({ rule }) => rule).filter((id) => !RULES[id])),
  );
  const rules = [...described, ...[...others].map((id) => ({ id, ...LANGUAGE_RULE }))];
  const found = results.flatMap(({ file, findings }) =>
    findings.map(({ rule, severity, line, column, message, mend }) => ({
      ruleId: rule,
      level: severity,
      message: { text: `${message}. Mend: ${mend}.` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: encodeURI(file.replaceAll('\\', '/')) },
            region: { startLine: line, startColumn: column },
          },
        },
      ],
    })),
  );
  return JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'cdk-haproxy-elb', rules } }, columnKind: 'utf16CodeUnits', results: found }],
    },
    undefined,
    2,
  );
}
