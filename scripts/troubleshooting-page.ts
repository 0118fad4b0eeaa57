import { DEFINITIONS } from '../lambda/controller/domain/verdicts';
import { VERDICTS, type VerdictKind } from '../lib/contract/verdicts';

const KINDS = Object.keys(VERDICTS) as VerdictKind[];

/** docs/troubleshooting.md: the verdicts of the drift checker. */
export function troubleshootingPage(): string {
  const rows = KINDS.map((kind) => {
    const { what, why, remedy } = DEFINITIONS[kind].explanation;
    return `| \`${kind}\` | ${what} | ${why} | ${remedy} |`;
  });
  return `# What to do about each verdict

Written by \`npm run docs\` from the definitions in \`lambda/controller/domain/verdicts\`, which \`check --explain\` also
prints.

Each incident's log line names the proxy, the task, the address, the live addresses and, as \`remediation\`, the command
that makes every process resolve again. \`cdk-haproxy-elb check --explain VERDICT\` prints the row of one verdict.

| verdict | what is wrong | why | what to do first |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** The verdicts as a table for the README. */
export function verdictTable(): string {
  const rows = KINDS.map((kind) => {
    const { severity, explanation } = DEFINITIONS[kind];
    return `| \`${kind}\` | ${explanation.what} | ${severity} |`;
  });
  return ['| verdict | means | severity |', '| --- | --- | --- |', ...rows].join('\n');
}
