import { EXPLANATIONS } from '../bin/commands/check/explain';

/** docs/troubleshooting.md: the verdicts of the drift checker. */
export function troubleshootingPage(): string {
  const rows = Object.entries(EXPLANATIONS).map(
    ([kind, { wrong, why, mend }]) => `| \`${kind}\` | ${wrong} | ${why} | ${mend} |`,
  );
  return `# What to do about each verdict

Written by \`npm run docs\` from the table that \`check --explain\` reads (\`bin/commands/check/explain.ts\`).

Each incident's log line names the proxy, the task, the address, the live addresses and the command that would mend it.
\`cdk-haproxy-elb check --explain VERDICT\` prints what stands here of one.

| verdict | what is wrong | why | what to do first |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
