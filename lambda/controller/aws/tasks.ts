import {
  type Task as DescribedTask,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import type { ServiceSource } from '../../../lib/contract/registry-record';
import type { ListedTask, TaskListing } from '../domain/raw-observation';
import { reasonOf } from '../domain/reason';
import { identityOf, nameOf } from '../domain/task-source';
import { paced, REQUIRED } from './client-options';
import { readHosts } from './container-instances';
import { chunksOf, inBatches } from './in-batches';
import type { Listed } from './listed';
import type { TimeLimit } from './time-limit';

/** How many tasks one page has, and how many one call describes. */
const MAX_TASKS = 100;
/** How many services one call describes. */
const MAX_SERVICES = 10;
/** The share of the time in which tasks are listed. */
const LISTING_SHARE = 0.6;
/** With fewer services, each is listed alone: their cluster may have thousands of other tasks. */
const MIN_SERVICES_FOR_CLUSTER = 6;

export const ecs = paced(new ECSClient(REQUIRED));

/** What is found out about the services of one cluster, by name of the service. */
interface Found {
  /** The tasks that earlier listings had, by id. */
  readonly known: ReadonlyMap<string, { readonly name: string; readonly task: ListedTask }>;
  readonly tasks: Map<string, ListedTask[]>;
  readonly failed: Map<string, string>;
  readonly desired: Map<string, number>;
}

/**
 * The running tasks of many services, each with the address of its own network interface or of its instance. Those that
 * come first are listed first.
 *
 * A cluster is listed as a whole where this takes fewer calls than a list for each service: ECS allows 20 a second. A
 * task that an earlier listing had is not described again, because nothing of it changes.
 *
 * @param known an earlier listing of a service
 * @returns the tasks of a service; never rejects
 */
export async function readServices(
  services: readonly ServiceSource[],
  time: TimeLimit,
  known: (service: ServiceSource) => TaskListing | undefined = () => undefined,
): Promise<(service: ServiceSource) => Listed> {
  const byCluster = new Map<string, Map<string, readonly ListedTask[]>>();
  for (const service of services) {
    const names = byCluster.get(service.cluster) ?? new Map();
    byCluster.set(service.cluster, names.set(nameOf(service.service), known(service)?.tasks ?? []));
  }
  const found = new Map<string, Found & { readonly at: number }>();
  await inBatches([...byCluster], 1, async ([[cluster, names] = ['', new Map()]]) => {
    found.set(cluster, { ...(await readCluster(cluster, names, time)), at: Date.now() });
  });
  return (service) => {
    const name = nameOf(service.service);
    const { tasks, failed, desired, at } = found.get(service.cluster)!;
    const reason = failed.get(name);
    return reason === undefined
      ? {
          listing: { at, service: identityOf(service), tasks: tasks.get(name) ?? [] },
          ...(desired.has(name) && { desiredCount: desired.get(name) }),
        }
      : { failed: reason };
  };
}

async function readCluster(
  cluster: string,
  services: ReadonlyMap<string, readonly ListedTask[]>,
  time: TimeLimit,
): Promise<Found> {
  const known = [...services].flatMap(([name, tasks]) => tasks.map((task) => [task.id, { name, task }] as const));
  const found: Found = { known: new Map(known), tasks: new Map(), failed: new Map(), desired: new Map() };
  const names = [...services.keys()];
  // One list that hangs must not take the time in which the tasks of the others are described.
  const listing = time.part(LISTING_SHARE);
  try {
    const whole =
      names.length < MIN_SERVICES_FOR_CLUSTER ? undefined : await listCluster(cluster, names.length, listing);
    const listed = new Map<string, readonly string[]>();
    if (whole === undefined) {
      await inBatches(names, 1, async ([name = '']) => {
        try {
          listed.set(name, await listService(cluster, name, listing));
        } catch (error) {
          found.failed.set(name, reasonOf(error));
        }
      });
    }
    await describeTasks(cluster, whole ?? listed, new Set(names), found, time);
    await readDesired(
      cluster,
      names.filter((name) => !found.failed.has(name) && !found.tasks.has(name)),
      found,
      time,
    );
  } catch (error) {
    for (const name of names) {
      found.failed.set(name, reasonOf(error));
    }
  } finally {
    listing.clear();
  }
  return found;
}

/** The tasks of a whole cluster; undefined where they take more pages than a list for each service. */
async function listCluster(cluster: string, maxPages: number, time: TimeLimit): Promise<string[] | undefined> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const input = { cluster, desiredStatus: 'RUNNING', nextToken } as const;
    const { taskArns = [], ...rest } = await time.within(() => ecs.send(new ListTasksCommand(input)));
    arns.push(...taskArns);
    nextToken = rest.nextToken;
    if (nextToken === undefined) {
      return arns;
    }
  }
  return undefined;
}

async function listService(cluster: string, serviceName: string, time: TimeLimit): Promise<string[]> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const input = { cluster, serviceName, desiredStatus: 'RUNNING', nextToken } as const;
    const { taskArns = [], ...rest } = await time.within(() => ecs.send(new ListTasksCommand(input)));
    arns.push(...taskArns);
    nextToken = rest.nextToken;
  } while (nextToken !== undefined);
  return arns;
}

/**
 * Describes tasks, without those that stopped after the listing.
 *
 * @param listed the tasks of each service, or those of the cluster: then each says which service it belongs to
 */
async function describeTasks(
  cluster: string,
  listed: readonly string[] | ReadonlyMap<string, readonly string[]>,
  names: ReadonlySet<string>,
  found: Found,
  time: TimeLimit,
): Promise<void> {
  const serviceOf = new Map<string, string>();
  const arns = Array.isArray(listed) ? (listed as readonly string[]) : [];
  for (const [name, ofService] of listed instanceof Map ? (listed as ReadonlyMap<string, readonly string[]>) : []) {
    for (const arn of ofService) {
      serviceOf.set(arn, name);
    }
  }
  const add = (name: string, task: ListedTask) => {
    if (names.has(name)) {
      const others = found.tasks.get(name) ?? [];
      others.push(task);
      found.tasks.set(name, others);
    }
  };
  const unknown: string[] = [];
  for (const arn of [...arns, ...serviceOf.keys()]) {
    const known = found.known.get(idOf(arn));
    known === undefined ? unknown.push(arn) : add(known.name, known.task);
  }
  await inBatches(unknown, MAX_TASKS, async (tasks) => {
    try {
      const described = await time.within(() => ecs.send(new DescribeTasksCommand({ cluster, tasks })));
      const wanted = (described.tasks ?? []).filter(({ lastStatus, taskArn = '', group }) => {
        return lastStatus === 'RUNNING' && names.has(serviceOf.get(taskArn) ?? serviceNameOf(group));
      });
      for (const { listed: task, arn, group, failed } of await listedTasks(cluster, wanted, time)) {
        const name = serviceOf.get(arn) ?? serviceNameOf(group);
        failed === undefined ? add(name, task) : found.failed.set(name, failed);
      }
    } catch (error) {
      // Which services the tasks of a cluster belong to is not known: they may belong to any.
      const concerned = serviceOf.size === 0 ? names : new Set(tasks.map((arn) => serviceOf.get(arn) ?? ''));
      for (const name of concerned) {
        found.failed.set(name, reasonOf(error));
      }
    }
  });
}

/** How many tasks services without tasks are to have. What may not be read, is not known. */
async function readDesired(cluster: string, names: readonly string[], found: Found, time: TimeLimit): Promise<void> {
  await inBatches(names, MAX_SERVICES, async (services) => {
    try {
      const described = await time.within(() => ecs.send(new DescribeServicesCommand({ cluster, services })));
      for (const { serviceName, desiredCount } of described.services ?? []) {
        if (serviceName !== undefined && desiredCount !== undefined) {
          found.desired.set(serviceName, desiredCount);
        }
      }
    } catch {
      // Without it, a service without tasks is reported, as it is when it is to have some.
    }
  });
}

/** The running tasks of a service as ECS describes them, without tasks that stopped after the listing. */
export async function describeRunning({ cluster, service }: ServiceSource, time: TimeLimit): Promise<DescribedTask[]> {
  const running: DescribedTask[] = [];
  for (const tasks of chunksOf(await listService(cluster, service, time), MAX_TASKS)) {
    const described = await time.within(() => ecs.send(new DescribeTasksCommand({ cluster, tasks })));
    running.push(...(described.tasks ?? []).filter(({ lastStatus }) => lastStatus === 'RUNNING'));
  }
  return running;
}

const idOf = nameOf;

/** `service:NAME` is the group of each task of a service. */
function serviceNameOf(group = ''): string {
  return group.replace(/^service:/, '');
}

/** A task that was described, and what is remembered of it. */
interface DescribedListing {
  readonly arn: string;
  readonly group?: string | undefined;
  readonly listed: ListedTask;
  /** Why its instance could not be read. @default - it was, or was not needed */
  readonly failed?: string;
}

/** What is remembered of tasks. Where one has no network interface of its own, its address is that of its instance. */
export async function listedTasks(
  cluster: string,
  described: readonly DescribedTask[],
  time: TimeLimit,
): Promise<DescribedListing[]> {
  const onInstances = described.filter((task) => addressOf(task) === undefined);
  const instances = onInstances.flatMap(({ containerInstanceArn }) => containerInstanceArn ?? []);
  let failed: string | undefined;
  const hostOf = await readHosts(cluster, instances, time).catch((error: unknown) => {
    failed = reasonOf(error);
    return () => undefined;
  });
  return described.map((task) => {
    const { taskArn: arn = '', startedAt, taskDefinitionArn: revision, containerInstanceArn = '', group } = task;
    const own = addressOf(task);
    const host = own ?? hostOf(containerInstanceArn);
    const ports = own === undefined ? portsOf(task) : [];
    const listed: ListedTask = {
      id: idOf(arn),
      ...(startedAt !== undefined && { startedAt: startedAt.getTime() }),
      ...(revision !== undefined && { revision: nameOf(revision) }),
      ...(host !== undefined && { host }),
      ...(ports.length > 0 && { ports }),
    };
    return { arn, group, listed, ...(own === undefined && failed !== undefined && { failed }) };
  });
}

/** Ports of the instance that lead to a container, where they differ (network mode `bridge`). */
function portsOf({ containers = [] }: DescribedTask): [container: number, host: number][] {
  return containers
    .flatMap(({ networkBindings = [] }) => networkBindings)
    .flatMap(({ protocol = 'tcp', containerPort, hostPort }): [number, number][] => {
      const differs = protocol === 'tcp' && hostPort !== undefined && containerPort !== hostPort;
      return differs && containerPort !== undefined ? [[containerPort, hostPort]] : [];
    });
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
