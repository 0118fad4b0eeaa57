import type { TaskSource } from '../../lib/contract/registry-record';

/** Where a function runs. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** Something of AWS in which the processes of a proxy run. */
export interface Resource {
  readonly kind: 'service' | 'group' | 'instance';
  /** The ARN of a service, the name of an Auto Scaling group, the id of an EC2 instance. */
  readonly id: string;
}

/** @param functionArn `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME` */
export function placeOf(functionArn: string): Place {
  const [, partition = '', , region = '', account = ''] = functionArn.split(':');
  return { partition, region, account };
}

/**
 * The resources in which the processes of a proxy run; none where they are known by addresses alone: a Cloud Map service, a
 * name, endpoints.
 *
 * @param source where they run; it may be anything, as that of an event
 * @param tasks ids of its tasks, which are those of the instances where it runs on instances
 */
export function resourcesOf(source: TaskSource | undefined, tasks: readonly string[], place: Place): Resource[] {
  const { service, cluster, autoScalingGroup, instanceTags } = Object(source) as Record<string, unknown>;
  if (typeof service === 'string' && typeof cluster === 'string') {
    return [{ kind: 'service', id: serviceArnOf(cluster, service, place) }];
  }
  if (typeof autoScalingGroup === 'string') {
    return [{ kind: 'group', id: autoScalingGroup }];
  }
  return instanceTags === undefined ? [] : instancesOf(tasks);
}

/** The tasks that are EC2 instances. */
export function instancesOf(tasks: readonly string[]): Resource[] {
  return [...new Set(tasks)].filter((id) => /^i-[0-9a-f]+$/.test(id)).map((id) => ({ kind: 'instance', id }));
}

/** Cluster and service are names or ARNs. */
function serviceArnOf(cluster: string, service: string, { partition, region, account }: Place): string {
  const clusterName = cluster.split('/').at(-1)!;
  return service.startsWith('arn:')
    ? service
    : `arn:${partition}:ecs:${region}:${account}:service/${clusterName}/${service}`;
}
