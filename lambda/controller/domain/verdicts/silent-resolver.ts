import { MIN_PERIODS } from '../counters';
import { slotName } from '../slots';
import { defineVerdict, type Process } from './definition';
import type { Finding } from './verdict';

/** A process that follows DNS sends a query in each period. One that sends fewer than a tenth does not follow. */
const SILENT_SHARE = 0.1;

/** The process sends no more DNS queries, or never sent any: it will not follow the next change. */
export const silentResolver = defineVerdict('silent-resolver', {
  requires: ['history'],
  blocksDeployment: true,
  explanation: {
    what: 'the process sends no DNS queries and will not follow the next change',
    why: '1.6 and 1.7 query DNS only for servers with a health check, later branches only for servers with `resolvers`',
    remedy: '1.6 and 1.7: add `check` to the server line; later branches: add `resolvers`',
  },
  evaluate: ({ processes, observation }) =>
    processes.flatMap((process) => evaluateProcess(process, observation.record.resolutionSeconds)),
});

function evaluateProcess(process: Process, resolutionSeconds: number): Finding[] {
  const { task, runtime, slots, activity } = process;
  // 1.6 and 1.7 query only for servers with a health check, so their counters do not decide.
  if (/^1\.[67](\.|$)/.test(runtime.version)) {
    return slotsWithoutCheck(process);
  }
  // A slot of mode `per-request` sends no query by itself.
  if (runtime.resolvers === undefined || slots.every(({ perRequest }) => perRequest)) {
    return [];
  }
  const { seconds, sections } = activity;
  const sent = sections.reduce((sum, section) => sum + section.sent, 0);
  const periods = seconds / resolutionSeconds;
  const message = `${task.id} has sent ${sent} DNS queries in ${seconds} s: it will not follow the next change`;
  return periods >= MIN_PERIODS && sent < periods * SILENT_SHARE ? [{ task: task.id, message }] : [];
}

function slotsWithoutCheck({ task, runtime, slots }: Process): Finding[] {
  const unchecked = slots
    .filter(({ checked, address }) => !checked && address !== undefined)
    .map(slotName)
    .sort();
  const message = `${unchecked.join(', ')} of ${task.id} has no health check: HAProxy ${runtime.version} never looks its name up again`;
  return unchecked.length === 0 ? [] : [{ task: task.id, slots: unchecked, message }];
}
