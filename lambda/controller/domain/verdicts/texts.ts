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
  if (source === undefined || !('service' in source)) {
    const where = source === undefined || 'endpoints' in source ? 'behind' : 'on';
    return tasks.length === 0 ? 'restart the HAProxy' : `restart the HAProxy ${where} ${listOf(tasks)}`;
  }
  const { cluster, service } = source;
  // A stopped task is missing until ECS has started another one. Of all tasks together that would be an outage.
  if (allTasks || tasks.length === 0 || tasks.length > NAMED_TASKS) {
    const which = tasks.length === 0 ? '' : ` # for ${listOf(tasks)}`;
    return `aws ecs update-service --cluster ${cluster} --service ${service} --force-new-deployment${which}`;
  }
  return tasks.map((task) => `aws ecs stop-task --cluster ${cluster} --task ${task}`).join(' && ');
}

/** The command that shows why the tasks of a source do not run as they should. */
export function showEvents({ source, proxy }: Subject): string {
  if (source === undefined || 'endpoints' in source) {
    return `start the HAProxy of ${proxy}`;
  }
  if ('service' in source) {
    const { cluster, service } = source;
    return `aws ecs describe-services --cluster ${cluster} --services ${service} --query 'services[0].events[:5]'`;
  }
  if ('autoScalingGroup' in source) {
    return `aws autoscaling describe-scaling-activities --auto-scaling-group-name ${quoted(source.autoScalingGroup)} --max-items 5`;
  }
  if ('instanceTags' in source) {
    const filters = Object.entries(source.instanceTags).map(([key, value]) =>
      quoted(`Name=tag:${key},Values=${value}`),
    );
    return `aws ec2 describe-instances --filters ${filters.join(' ')}`;
  }
  if ('cloudMapService' in source) {
    const { cloudMapNamespace, cloudMapService } = source;
    return `aws servicediscovery discover-instances --namespace-name ${quoted(cloudMapNamespace)} --service-name ${quoted(cloudMapService)}`;
  }
  return `dig ${quoted(source.name)}`;
}

/** A word of a shell: names and tags may have spaces, and characters that mean something to it. */
function quoted(word: string): string {
  return /^[\w.,:=/@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
