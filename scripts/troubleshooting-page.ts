import { DEFINITIONS } from '../lambda/controller/domain/verdicts';
import { VERDICTS, type VerdictKind } from '../lib/contract/verdicts';

const KINDS = Object.keys(VERDICTS) as VerdictKind[];

/** docs/troubleshooting.md: the verdicts of the drift monitor. The heading of each is the anchor in its events. */
export function troubleshootingPage(): string {
  const sections = KINDS.map((kind) => {
    const { severity, explanation } = DEFINITIONS[kind];
    const { what, why, remedy } = explanation;
    return `## ${kind}

| | |
| --- | --- |
| severity | ${severity} |
| what is wrong | ${what} |
| why | ${why} |
| what to do first | ${remedy} |
`;
  });
  return `# What to do about each verdict

Written by \`npm run docs\` from the definitions in \`lambda/controller/domain/verdicts\`, which \`check --explain\` also
prints.

Each incident names the proxy, the load balancer, the address, the tasks concerned and, as \`remediation\`, what to do about
them ([its fields](events.md)). \`cdk-haproxy-elb check --explain VERDICT\` prints the section of one verdict.

${sections.join('\n')}`;
}

/** The verdicts as a table for the README. */
export function verdictTable(): string {
  const rows = KINDS.map((kind) => {
    const { severity, explanation } = DEFINITIONS[kind];
    return `| \`${kind}\` | ${explanation.what} | ${severity} |`;
  });
  return ['| verdict | means | severity |', '| --- | --- | --- |', ...rows].join('\n');
}
