import type { ListedTask, TaskListing } from '../domain/raw-observation';
import { reasonOf } from '../domain/reason';
import { identityOf, type ListedSource } from '../domain/task-source';
import { inBatches } from './in-batches';

/** The running tasks of a source, or why they could not be listed. */
export type Listed =
  | {
      readonly listing: TaskListing;
      /** How many there shall be; asked only where there are none. @default - not known */
      readonly desiredCount?: number;
    }
  | { readonly failed: string };

/** Lists the tasks of sources, each with a call of its own; once for those with the same tasks. Never rejects. */
export async function listEach<S extends ListedSource>(
  sources: readonly S[],
  list: (source: S) => Promise<ListedTask[]>,
): Promise<Map<S, Listed>> {
  const found = new Map<string, Listed>();
  await inBatches([...new Map(sources.map((source) => [identityOf(source), source]))], 1, async ([entry]) => {
    const [service, source] = entry!;
    try {
      const tasks = await list(source);
      found.set(service, { listing: { at: Date.now(), service, tasks } });
    } catch (error) {
      found.set(service, { failed: reasonOf(error) });
    }
  });
  return new Map(sources.map((source) => [source, found.get(identityOf(source))!]));
}
