import type { Reading } from '../observation';
import { type Verdict, verdict } from './verdict';

/** The service has no task to check. While a deployment runs, there may be none yet. */
export function noRunningTask({ record, tasks, deploying }: Reading): Verdict[] {
  return tasks.length === 0 && !deploying
    ? [verdict('no-running-task', { message: `${record.proxy} has no running task` })]
    : [];
}
