import type { ContainerInstance, Service, Task } from '@aws-sdk/client-ecs';
import { arnOf } from './arn';
import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html and its neighbours. */
const MAX_TASKS = 100;
const MAX_SERVICES = 10;
const MAX_CONTAINER_INSTANCES = 100;

/** A service, and its tasks of any state. */
interface StoredService extends Service {
  readonly tasks: readonly (Task & { readonly taskArn: string })[];
}

/** The services of ECS clusters in memory, with the limits and pages of the real API. */
export class EcsServices {
  readonly #services = new Map<string, StoredService>();
  /** Tasks by ARN: thousands are described in a run. */
  readonly #tasks = new Map<string, Task>();

  readonly #containerInstances = new Map<string, ContainerInstance>();

  /** Services that were deployed again, by `CLUSTER/SERVICE`, in order. */
  public readonly redeployed: string[] = [];

  /** Makes a service, or replaces it with all of its tasks. */
  public set(cluster: string, name: string, service: StoredService): void {
    const key = `${cluster}/${name}`;
    for (const { taskArn } of this.#services.get(key)?.tasks ?? []) {
      this.#tasks.delete(taskArn);
    }
    this.#services.set(key, service);
    for (const task of service.tasks) {
      this.#tasks.set(task.taskArn, task);
    }
  }

  /** Registers an instance with a cluster. @returns its ARN in ECS */
  public setContainerInstance(cluster: string, ec2InstanceId: string): string {
    const containerInstanceArn = arnOf('ecs', `container-instance/${cluster}/${ec2InstanceId.replace(/^m?i-/, '')}`);
    this.#containerInstances.set(containerInstanceArn, { containerInstanceArn, ec2InstanceId, status: 'ACTIVE' });
    return containerInstanceArn;
  }

  /** A service. */
  public get(cluster: string, name: string): StoredService | undefined {
    return this.#services.get(`${cluster}/${name}`);
  }

  public readonly handlers = {
    'ecs:ListTasks': ({ cluster, serviceName, desiredStatus = 'RUNNING', maxResults = MAX_TASKS, nextToken = '0' }) => {
      if (maxResults < 1 || maxResults > MAX_TASKS) {
        throw invalid(`maxResults must be between 1 and ${MAX_TASKS}`);
      }
      const tasks = serviceName === undefined ? this.#tasksOf(cluster) : this.#tasksOfService(cluster, serviceName);
      const listed = tasks.filter((task) => (task.desiredStatus ?? 'RUNNING') === desiredStatus);
      const from = Number(nextToken);
      const more = listed.length > from + maxResults ? { nextToken: String(from + maxResults) } : {};
      return { taskArns: listed.slice(from, from + maxResults).map(({ taskArn }) => taskArn), ...more };
    },
    'ecs:DescribeTasks': ({ cluster, tasks: asked = [] }) => {
      this.#checkCluster(cluster);
      if (asked.length < 1 || asked.length > MAX_TASKS) {
        throw invalid(
          asked.length < 1 ? 'Tasks cannot be empty.' : `Tasks cannot have more than ${MAX_TASKS} elements.`,
        );
      }
      const tasks: Task[] = [];
      const failures: { arn: string; reason: string }[] = [];
      for (const id of asked) {
        const arn = id.startsWith('arn:') ? id : arnOf('ecs', `task/${clusterName(cluster)}/${id}`);
        const task = this.#tasks.get(arn);
        task === undefined ? failures.push({ arn, reason: 'MISSING' }) : tasks.push(task);
      }
      return { tasks, failures };
    },
    'ecs:DescribeContainerInstances': ({ cluster, containerInstances: asked = [] }) => {
      this.#checkCluster(cluster);
      if (asked.length < 1 || asked.length > MAX_CONTAINER_INSTANCES) {
        throw invalid(
          asked.length < 1
            ? 'Container instances cannot be empty.'
            : `Container instances cannot have more than ${MAX_CONTAINER_INSTANCES} elements.`,
        );
      }
      const found = asked.flatMap((arn) => this.#containerInstances.get(arn) ?? []);
      const missing = asked.filter((arn) => !this.#containerInstances.has(arn));
      return { containerInstances: found, failures: missing.map((arn) => ({ arn, reason: 'MISSING' })) };
    },
    'ecs:DescribeServices': ({ cluster, services: asked = [] }) => {
      this.#checkCluster(cluster);
      if (asked.length < 1 || asked.length > MAX_SERVICES) {
        throw invalid(
          asked.length < 1 ? 'Services cannot be empty.' : `Services cannot have more than ${MAX_SERVICES} elements.`,
        );
      }
      const services: Service[] = [];
      const failures: { arn: string; reason: string }[] = [];
      for (const name of asked) {
        const key = this.#key(cluster, name);
        const stored = this.#services.get(key);
        if (stored === undefined) {
          failures.push({ arn: arnOf('ecs', `service/${key}`), reason: 'MISSING' });
          continue;
        }
        const { tasks: _, ...service } = stored;
        services.push(service);
      }
      return { services, failures };
    },
    'ecs:UpdateService': ({ cluster, service: name }) => {
      const key = this.#key(cluster, name);
      const stored = this.#services.get(key);
      if (stored === undefined) {
        throw new AwsError('ServiceNotFoundException', 'Service not found.');
      }
      this.redeployed.push(key);
      const { tasks: _, ...service } = stored;
      return { service };
    },
  } satisfies AwsHandlers;

  /** All tasks of a cluster, those of each service together. */
  #tasksOf(cluster: string | undefined): StoredService['tasks'] {
    this.#checkCluster(cluster);
    const start = `${clusterName(cluster)}/`;
    return [...this.#services].flatMap(([key, { tasks }]) => (key.startsWith(start) ? tasks : []));
  }

  #tasksOfService(cluster: string | undefined, serviceName: string): StoredService['tasks'] {
    const service = this.#services.get(this.#key(cluster, serviceName));
    if (service === undefined) {
      throw new AwsError('ServiceNotFoundException', 'Service not found.');
    }
    return service.tasks;
  }

  #checkCluster(cluster: string | undefined): void {
    const start = `${clusterName(cluster)}/`;
    if (![...this.#services.keys()].some((key) => key.startsWith(start))) {
      throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
    }
  }

  #key(cluster: string | undefined, service = ''): string {
    this.#checkCluster(cluster);
    return `${clusterName(cluster)}/${service.split('/').at(-1)}`;
  }
}

/** A cluster may be named by its ARN. */
function clusterName(cluster = 'default'): string {
  return cluster.split('/').at(-1)!;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
