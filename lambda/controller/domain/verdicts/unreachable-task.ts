import type { Observation } from '../observation';
import { namesFollowed } from '../slots';
import { defineVerdict, type Process } from './definition';
import { listOf } from './texts';
import type { Finding } from './verdict';

/** The task runs and its runtime API does not answer, or answers for a process that has no slot of an upstream. */
export const unreachableTask = defineVerdict('unreachable-task', {
  whileDeploying: 'undecided-for-upstreams',
  blocksDeployment: true,
  blind: true,
  explanation: {
    what: 'the task runs, and its runtime API does not answer or has no server of the load balancer',
    why: 'no process listens there, a firewall blocks the connection, TLS fails, or the servers follow another name',
    remedy: "check the security groups between the probe and the tasks, and the task's log",
  },
  remediation: ({ dnsName, tasks }) =>
    dnsName === undefined
      ? `check the security groups between the probe and ${listOf(tasks)}, and the log of the task`
      : `give the record the name that the servers of ${listOf(tasks)} follow, or the servers the name ${dnsName}`,
  over: ({ proxy, dnsName }) =>
    dnsName === undefined
      ? `every running task of ${proxy} answers`
      : `every running task of ${proxy} has servers of ${dnsName}`,
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

function withoutUpstream({ task, runtime, missing }: Process): Finding[] {
  return missing.map(({ name, upstream: { backend, dnsName } }) => {
    const where = backend === undefined ? task.id : `backend '${backend}' of ${task.id}`;
    const others = namesFollowed(runtime, backend);
    const message =
      others.length === 0
        ? `${task.id} has ${backend === undefined ? 'no backend' : `no backend '${backend}'`} with a server in it`
        : `no server of ${where} follows ${dnsName}: its servers follow ${listOf(others)}`;
    return { upstream: name, task: task.id, message };
  });
}
