import { type Task as DescribedTask, DescribeTasksCommand, ECSClient, paginateListTasks } from '@aws-sdk/client-ecs';
import type { Task } from '../domain/observation';
import { REQUIRED } from './client-options';

/** The ECS tasks of a registry record. */
export interface EcsService {
  readonly cluster: string;
  readonly service: string;
  readonly runtimeApiPort: number;
}

export const ecs = new ECSClient(REQUIRED);

/** The running tasks of a service, each with the address of its own network interface. */
export async function listTasks(service: EcsService): Promise<Task[]> {
  return (await describeRunning(service)).map((described) => taskOf(described, service.runtimeApiPort));
}

/** The running tasks of a service as ECS describes them, without tasks that stopped after the listing. */
export async function describeRunning({ cluster, service }: EcsService): Promise<DescribedTask[]> {
  const running: DescribedTask[] = [];
  // A page has at most 100 tasks, which is also the most that DescribeTasks takes.
  const pages = paginateListTasks({ client: ecs }, { cluster, serviceName: service, desiredStatus: 'RUNNING' });
  for await (const { taskArns = [] } of pages) {
    if (taskArns.length > 0) {
      const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
      running.push(...tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING'));
    }
  }
  return running;
}

/** A task of the checker, from a task of ECS. */
export function taskOf(described: DescribedTask, runtimeApiPort: number): Task {
  const id = described.taskArn?.split('/').at(-1) ?? '';
  const host = addressOf(described);
  return {
    id,
    startedAt: described.startedAt?.getTime(),
    revision: described.taskDefinitionArn,
    endpoint: host && `${host}:${runtimeApiPort}`,
  };
}

/** Address of a task's network interface, as the host of an endpoint, on Fargate and on EC2. */
function addressOf({ attachments = [], containers = [] }: DescribedTask): string | undefined {
  const details = attachments.flatMap((attachment) => attachment.details ?? []);
  const interfaces = containers.flatMap((container) => container.networkInterfaces ?? []);
  const ipv4 =
    details.find(({ name }) => name === 'privateIPv4Address')?.value ??
    interfaces.find(({ privateIpv4Address }) => privateIpv4Address)?.privateIpv4Address;
  const ipv6 = interfaces.find(({ ipv6Address }) => ipv6Address)?.ipv6Address;
  return ipv4 ?? (ipv6 === undefined ? undefined : `[${ipv6}]`);
}
