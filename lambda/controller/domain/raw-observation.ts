import type { NameAnswer, ProcessAnswer } from '../../../lib/contract/probe';

/** A running HAProxy. */
export interface Task {
  /** Id of the ECS task or of the instance; the endpoint itself where there is none. */
  readonly id: string;
  /**
   * `HOST:PORT` of its runtime API, or `unix:PATH`.
   *
   * @default - no address of it is known: not readable
   */
  readonly endpoint?: string;
  /** When it or its instance started, in milliseconds since 1970. @default - not known */
  readonly startedAt?: number;
  /** ARN of its task definition: tasks of two revisions differ in it. @default - not known: there is no ECS */
  readonly revision?: string;
}

/** The running tasks of a source, such as a service, as AWS listed them. */
export interface TaskListing {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** Identity of the source. A record may name another one later. */
  readonly service: string;
  readonly tasks: readonly ListedTask[];
  /** Whether a task has not answered since: the service is to be listed before others. @default false */
  readonly outdated?: boolean;
}

/** What AWS says of a running task: it never changes. */
export interface ListedTask extends Pick<Task, 'id' | 'startedAt' | 'revision'> {
  /** Its own address or that of its instance, as the host of an endpoint. @default - none is known */
  readonly host?: string;
  /** Ports of its instance that lead to it, `[container, host]` each. @default - its ports are those of the host */
  readonly ports?: readonly (readonly [container: number, host: number])[];
}

/** One task: read, not readable, or not reached before the run had no time left. */
export type ObservedTask = { readonly task: Task } & ProcessAnswer;

/** What DNS and the AWS APIs say about an upstream in one check. */
export interface ObservedUpstream {
  /** The probe's answer. The names of single zones are part of it where `routing` is `zonal` and they were asked. */
  readonly dns: NameAnswer;
  /** Whether `dns` has the names of all zones of the load balancer. @default false */
  readonly zonesAsked?: boolean;
  /** Addresses that the load balancer's API names (those of a Network Load Balancer). */
  readonly owned: readonly string[];
  /**
   * Addresses of the load balancer's network interfaces, as clients of its scheme reach them.
   *
   * @default - not read in this check
   */
  readonly interfaces?: readonly string[];
  /** Whether this account can read the load balancer's interfaces at all. */
  readonly readable: boolean;
  /** State of the load balancer by its API. @default - it is usable, or the API was not asked */
  readonly balancer?: 'unusable' | 'unread';
  /** `zonal`: DNS names other addresses in each zone, wholly or in part. @default - not known */
  readonly routing?: 'any' | 'zonal';
  /** Why the upstream cannot be used: gone, not active. One line each. */
  readonly problems: readonly string[];
  /** What could not be read, one line each. Missing data never hides drift. */
  readonly degraded: readonly string[];
}

/** What one check saw of one proxy, before anything is compared. */
export interface RawObservation {
  /** In the order of the record. */
  readonly upstreams: readonly ObservedUpstream[];
  readonly tasks: readonly ObservedTask[];
  /** Whether the service is being deployed. @default false */
  readonly deploying?: boolean;
  /** The listing that the tasks are from. @default - the record has a list of endpoints */
  readonly listing?: TaskListing;
  /** Whether an earlier check made the listing: a task may have stopped since, another one started. @default false */
  readonly remembered?: boolean;
  /** How many tasks the service shall have. @default - not known */
  readonly desiredCount?: number;
  /** Whose an address is that is not the load balancer's, by address: see `ProxyReport.unexplained`. */
  readonly owners?: Readonly<Record<string, string>>;
}
