import { ACKNOWLEDGED, type AcknowledgedFinding, WILDCARDS } from '../lib/private/findings';
import { OPTIONAL } from './findings';

/** docs/findings.md: what cdk-nag and checkov find in a proxy and a monitor. */
export function findingsPage(): string {
  const optional = OPTIONAL.map((row) => `| ${row.what} | ${rulesOf(row)} | ${row.option} |`);
  const acknowledged = Object.values<AcknowledgedFinding>(ACKNOWLEDGED).map(
    (row) => `| ${row.what} | ${rulesOf(row)} | ${row.reason} |`,
  );
  const wildcards = Object.entries(WILDCARDS).flatMap(([role, reasons]) =>
    Object.entries(reasons).map(([part, reason]) => `| ${role} | \`${part}\` | ${reason} |`),
  );
  return `# What cdk-nag and checkov find

Written by \`npm run docs\` from \`lib/private/findings.ts\` and \`scripts/findings.ts\`. \`npm test\` runs cdk-nag (AwsSolutions
and NIST 800-53 R5) and cfn-lint over the examples and over every ingress with every capacity, deployment and TLS, and checkov
over a proxy with all options and one with none. It fails on a finding about a construct of this package that is not on this page, and on a row here without a finding.

## Findings that your options end

The defaults leave them open, because they cost money or need something of yours. With all of these options cdk-nag has no
finding about a proxy or a monitor.

| about | rules | option |
| --- | --- | --- |
${optional.join('\n')}

## Acknowledged in the constructs

cdk-nag does not report them: the constructs carry these reasons as metadata, where
\`writeSuppressionsToCloudFormation\` of a pack finds them. checkov does not read this metadata: give it
\`--skip-check ${Object.values<AcknowledgedFinding>(ACKNOWLEDGED)
    .flatMap(({ checkov = [] }) => checkov)
    .filter((rule) => !OPTIONAL.some(({ checkov }) => checkov?.includes(rule)))
    .sort()
    .join(',')}\`.

| about | rules | reason |
| --- | --- | --- |
${acknowledged.join('\n')}

Wildcards in policies (\`AwsSolutions-IAM5\`). A wildcard without a row stays a finding:

| permissions of | resource | reason |
| --- | --- | --- |
${wildcards.join('\n')}
`;
}

function rulesOf({ nag, checkov = [] }: { nag: readonly string[]; checkov?: readonly string[] }): string {
  return [...nag, ...checkov].map((rule) => `\`${rule}\``).join(', ');
}
