import type { Finding } from '../../../lint/finding';
import { ALL_RULES, ruleOf } from '../../../lint/rules';
import { pc } from '../colours';
import { CONTROL, visible } from '../visible';

/** The findings of one file. */
export interface FileFindings {
  readonly file: string;
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** What comments and a baseline silence. */
interface Silenced {
  /** By comments. */
  readonly ignored: number;
  /** By the baseline. @default - there is none */
  readonly baseline?: { readonly known: number; readonly unused: number };
}

/** How findings are printed. */
export const FORMATS = { text: formatText, json: formatJson, sarif: formatSarif } as const;

/**
 * Findings for a terminal: the linter counts bytes as HAProxy does, and most files are UTF-8. Other files are read
 * as Latin-1.
 */
export function readable({ file, text, findings }: FileFindings): FileFindings {
  const lines = text.split('\n');
  return {
    file,
    text: toCharacters(text),
    findings: findings.map((finding) => {
      const before = (lines[finding.line - 1] ?? '').slice(0, finding.column - 1);
      const about = (lines[finding.line - 1] ?? '').slice(finding.column - 1, finding.column - 1 + finding.length);
      return {
        ...finding,
        column: toCharacters(before).length + 1,
        length: toCharacters(about).length || 1,
        message: toCharacters(finding.message),
        help: toCharacters(finding.help),
      };
    }),
  };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function toCharacters(bytes: string): string {
  try {
    return UTF8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}

function formatText(results: readonly FileFindings[], silenced: Silenced): string {
  const explained = new Set<string>();
  const blocks = results.flatMap(({ file, text, findings }) => {
    const lines = text.split('\n');
    return findings.map((finding) => describe(file, lines[finding.line - 1] ?? '', finding, explained));
  });
  return [...blocks, pc.bold(summaryOf(results, silenced))].join('\n');
}

/** How many findings there are, and how many are silenced, in one line. */
export function summaryOf(results: readonly FileFindings[], silenced: Silenced): string {
  const all = results.flatMap(({ findings }) => findings);
  const count = (wanted: string) => all.filter(({ severity }) => severity === wanted).length;
  const many = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  const summary = `${many(count('error'), 'error')}, ${many(count('warning'), 'warning')} in ${many(results.length, 'file')}`;
  return [summary, ...silencedText(silenced)].join('; ');
}

function silencedText({ ignored, baseline }: Silenced): string[] {
  const unused = baseline?.unused ? `, ${baseline.unused} of its entries match nothing: write it again` : '';
  return [
    ...(ignored > 0 ? [`${ignored} ignored by comments`] : []),
    ...(baseline === undefined ? [] : [`${baseline.known} in the baseline${unused}`]),
  ];
}

/**
 * A finding with its line, a caret under the words concerned, and what to do. The first finding of a rule also has the
 * reason.
 */
function describe(file: string, source: string, finding: Finding, explained: Set<string>): string {
  const { line, column, length, severity, rule, message, help } = finding;
  const colour = severity === 'error' ? pc.red : pc.yellow;
  const { why, link } = ruleOf(rule);
  const first = !explained.has(rule);
  explained.add(rule);
  const shown = source.trimEnd().replace(CONTROL, '?');
  const indent = shown.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return [
    `${pc.bold(`${visible(file)}:${line}:${column}:`)} ${colour(severity)} ${rule}: ${visible(message)}`,
    ...(shown.trim() === '' || shown.length > WIDEST ? [] : [`  ${shown}`, `  ${indent}${colour('^'.repeat(length))}`]),
    ...(first ? [`    why: ${why}`] : []),
    `    help: ${visible(help)}`,
    ...(first ? [`    link: ${pc.underline(link)}`] : []),
  ].join('\n');
}

/** Longer lines are not shown. */
const WIDEST = 300;

function formatJson(results: readonly FileFindings[]): string {
  const all = results.flatMap(({ file, findings }) =>
    findings.map(({ fix, ...finding }) => {
      const { why, link } = ruleOf(finding.rule);
      return { file, ...finding, why, link, fixable: fix !== undefined };
    }),
  );
  return JSON.stringify(all, undefined, 2);
}

/**
 * SARIF 2.1.0, as code scanning services take it. Silenced findings are counted and not listed: GitHub opens an alert
 * for every result, also for one with `suppressions`.
 */
function formatSarif(results: readonly FileFindings[], { ignored, baseline }: Silenced): string {
  const rules = ALL_RULES.map(({ id, why, help, link, severity }) => ({
    id,
    shortDescription: { text: why },
    help: { text: `Help: ${help}.` },
    helpUri: link,
    defaultConfiguration: { level: severity },
  }));
  const found = results.flatMap(({ file, findings }) =>
    findings.map(({ rule, severity, line, column, length, message, help }) => ({
      ruleId: rule,
      level: severity,
      message: { text: `${message}. Help: ${help}.` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: encodeURI(file.replaceAll('\\', '/')) },
            region: { startLine: line, startColumn: column, endColumn: column + length },
          },
        },
      ],
    })),
  );
  return JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'cdk-haproxy-elb', rules } },
          columnKind: 'utf16CodeUnits',
          results: found,
          properties: {
            ignoredByComments: ignored,
            inBaseline: baseline?.known ?? 0,
            unusedBaselineEntries: baseline?.unused ?? 0,
          },
        },
      ],
    },
    undefined,
    2,
  );
}
