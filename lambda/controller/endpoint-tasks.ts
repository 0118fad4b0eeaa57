import type { RegistryRecord } from '../../lib/contract/registry-record';
import type { Task } from './domain/raw-observation';

/** The tasks of a record that lists endpoints. An endpoint is the id of its task. */
export function endpointTasks({ tasks }: Pick<RegistryRecord, 'tasks'>): Task[] {
  return 'endpoints' in tasks ? [...new Set(tasks.endpoints)].map((endpoint) => ({ id: endpoint, endpoint })) : [];
}
