import { MIN_PERIODS, type SectionActivity } from '../activity';
import { defineVerdict } from './definition';
import { listOf } from './texts';

/**
 * A `resolvers` section sends queries and gets no address for any: a warning at once, critical when half of the time is
 * over for which HAProxy keeps its addresses.
 */
export const failingResolver = defineVerdict('failing-resolver', {
  requires: ['history'],
  blocksDeployment: true,
  explanation: {
    what: 'the process sends DNS queries and gets no address for any of them',
    why: 'the answers are errors, late, truncated or too large: a name server refuses, is far away or is overloaded, the network drops packets, or the payload size is too small for eight addresses',
    remedy:
      "set `accepted_payload_size` to 8192; look at the name servers and at the network's limits for DNS; query the name servers from the same subnet",
  },
  remediation: ({ section, tasks }) =>
    `query the name servers of resolvers '${section}' from the subnet of ${listOf(tasks)}; HAProxy drops its addresses when its hold time is over`,
  over: ({ proxy, section }) => `resolvers '${section}' of ${proxy} get addresses again`,
  evaluate: ({ processes, observation: { record } }) =>
    processes.flatMap(({ task, activity: { basis, sections } }) =>
      basis === 'young'
        ? []
        : sections
            .filter(({ is }) => is === 'failing')
            .map((section) => ({
              task: task.id,
              section: section.section,
              // Since the start is one look at what may have been long ago.
              ...(basis !== 'start' && { graceChecks: 1 }),
              criticalAfterSeconds: Math.max(0, record.holdSeconds / 2 - MIN_PERIODS * record.resolutionSeconds),
              message: `${task.id} gets no address from DNS: ${sentenceOn(section)}`,
            })),
    ),
});

function sentenceOn({ section, sent, failures }: SectionActivity): string {
  const counted = Object.entries(failures).map(([name, count]) => `${name} ${count}`);
  const since = counted.length === 0 ? '' : ` (since its start: ${counted.join(', ')})`;
  return `none of ${sent} queries of resolvers '${section}' got an address${since}`;
}
