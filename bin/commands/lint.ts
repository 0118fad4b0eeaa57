import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InputError } from '../../lib/haproxy/errors';
import { lint } from '../../lib/haproxy/lint';
import { type Finding, RULES } from '../../lib/haproxy/lint/rules';
import { HaproxyVersion } from '../../lib/haproxy/version';
import { oneOf } from './options';

/** The findings of one file. */
interface FileFindings {
  readonly file: string;
  readonly findings: readonly Finding[];
}

const FORMATS = { text: formatText, json: formatJson, sarif: formatSarif } as const;

/** `lint`: exit 0 clean, 1 findings of severity error, 2 bad usage. */
export function addLint(program: Command): void {
  program
    .command('lint')
    .summary('find what will go wrong in a configuration that you have')
    .description(
      'Finds what will go wrong in a HAProxy configuration in front of an ELB, for the version that reads it.',
    )
    .argument('<file...>', 'configuration files')
    .requiredOption('--haproxy-version <version>', 'branch or release that reads them: 1.6 to 3.4')
    .option('--format <text|json|sarif>', 'how findings are printed', 'text')
    .addHelpText('after', '\nExample:\n  $ cdk-haproxy-elb lint haproxy.cfg --haproxy-version 1.7')
    .action((files: string[], flags: { haproxyVersion: string; format: string }) => {
      const version = HaproxyVersion.of(flags.haproxyVersion);
      const format = FORMATS[oneOf(flags.format, ['text', 'json', 'sarif'] as const, '--format')];
      const results = files.map((file) => ({ file, findings: lint(read(file), version) }));
      process.stdout.write(`${format(results)}\n`);
      const failed = results.some(({ findings }) => findings.some(({ severity }) => severity === 'error'));
      process.exitCode = failed ? 1 : 0;
    });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`${file}: cannot be read (${code}): give the path of a HAProxy configuration`);
  }
}

function formatText(results: readonly FileFindings[]): string {
  const lines = results.flatMap(({ file, findings }) =>
    findings.map(
      ({ line, column, severity, rule, message, mend }) =>
        `${file}:${line}:${column}: ${severity} ${rule}: ${message}\n    mend: ${mend}`,
    ),
  );
  const count = (severity: string) =>
    results.flatMap(({ findings }) => findings).filter((finding) => finding.severity === severity).length;
  return [...lines, `${count('error')} errors, ${count('warning')} warnings in ${results.length} files`].join('\n');
}

function formatJson(results: readonly FileFindings[]): string {
  return JSON.stringify(
    results.flatMap(({ file, findings }) => findings.map((finding) => ({ file, ...finding }))),
    undefined,
    2,
  );
}

/** SARIF 2.1.0, as code scanning services take it. */
function formatSarif(results: readonly FileFindings[]): string {
  const rules = Object.entries(RULES).map(([id, { why }]) => ({ id, shortDescription: { text: why } }));
  const found = results.flatMap(({ file, findings }) =>
    findings.map(({ rule, severity, line, column, message, mend }) => ({
      ruleId: rule,
      level: severity,
      message: { text: `${message}. Mend: ${mend}.` },
      locations: [
        { physicalLocation: { artifactLocation: { uri: file }, region: { startLine: line, startColumn: column } } },
      ],
    })),
  );
  return JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'cdk-haproxy-elb', rules } }, results: found }],
    },
    undefined,
    2,
  );
}
