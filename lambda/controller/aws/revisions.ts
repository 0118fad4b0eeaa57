import { DescribeServiceRevisionsCommand, DescribeServicesCommand } from '@aws-sdk/client-ecs';
import type { Task } from '../domain/raw-observation';
import { describeRunning, type EcsService, ecs, listedTask, tasksOf } from './tasks';
import type { TimeLimit } from './time-limit';

/** The running tasks of one revision of a service: those of its task definition that are no older than itself. */
export async function listRevisionTasks(service: EcsService, revisionArn: string, time: TimeLimit): Promise<Task[]> {
  const { serviceRevisions = [] } = await ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns: [revisionArn] }),
  );
  const [revision] = serviceRevisions;
  if (revision === undefined) {
    throw new Error(`ECS has no service revision ${revisionArn}`);
  }
  // A deployment without a change has the same task definition as the one before.
  const since = revision.createdAt?.getTime() ?? 0;
  const tasks = (await describeRunning(service, time))
    .filter(({ taskDefinitionArn }) => taskDefinitionArn === revision.taskDefinition)
    .filter(({ createdAt }) => (createdAt?.getTime() ?? 0) >= since)
    .map(listedTask);
  return tasksOf({ tasks }, service);
}

/** The desired count of a service. */
export async function desiredCount({ cluster, service }: EcsService): Promise<number> {
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  return services[0]?.desiredCount ?? 0;
}
