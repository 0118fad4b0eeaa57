import { DescribeTasksCommand, ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import type { Task } from '../reading';
import { CLIENT_OPTIONS } from './client-options';

const ecs = new ECSClient(CLIENT_OPTIONS);

/** The running tasks of a service, with the address of each one's network interface. */
export async function listTasks(cluster: string, service: string, runtimeApiPort: number): Promise<Task[]> {
  const tasks: Task[] = [];
  let nextToken: string | undefined;
  do {
    // A page has at most 100 tasks, which is also the most that DescribeTasks takes.
    const page = await ecs.send(
      new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'RUNNING', nextToken }),
    );
    const arns = page.taskArns ?? [];
    const described =
      arns.length === 0 ? [] : (await ecs.send(new DescribeTasksCommand({ cluster, tasks: arns }))).tasks;
    for (const { taskArn, lastStatus, attachments } of described ?? []) {
      const details = attachments?.flatMap((attachment) => attachment.details ?? []);
      const address = details?.find((detail) => detail.name === 'privateIPv4Address')?.value;
      if (lastStatus === 'RUNNING' && taskArn !== undefined && address !== undefined) {
        tasks.push({ id: taskArn.split('/').at(-1)!, endpoint: `${address}:${runtimeApiPort}` });
      }
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return tasks;
}
