import type { EndpointSource, TaskSource } from '../../../lib/contract/registry-record';
import type { Task, TaskListing } from './raw-observation';

/** A source whose tasks are listed before they are read. */
export type ListedSource = Exclude<TaskSource, EndpointSource>;

/** What the tasks of a source are: a listing with the same identity is one of it, whatever its port. */
export function identityOf(source: ListedSource): string {
  if ('service' in source) {
    return `${nameOf(source.cluster)}/${nameOf(source.service)}`;
  }
  // No cluster has a colon in its name.
  if ('autoScalingGroup' in source) {
    return `group:${source.autoScalingGroup}`;
  }
  if ('instanceTags' in source) {
    return `tags:${JSON.stringify(Object.entries(source.instanceTags).sort())}`;
  }
  return 'cloudMapService' in source
    ? `cloud-map:${source.cloudMapNamespace}/${source.cloudMapService}`
    : `name:${source.name}`;
}

/** The tasks of a listing, each with the endpoint of its runtime API. */
export function tasksOf(
  { tasks }: Pick<TaskListing, 'tasks'>,
  { runtimeApiPort }: Pick<ListedSource, 'runtimeApiPort'>,
): Task[] {
  return tasks.map(({ host, ports = [], ...task }) => {
    const [, port = runtimeApiPort] = ports.find(([container]) => container === runtimeApiPort) ?? [];
    return { ...task, ...(host !== undefined && { endpoint: `${host}:${port}` }) };
  });
}

/** The tasks of a list of endpoints. An endpoint is the id of its task. */
export function endpointTasks({ endpoints }: EndpointSource): Task[] {
  return [...new Set(endpoints)].map((endpoint) => ({ id: endpoint, endpoint }));
}

/** The name in an ARN, or the name itself: a record may have either. */
export function nameOf(arnOrName: string): string {
  return arnOrName.split('/').at(-1) ?? arnOrName;
}
