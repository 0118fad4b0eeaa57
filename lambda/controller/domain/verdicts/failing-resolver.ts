import type { ResolverCounters } from '../../../../lib/contract/probe';
import { MIN_PERIODS } from '../counters';
import { defineVerdict } from './definition';

/** A `resolvers` section sends queries and gets no address for any. A section that sends none is unused, or silent. */
export const failingResolver = defineVerdict('failing-resolver', {
  requires: ['history'],
  blocksDeployment: true,
  explanation: {
    what: 'the process sends DNS queries and gets no address for any of them',
    why: 'the answers are errors, late, truncated or too large: a name server refuses, is far away or is overloaded, the network drops packets, or the payload size is too small for eight addresses',
    remedy:
      "set `accepted_payload_size` to 8192; look at the name servers and at the network's limits for DNS; ask the name servers from the same subnet",
  },
  evaluate: ({ processes, observation }) =>
    processes.flatMap(({ task, activity: { seconds, sections } }) => {
      const failing =
        seconds >= MIN_PERIODS * observation.record.resolutionSeconds
          ? sections.filter(({ sent, valid }) => sent > 0 && valid === 0)
          : [];
      const message = `${task.id} gets no address from DNS: ${failing.map(sentenceOn).sort().join('; ')}`;
      return failing.length === 0 ? [] : [{ task: task.id, message }];
    }),
});

function sentenceOn({ section, sent, failures }: ResolverCounters): string {
  const counted = Object.entries(failures).map(([name, count]) => `${name} ${count}`);
  const since = counted.length === 0 ? '' : ` (since its start: ${counted.join(', ')})`;
  return `none of ${sent} queries of resolvers '${section}' got an address${since}`;
}
