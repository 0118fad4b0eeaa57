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

${sections.join('\n')}${LIMITS}`;
}

/** What follows from a held address that the truth lacks, and what stays undecidable. */
const LIMITS = `
## What a check knows

The truth about a load balancer is *complete* when its network interfaces were read in this check, *partial* when it is
DNS alone or interfaces that were read before, and *unknown* when no address is known. A process *follows* when its
resolvers have sent queries and got addresses since an earlier check. A held address that the truth lacks means:

| truth | process | verdict | becomes an incident |
| --- | --- | --- | --- |
| complete | does not follow | \`stale-address\` | after the checks of the grace |
| complete | follows, the load balancer had the address | \`stale-address\` | after the window: time to live, \`hold obsolete\` and a period; without the time to live where the process says its own view |
| complete | follows, the load balancer never had the address | \`stale-address\` | after the checks of the grace |
| partial | any, the address belongs to somebody else | \`stale-address\` | after the checks of the grace |
| partial | does not follow | \`stale-address\` | after the window; with 8 addresses or more when chance is no explanation any more, and not while \`silent-resolver\` is open for the process |
| partial | follows, its own view lacks the address | \`stale-address\` | after the window |
| partial | follows | \`different-view\` | after the window, as information |

With a complete truth and a check each minute, an incident opens at most 120 s after the change for a process that does
not follow, and for a stranger's address. The metric \`DetectionSeconds\` has an upper bound for each incident.

## What a check cannot know

- A \`server\` line with a name and without \`resolvers\`, next to lines that resolve, looks as if it followed: the
  runtime API does not show the difference. With a complete truth the drift is found after the window; by DNS alone it
  stays \`different-view\`. \`cdk-haproxy-elb lint\` finds such lines.
- By DNS alone, a process whose DNS answers other addresses (another zone, another cache, a private zone) cannot be distinguished
  from one whose resolver has old answers, unless the process says its own view (3.2 and later, configurations of this
  project).
- Where each zone has its own answers and the zones cannot be asked, an address that DNS does not name may be that of
  another zone: there is no \`leaving-address\`.
- A process that follows, has a free slot and does not hold a live address may not get it from its own DNS: unless it
  says its own view, \`uncovered-address\` is information.
- HAProxy 1.7 counts no DNS queries: whether a line with a health check follows shows only when an address moves.
- With \`nbproc\` above 1, one process of several is seen; after a reload the old process is not.
- On 3.2 and later the question for the own view is a query of its own where no slot resolves the name. The monitor counts
  these queries, and does not take them for those of the slots.
`;

/** The verdicts as a table for the README. */
export function verdictTable(): string {
  const rows = KINDS.map((kind) => {
    const { severity, explanation } = DEFINITIONS[kind];
    return `| \`${kind}\` | ${explanation.what} | ${severity} |`;
  });
  return ['| verdict | means | severity |', '| --- | --- | --- |', ...rows].join('\n');
}
