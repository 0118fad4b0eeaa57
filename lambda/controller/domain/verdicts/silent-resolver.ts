import { PERIODS_TO_TELL } from '../counters';
import { slotName } from '../slots';
import { type Process, type Verdict, verdict } from './verdict';

/** A process that follows DNS sends a query each period. One that sends fewer than a tenth does not follow. */
const SILENT_SHARE = 0.1;

/** Whether the process has stopped, or never begun, to ask DNS: it will not follow the next change. */
export function silentResolver(process: Process): Verdict[] {
  const { task, runtime, slots, reading, activity } = process;
  // 1.6 and 1.7 ask only on behalf of a health check, whatever their counters say.
  if (/^1\.[67](\.|$)/.test(runtime.version)) {
    return uncheckedSlots(process);
  }
  // Per request is asked when a request comes.
  if (runtime.resolvers === undefined || slots.every(({ perRequest }) => perRequest)) {
    return [];
  }
  const { seconds, sections } = activity;
  const sent = sections.reduce((sum, section) => sum + section.sent, 0);
  const periods = seconds / reading.record.resolutionSeconds;
  const message = `${task.id} has sent ${sent} DNS queries in ${seconds} s: it will not follow the next change`;
  return periods >= PERIODS_TO_TELL && sent < periods * SILENT_SHARE
    ? [verdict('silent-resolver', { task: task.id, message })]
    : [];
}

function uncheckedSlots({ task, runtime, slots }: Process): Verdict[] {
  const unchecked = slots
    .filter(({ checked, address }) => !checked && address !== undefined)
    .map(slotName)
    .sort();
  const message = `${unchecked.join(', ')} of ${task.id} has no health check: HAProxy ${runtime.version} never looks its name up again`;
  return unchecked.length === 0 ? [] : [verdict('silent-resolver', { task: task.id, slots: unchecked, message })];
}
