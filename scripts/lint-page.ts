import { RULES } from '../lint/rules';
import { type About, LANGUAGE, VERSION } from '../lint/rules/about';

/** The page about the linter: what it finds, from the tables that the linter itself reads, and how to run it in CI. */
export function lintPage(): string {
  return `# What the linter finds, and how to run it in CI

Written by \`npm run docs\` from the tables that the linter reads (\`lib/haproxy/lint/rules\`).

\`\`\`sh
cdk-haproxy-elb lint haproxy.cfg --haproxy-version 1.7
cdk-haproxy-elb lint global.cfg conf.d --haproxy-version 3.2 --fix
\`\`\`

Several files are **one** configuration, in the order in which HAProxy reads them (\`haproxy -f global.cfg -f conf.d\`); of
a folder it reads \`*.cfg\`. Two configurations need two runs. The exit code is 0 without an error, 1 with one, 2 when
something could not be used. An error keeps HAProxy from starting, or from following the load balancer; a warning is
told and fails nothing. \`--fix\` makes the mends that change nothing else, and shows them.

## What will go wrong in front of a load balancer

${table(RULES)}

## What is known of the version

${table(VERSION)}

## What the branch itself says

The language of each branch, 1.6 to 3.4, is known word by word: the linter says what \`haproxy -c\` of that branch would
say, without having it.

${table(LANGUAGE)}

## GitHub Actions

The findings show up in the pull request, at their lines. \`.github/workflows/haproxy.yml\`:

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

\`.pre-commit-config.yaml\`. \`pass_filenames: false\`, because the names of the files that changed are not the whole
configuration:

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

function table(rules: Readonly<Record<string, About>>): string {
  const rows = Object.entries(rules).map(([id, { severity, why, mend, fixable, link }]) => {
    const safe = fixable ? ' (`--fix` does it where that is safe)' : '';
    return `| [\`${id}\`](${link}) | ${severity} | ${why} | ${code(mend)}${safe} |`;
  });
  return `| rule | severity | why | mend |\n|---|---|---|---|\n${rows.join('\n')}`;
}

/** What stands in quotes is to be written: it is shown as code. */
function code(text: string): string {
  return text.replace(/'([^']+)'/g, '`$1`');
}
