import { DiscoverInstancesCommand, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { CloudMapSource } from '../../../lib/contract/registry-record';
import type { ListedTask } from '../domain/raw-observation';
import { REQUIRED } from './client-options';
import { type Listed, listEach } from './listed';
import type { TimeLimit } from './time-limit';

/** The most that one call answers; it has no pages. */
const MAX_INSTANCES = 1000;

const cloudMap = new ServiceDiscoveryClient({
  ...REQUIRED,
  // AWS answers at `data-servicediscovery`; an endpoint of another name, such as an emulator, has no such prefix.
  disableHostPrefix: process.env.AWS_ENDPOINT_URL !== undefined,
});

/** The instances of Cloud Map services: the healthy ones, or all where none is healthy. */
export function readCloudMap(
  sources: readonly CloudMapSource[],
  time: TimeLimit,
): Promise<Map<CloudMapSource, Listed>> {
  return listEach(sources, (source) => discover(source, time));
}

async function discover(
  { cloudMapNamespace, cloudMapService }: CloudMapSource,
  time: TimeLimit,
): Promise<ListedTask[]> {
  const command = new DiscoverInstancesCommand({
    NamespaceName: cloudMapNamespace,
    ServiceName: cloudMapService,
    MaxResults: MAX_INSTANCES,
    HealthStatus: 'HEALTHY_OR_ELSE_ALL',
  });
  const { Instances = [] } = await time.within(() => cloudMap.send(command));
  return Instances.map(({ InstanceId = '', Attributes = {} }) => {
    const { AWS_INSTANCE_IPV4: ipv4, AWS_INSTANCE_IPV6: ipv6 } = Attributes;
    const host = ipv4 ?? (ipv6 === undefined ? undefined : `[${ipv6}]`);
    return { id: InstanceId, ...(host !== undefined && { host }) };
  });
}
