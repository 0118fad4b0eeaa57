import { branchOrder } from '../../../../lib/haproxy/version/branches';
import { type Process, type Verdict, verdict } from './verdict';

/**
 * The running branch is not the one that the configuration was made for, as itself or the record has it. While a
 * deployment runs, the record is right about some of the tasks only.
 */
export function versionMismatch({ reading: { record, deploying }, task, runtime }: Process): Verdict[] {
  const { version, madeFor } = runtime;
  const wanted = [madeFor, deploying ? undefined : record.haproxyVersion].find(
    (branch) => branch !== undefined && branchOrder(branch) !== branchOrder(version),
  );
  if (wanted === undefined) {
    return [];
  }
  const [branch] = /^\d+\.\d+/.exec(wanted) ?? [wanted];
  const message = `${task.id} runs HAProxy ${version}, its configuration was made for ${branch}`;
  return [verdict('version-mismatch', { task: task.id, message })];
}
