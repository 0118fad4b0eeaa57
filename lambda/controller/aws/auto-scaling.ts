import {
  AutoScalingClient,
  type AutoScalingGroup,
  paginateDescribeAutoScalingGroups,
} from '@aws-sdk/client-auto-scaling';
import type { GroupSource } from '../../../lib/contract/registry-record';
import { reasonOf } from '../domain/reason';
import { identityOf } from '../domain/task-source';
import { REQUIRED } from './client-options';
import { inBatches } from './in-batches';
import { readInstances } from './instances';
import type { Listed } from './listed';
import type { TimeLimit } from './time-limit';

/** How many groups one page has. */
const MAX_GROUPS = 100;

const autoScaling = new AutoScalingClient(REQUIRED);

/**
 * The instances of Auto Scaling groups that are in service and healthy: others are starting, are to be replaced, or were
 * taken out of service.
 */
export async function readGroups(sources: readonly GroupSource[], time: TimeLimit): Promise<Map<GroupSource, Listed>> {
  const groups = new Map<string, AutoScalingGroup>();
  const failed = new Map<string, string>();
  await inBatches([...new Set(sources.map((source) => source.autoScalingGroup))], MAX_GROUPS, async (names) => {
    try {
      for (const group of await time.within(() => describeGroups(names))) {
        groups.set(group.AutoScalingGroupName ?? '', group);
      }
    } catch (error) {
      for (const name of names) {
        failed.set(name, reasonOf(error));
      }
    }
  });
  let unread: string | undefined;
  const ids = [...groups.values()].flatMap(inService);
  const instances = await readInstances(ids, time).catch((error: unknown) => {
    unread = reasonOf(error);
    return new Map<string, never>();
  });
  const listedOf = (source: GroupSource): Listed => {
    const group = groups.get(source.autoScalingGroup);
    const reason = failed.get(source.autoScalingGroup) ?? (group === undefined ? missing(source) : unread);
    if (reason !== undefined) {
      return { failed: reason };
    }
    const tasks = inService(group!).flatMap((id) => instances.get(id) ?? []);
    return {
      listing: { at: Date.now(), service: identityOf(source), tasks },
      ...(tasks.length === 0 && { desiredCount: group!.DesiredCapacity ?? 0 }),
    };
  };
  return new Map(sources.map((source) => [source, listedOf(source)]));
}

const missing = ({ autoScalingGroup }: GroupSource) => `there is no Auto Scaling group ${autoScalingGroup}`;

async function describeGroups(names: string[]): Promise<AutoScalingGroup[]> {
  const found: AutoScalingGroup[] = [];
  const input = { AutoScalingGroupNames: names };
  for await (const page of paginateDescribeAutoScalingGroups({ client: autoScaling, pageSize: MAX_GROUPS }, input)) {
    found.push(...(page.AutoScalingGroups ?? []));
  }
  return found;
}

function inService({ Instances = [] }: AutoScalingGroup): string[] {
  return Instances.flatMap(({ InstanceId, LifecycleState, HealthStatus }) =>
    InstanceId !== undefined && LifecycleState === 'InService' && HealthStatus === 'Healthy' ? [InstanceId] : [],
  );
}
