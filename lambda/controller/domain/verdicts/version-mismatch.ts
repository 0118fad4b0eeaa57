import { branchOrder } from '../../../../lib/haproxy/version/branches';
import { defineVerdict, type Process } from './definition';
import { listOf } from './texts';
import type { Finding } from './verdict';

/** The running branch differs from the branch in the configuration or in the record. */
export const versionMismatch = defineVerdict('version-mismatch', {
  whileDeploying: 'undecided',
  blocksDeployment: true,
  explanation: {
    what: 'the running branch differs from the branch of the configuration',
    why: 'a configuration for one branch can keep another branch from following DNS',
    remedy: 'look for an unfinished deployment, or a manually changed image',
  },
  remediation: ({ tasks }) => `deploy ${listOf(tasks)} with an image of the branch that the configuration is for`,
  over: ({ proxy }) => `every task of ${proxy} runs the branch that its configuration is for`,
  evaluate: ({ processes, observation: { record, deploying } }) =>
    // During a deployment the record describes some of the tasks only.
    processes.flatMap((process) => evaluateProcess(process, deploying ? undefined : record.haproxyVersion)),
});

function evaluateProcess({ task, runtime: { version, madeFor } }: Process, recorded: string | undefined): Finding[] {
  const wanted = [madeFor, recorded].find(
    (branch) => branch !== undefined && branchOrder(branch) !== branchOrder(version),
  );
  if (wanted === undefined) {
    return [];
  }
  const [branch] = /^\d+\.\d+/.exec(wanted) ?? [wanted];
  return [{ task: task.id, message: `${task.id} runs HAProxy ${version}, its configuration was made for ${branch}` }];
}
