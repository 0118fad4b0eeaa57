import type { LiveUpstream, Reading, TaskReading } from '../observation';
import { type Verdict, verdict } from './verdict';

/** The task runs, its runtime API does not answer. */
export function unreachableTask(read: TaskReading): Verdict[] {
  const { id } = read.task;
  return 'unreachable' in read
    ? [
        verdict('unreachable-task', {
          task: id,
          message: `the runtime API of ${id} does not answer: ${read.unreachable}`,
        }),
      ]
    : [];
}

/** The runtime API answers for a process that has nothing of the upstream. While a deployment runs, an old one may. */
export function missingBackend(
  { deploying }: Reading,
  { task }: TaskReading,
  { name, upstream }: LiveUpstream,
): Verdict[] {
  const what = upstream.backend === undefined ? 'no backend' : `no backend '${upstream.backend}'`;
  const message = `${task.id} has ${what} with a server in it`;
  return deploying ? [] : [verdict('unreachable-task', { upstream: name, task: task.id, message })];
}
