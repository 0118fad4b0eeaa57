import { EC2Client, type Filter, type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { TagSource } from '../../../lib/contract/registry-record';
import type { ListedTask } from '../domain/raw-observation';
import { paced, REQUIRED } from './client-options';
import { inBatches } from './in-batches';
import { type Listed, listEach } from './listed';
import { MAX_FILTER_VALUES } from './network-interfaces';
import type { TimeLimit } from './time-limit';

const ec2 = paced(new EC2Client(REQUIRED));

/** Those of some EC2 instances that run, by id. */
export async function readInstances(ids: readonly string[], time: TimeLimit): Promise<ReadonlyMap<string, ListedTask>> {
  const found = new Map<string, ListedTask>();
  // A filter, because an id that is gone fails a call that names it. The state is a value as well.
  await inBatches([...new Set(ids)], MAX_FILTER_VALUES - 1, async (Values) => {
    for (const one of await describeRunning([{ Name: 'instance-id', Values }], time)) {
      found.set(one.id, one);
    }
  });
  return found;
}

/** The running instances of each source that have its tags. */
export function readTagged(sources: readonly TagSource[], time: TimeLimit): Promise<Map<TagSource, Listed>> {
  return listEach(sources, ({ instanceTags }) => {
    const filters = Object.entries(instanceTags).map(([key, value]) => ({
      Name: `tag:${key}`,
      Values: [literal(value)],
    }));
    return describeRunning(filters, time);
  });
}

/** A value of a filter without the meaning of its wildcards. */
function literal(value: string): string {
  return value.replace(/[\\*?]/g, '\\$&');
}

async function describeRunning(filters: Filter[], time: TimeLimit): Promise<ListedTask[]> {
  const Filters = [...filters, { Name: 'instance-state-name', Values: ['running'] }];
  return time.within(async () => {
    const found: ListedTask[] = [];
    for await (const { Reservations = [] } of paginateDescribeInstances({ client: ec2, pageSize: 1000 }, { Filters })) {
      found.push(...Reservations.flatMap(({ Instances = [] }) => Instances.map(listedInstance)));
    }
    return found;
  });
}

function listedInstance({ InstanceId = '', LaunchTime, PrivateIpAddress, Ipv6Address }: Instance): ListedTask {
  const host = PrivateIpAddress ?? (Ipv6Address === undefined ? undefined : `[${Ipv6Address}]`);
  return {
    id: InstanceId,
    ...(LaunchTime !== undefined && { startedAt: LaunchTime.getTime() }),
    ...(host !== undefined && { host }),
  };
}
