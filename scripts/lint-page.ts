import { BRANCH_RANGE } from '../lib/haproxy/version/branches';
import type { RuleInfo } from '../lint/finding';
import { FILE_RULES, LANGUAGE_RULES, MEANING_RULES, VERSION_RULES } from '../lint/rules';

/** docs/lint.md: the rules, from the tables that the linter reads, and how to run it in CI. */
export function lintPage(): string {
  return `# What the linter finds, and how to run it in CI

Written by \`npm run docs\` from the rules of the linter (\`lint/rules\`).

\`\`\`sh
cdk-haproxy-elb lint haproxy.cfg --haproxy-version 1.7
cdk-haproxy-elb lint global.cfg conf.d --haproxy-version 3.2 --fix
\`\`\`

Several files are **one** configuration, in the order in which HAProxy reads them (\`haproxy -f global.cfg -f conf.d\`);
from a folder the linter reads \`*.cfg\`. Two configurations need two runs.

An error keeps HAProxy from starting or from following the load balancer, or lets clients in that must stay out. A warning
does not fail the run. \`--fix\` makes the edits that change nothing else, and shows them. \`-\` is standard input.

## Findings that stay

A comment silences a rule, on its line, on the line below, or in the whole file. It needs a reason:

\`\`\`
    server app elb.example.com:80 check resolvers dns   # lint-ignore single-slot: one zone by design
    # lint-ignore short-hold, slow-resolution: the name server is on this machine
# lint-ignore-file privileged-port: the process runs as root
\`\`\`

A comment that silences nothing is a finding. For an existing configuration, a baseline keeps what is known:

\`\`\`sh
cdk-haproxy-elb lint haproxy.cfg --haproxy-version 3.2 --baseline lint-baseline.json --write-baseline
cdk-haproxy-elb lint haproxy.cfg --haproxy-version 3.2 --baseline lint-baseline.json
\`\`\`

The summary counts what comments and the baseline silence, and the entries of the baseline that match nothing any more.

| exit code | meaning |
|---|---|
| 0 | no error |
| 1 | at least one error |
| 2 | a file or a flag cannot be used |

## Faults in front of a load balancer

${table(MEANING_RULES)}

## Faults of the version

${table(VERSION_RULES)}

## The language of each branch

The linter has every keyword of each branch, ${BRANCH_RANGE}. It reports what \`haproxy -c\` of that branch would report,
without running it.

${table(LANGUAGE_RULES)}

## Files that are not judged line by line

${table(FILE_RULES)}

## GitHub Actions

The pull request shows each finding at its line. \`.github/workflows/haproxy.yml\`:

\`\`\`yaml
name: haproxy
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
  security-events: write
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      - name: Lint
        run: npx --yes cdk-haproxy-elb lint haproxy.cfg --haproxy-version 3.2 --format sarif > haproxy.sarif
      - name: Show the findings, also when there are errors
        if: \${{ !cancelled() }}
        uses: github/codeql-action/upload-sarif@v3
        with:
          sarif_file: haproxy.sarif
\`\`\`

## pre-commit

\`.pre-commit-config.yaml\`. \`pass_filenames: false\` is needed because the changed files are not the whole configuration:

\`\`\`yaml
repos:
  - repo: local
    hooks:
      - id: haproxy
        name: HAProxy configuration
        language: node
        additional_dependencies: [cdk-haproxy-elb]
        entry: cdk-haproxy-elb lint haproxy.cfg --haproxy-version 3.2
        files: \\.cfg$
        pass_filenames: false
\`\`\`
`;
}

function table(rules: readonly RuleInfo[]): string {
  const rows = rules.map(({ id, severity, why, help, fixable, link }) => {
    const safe = fixable ? ' (`--fix` does this where it is safe)' : '';
    return `| [\`${id}\`](${link}) | ${severity} | ${why} | ${code(help)}${safe} |`;
  });
  return `| rule | severity | why | help |\n|---|---|---|---|\n${rows.join('\n')}`;
}

/** Shows quoted words as code. */
function code(text: string): string {
  return text.replace(/'([^']+)'/g, '`$1`');
}
