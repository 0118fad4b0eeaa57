import type { Observation } from '../observation';
import { defineVerdict, type Evidence } from './definition';
import type { Finding } from './verdict';

/** A task that started less than this ago may not answer yet. */
const STARTING_MILLIS = 3 * 60_000;

/**
 * The proxy, or a part of it, was not read: critical when that lasts. A single task that does not answer is
 * `unreachable-task`, and counts here only when it has lasted for that time.
 */
export const unchecked = defineVerdict('unchecked', {
  blind: true,
  explanation: {
    what: 'the proxy, or a part of its tasks, was not checked',
    why: 'the run had no time left, an API or a secret could not be read, or no task answers',
    remedy: 'see the reason in the message; for tasks that do not answer see `unreachable-task`',
  },
  remediation: ({ proxy }) => `see the reasons in the log of the monitor: until then nothing is known of ${proxy}`,
  over: ({ proxy }) => `${proxy} was checked as a whole`,
  evaluate: ({ observation, blindAfterSeconds }) => {
    const finding = uncheckedIn(observation, blindAfterSeconds);
    return finding === undefined ? [] : [finding];
  },
});

function uncheckedIn(
  { record: { proxy }, at, tasks, remembered, unchecked: why }: Observation,
  blindAfterSeconds: Evidence['blindAfterSeconds'],
): Finding | undefined {
  const critical = { criticalAfterSeconds: blindAfterSeconds };
  if (why !== undefined) {
    return { ...critical, message: `${proxy} was not checked: ${why}` };
  }
  const late = tasks.filter((task) => 'unchecked' in task).length;
  if (late > 0) {
    const cause = remembered
      ? 'ECS did not list the tasks in this run, and these have stopped since the last list, or do not answer'
      : 'no time was left';
    return { ...critical, message: `${late} of ${tasks.length} tasks of ${proxy} were not checked: ${cause}` };
  }
  const isStarting = (startedAt: number | undefined) => startedAt !== undefined && at - startedAt < STARTING_MILLIS;
  const silent = tasks.filter((one) => 'unreachable' in one && !isStarting(one.task.startedAt)).length;
  if (silent === 0) {
    return undefined;
  }
  const message = `${silent} of ${tasks.length} tasks of ${proxy} could not be read`;
  return silent === tasks.length
    ? { ...critical, message }
    : { ...critical, openAfterSeconds: blindAfterSeconds, message };
}
