import { defineVerdict } from './definition';
import { showEvents } from './texts';

/** The service shall have tasks and has none to check. During a deployment there may be none yet. */
export const noRunningTask = defineVerdict('no-running-task', {
  whileDeploying: 'undecided',
  explanation: {
    what: 'the service has no running task, although its desired count is not 0',
    why: 'its tasks do not start, or end at once',
    remedy: "check the service's events in ECS: image, subnets, capacity, secrets",
  },
  remediation: showEvents,
  over: ({ proxy }) => `${proxy} has a running task again, or its desired count is 0`,
  evaluate: ({ observation: { record, tasks, deploying, desiredCount } }) =>
    tasks.length === 0 && !deploying && desiredCount !== 0 ? [{ message: `${record.proxy} has no running task` }] : [],
});
