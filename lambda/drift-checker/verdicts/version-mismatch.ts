import { type Process, type Verdict, verdict } from './verdict';

/** The running branch is not the one that the configuration was made for. While a deployment runs, both may. */
export function versionMismatch({ reading: { record, deploying }, task, runtime: { version } }: Process): Verdict[] {
  const branchOf = (release: string) => release.split('.').slice(0, 2).join('.');
  const wanted = branchOf(record.haproxyVersion ?? version);
  const message = `${task.id} runs HAProxy ${version}, its configuration was made for ${wanted}`;
  return deploying || wanted === branchOf(version) ? [] : [verdict('version-mismatch', { task: task.id, message })];
}
