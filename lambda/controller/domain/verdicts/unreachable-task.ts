import type { Observation } from '../observation';
import { defineVerdict, type Process } from './definition';
import type { Finding } from './verdict';

/** The task runs and its runtime API does not answer, or answers for a process that has no slot of an upstream. */
export const unreachableTask = defineVerdict('unreachable-task', {
  whileDeploying: 'undecided-for-upstreams',
  blocksDeployment: true,
  blind: true,
  explanation: {
    what: 'the task runs, and its runtime API does not answer or has no server of the load balancer',
    why: 'no process listens there, a firewall blocks the connection, TLS fails, or the backend has another name',
    remedy: "check the security groups between the checker and the tasks, and the task's log",
  },
  evaluate: ({ observation, processes }) => [
    ...withoutAnswer(observation),
    // A process of the former revision may lack an upstream of the new one.
    ...(observation.deploying ? [] : processes.flatMap(withoutUpstream)),
  ],
});

function withoutAnswer({ tasks }: Observation): Finding[] {
  return tasks.flatMap((read) =>
    'unreachable' in read
      ? [
          {
            task: read.task.id,
            message: `the runtime API of ${read.task.id} does not answer: ${read.unreachable}`,
          },
        ]
      : [],
  );
}

function withoutUpstream({ task, missing }: Process): Finding[] {
  return missing.map(({ name, upstream: { backend } }) => ({
    upstream: name,
    task: task.id,
    message: `${task.id} has ${backend === undefined ? 'no backend' : `no backend '${backend}'`} with a server in it`,
  }));
}
