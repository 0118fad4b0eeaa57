import { BRANCHES, CHECKED_ON, FAULTY_RELEASES, type FaultCondition } from '../lib/haproxy/version/branches';
import { CAPABILITIES, type Capability } from '../lib/haproxy/version/capabilities';
import { HaproxyVersion } from '../lib/haproxy/version/version';

/** What a configuration has that meets a fault. */
const NEEDS: Readonly<Record<FaultCondition, string>> = {
  names: 'names with `resolvers`',
  srv: 'SRV records',
  capitals: 'names with capitals',
  'do-resolve': '`do-resolve`',
  'tcp-nameserver': 'TCP name servers',
  'udp-nameserver': 'UDP name servers',
  'zero-warning': '`zero-warning`',
  'no-session-cache': '`tune.ssl.cachesize 0`',
  'implicit-resolvers': 'no `resolvers default`',
  'abstract-socket': 'an abstract socket (`abns@`)',
};

/** docs/haproxy-versions.md, from the tables that the generator reads. */
export function versionsPage(): string {
  const choices = Object.values<Capability>(CAPABILITIES);
  const sections = [...new Set(choices.map(({ since }) => since))]
    .sort((a, b) => BRANCHES.findIndex(({ branch }) => branch === a) - BRANCHES.findIndex(({ branch }) => branch === b))
    .map((since) =>
      section(
        since,
        choices.filter((choice) => choice.since === since),
      ),
    );
  return `# What the generator does differently on each branch, and why

Written by \`npm run docs\` from the tables that the generator reads (\`lib/haproxy/version/capabilities.ts\`,
\`lib/haproxy/version/branches.ts\`), as of ${CHECKED_ON}. \`cdk-haproxy-elb render --diff 1.7..3.2\` shows the changes
for your own configuration.

## Branches

| branch | end of life | image |
|---|---|---|
${BRANCHES.map(({ branch, endOfLife }) => `| ${branch} | ${endOfLife}${endOfLife <= CHECKED_ON ? ' (over)' : ''} | \`${HaproxyVersion.of(branch).image}\` |`).join('\n')}

Releases with a fault in front of an ELB:

| release | what happens | why |
|---|---|---|
${faults().join('\n')}

${sections.join('\n\n')}
`;
}

/** A row for the releases of a branch that share a fault. */
function faults(): string[] {
  const ranges = new Map<string, string[]>();
  for (const { release, severity, reason, when } of FAULTY_RELEASES) {
    const what = when === undefined ? severity : `${severity}, by \`lint\` where the configuration has ${NEEDS[when]}`;
    const branch = release.slice(0, release.lastIndexOf('.'));
    const key = JSON.stringify([branch, what, reason]);
    ranges.set(key, [...(ranges.get(key) ?? []), release]);
  }
  return [...ranges].map(([key, releases]) => {
    const [, what, reason] = JSON.parse(key) as [string, string, string];
    const last = releases.length > 1 ? ` to ${releases.at(-1)}` : '';
    return `| ${releases[0]}${last} | ${what} | ${reason} |`;
  });
}

function section(since: string, choices: readonly Capability[]): string {
  const rows = choices.map((choice) => `| ${choice.without} | ${choice.with} | ${choice.why} | ${choice.source} |`);
  return `## From ${since} on\n\n| before ${since} | from ${since} on | why | source |\n|---|---|---|---|\n${rows.join('\n')}`;
}
