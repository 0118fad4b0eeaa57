import type { Subject } from './definition';

/** At most this many tasks are named in a text. */
const NAMED_TASKS = 5;

/** `task-1, task-2 and 38 more`, or what stands for none. */
export function listOf(tasks: readonly string[]): string {
  if (tasks.length <= NAMED_TASKS) {
    return tasks.join(', ');
  }
  return `${tasks.slice(0, NAMED_TASKS).join(', ')} and ${tasks.length - NAMED_TASKS} more`;
}

/** A word for one thing or several. */
export function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

/** The command that replaces the tasks concerned: new processes resolve the name when they start. */
export function replaceTasks({ source, tasks, allTasks }: Subject): string {
  if (source === undefined || 'endpoints' in source) {
    return tasks.length === 0 ? 'restart the HAProxy' : `restart the HAProxy behind ${listOf(tasks)}`;
  }
  const { cluster, service } = source;
  // A stopped task is missing until ECS has started another one. Of all tasks together that would be an outage.
  if (allTasks || tasks.length > NAMED_TASKS) {
    const which = tasks.length === 0 ? '' : ` # for ${listOf(tasks)}`;
    return `aws ecs update-service --cluster ${cluster} --service ${service} --force-new-deployment${which}`;
  }
  return tasks.map((task) => `aws ecs stop-task --cluster ${cluster} --task ${task}`).join(' && ');
}

/** The command that shows why the tasks of a service do not run as they should. */
export function showEvents({ source, proxy }: Subject): string {
  return source !== undefined && 'service' in source
    ? `aws ecs describe-services --cluster ${source.cluster} --services ${source.service} --query 'services[0].events[:5]'`
    : `start the HAProxy of ${proxy}`;
}
