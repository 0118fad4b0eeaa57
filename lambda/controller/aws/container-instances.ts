import { DescribeContainerInstancesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { paginateDescribeInstanceInformation, SSMClient } from '@aws-sdk/client-ssm';
import { paced, REQUIRED } from './client-options';
import { inBatches } from './in-batches';
import { readInstances } from './instances';
import type { TimeLimit } from './time-limit';

/** How many container instances one call describes, and how many managed nodes one filter has. */
const MAX_INSTANCES = 100;
/** How many managed nodes one page has. */
const MAX_PAGE = 50;

const ecs = paced(new ECSClient(REQUIRED));
const ssm = paced(new SSMClient(REQUIRED));

/**
 * The addresses of container instances, as hosts of an endpoint: EC2 instances, and external ones (ECS Anywhere) by
 * Systems Manager, which has them as managed nodes.
 *
 * @returns the host of an instance; undefined where it has no address, or is gone
 * @throws when they cannot be read
 */
export async function readHosts(
  cluster: string,
  arns: readonly string[],
  time: TimeLimit,
): Promise<(containerInstanceArn: string) => string | undefined> {
  const ids = new Map<string, string>();
  await inBatches([...new Set(arns)], MAX_INSTANCES, async (containerInstances) => {
    const described = await time.within(() =>
      ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances })),
    );
    for (const { containerInstanceArn = '', ec2InstanceId = '' } of described.containerInstances ?? []) {
      ids.set(containerInstanceArn, ec2InstanceId);
    }
  });
  const isExternal = (id: string) => id.startsWith('mi-');
  const [instances, nodes] = await Promise.all([
    readInstances(
      [...ids.values()].filter((id) => !isExternal(id)),
      time,
    ),
    readManagedNodes([...ids.values()].filter(isExternal), time),
  ]);
  return (arn) => {
    const id = ids.get(arn) ?? '';
    return instances.get(id)?.host ?? nodes.get(id);
  };
}

async function readManagedNodes(ids: readonly string[], time: TimeLimit): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  await inBatches([...new Set(ids)], MAX_INSTANCES, async (Values) => {
    const Filters = [{ Key: 'InstanceIds', Values }];
    await time.within(async () => {
      const pages = paginateDescribeInstanceInformation({ client: ssm, pageSize: MAX_PAGE }, { Filters });
      for await (const { InstanceInformationList = [] } of pages) {
        for (const { InstanceId = '', IPAddress = '' } of InstanceInformationList) {
          found.set(InstanceId, IPAddress.includes(':') ? `[${IPAddress}]` : IPAddress);
        }
      }
    });
  });
  return found;
}
