import { defineVerdict } from './definition';

/** The service has no task to check. During a deployment there may be none yet. */
export const noRunningTask = defineVerdict('no-running-task', {
  whileDeploying: 'undecided',
  explanation: {
    what: 'the service has no running task',
    why: 'it is scaled to zero, or its tasks do not start',
    remedy: "check the service's events in ECS: image, subnets, capacity, secrets",
  },
  evaluate: ({ observation: { record, tasks, deploying } }) =>
    tasks.length === 0 && !deploying ? [{ message: `${record.proxy} has no running task` }] : [],
});
