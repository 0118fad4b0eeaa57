import { compareBranches } from '../../../lib/haproxy/branches';
import { type Process, type Verdict, verdict } from './verdict';

/** The running branch is not the one that the configuration was made for. While a deployment runs, both may. */
export function versionMismatch({ reading: { record, deploying }, task, runtime: { version } }: Process): Verdict[] {
  const { haproxyVersion = version } = record;
  if (deploying || compareBranches(haproxyVersion, version) === 0) {
    return [];
  }
  const [wanted] = /^\d+\.\d+/.exec(haproxyVersion) ?? [haproxyVersion];
  const message = `${task.id} runs HAProxy ${version}, its configuration was made for ${wanted}`;
  return [verdict('version-mismatch', { task: task.id, message })];
}
