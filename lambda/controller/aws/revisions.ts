import { DescribeServiceRevisionsCommand, DescribeServicesCommand } from '@aws-sdk/client-ecs';
import type { ServiceSource } from '../../../lib/contract/registry-record';
import type { Task } from '../domain/raw-observation';
import { tasksOf } from '../domain/task-source';
import { describeRunning, ecs, listedTasks } from './tasks';
import type { TimeLimit } from './time-limit';

/** The running tasks of one revision of a service: those of its task definition that are no older than itself. */
export async function listRevisionTasks(service: ServiceSource, revisionArn: string, time: TimeLimit): Promise<Task[]> {
  const { serviceRevisions = [] } = await ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns: [revisionArn] }),
  );
  const [revision] = serviceRevisions;
  if (revision === undefined) {
    throw new Error(`ECS has no service revision ${revisionArn}`);
  }
  // A deployment without a change has the same task definition as the one before.
  const since = revision.createdAt?.getTime() ?? 0;
  const running = (await describeRunning(service, time))
    .filter(({ taskDefinitionArn }) => taskDefinitionArn === revision.taskDefinition)
    .filter(({ createdAt }) => (createdAt?.getTime() ?? 0) >= since);
  const described = await listedTasks(service.cluster, running, time);
  const failed = described.find((one) => one.failed !== undefined)?.failed;
  if (failed !== undefined) {
    throw new Error(failed);
  }
  return tasksOf({ tasks: described.map(({ listed }) => listed) }, service);
}

/** The desired count of a service. */
export async function desiredCount({ cluster, service }: ServiceSource): Promise<number> {
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  return services[0]?.desiredCount ?? 0;
}
