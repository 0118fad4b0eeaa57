import { DAY, type Options } from '../haproxy/model/option';

/*
 * The options that concern AWS and not HAProxy's configuration, in the same tables as lib/haproxy/model/options.ts. The
 * constructs take bounds and defaults from here, and the spec file its keys.
 */

/** The most tasks of a service (AWS, "Amazon ECS service quotas"). */
export const MAX_TASKS = 5000;

/** The service of a proxy. */
export const SERVICE = {
  desiredCount: { kind: 'count', min: 0, max: MAX_TASKS, default: 2, about: 'Number of tasks.' },
  enableExecuteCommand: { kind: 'flag', default: false, about: 'Allow aws ecs execute-command.' },
} as const satisfies Options;

/** The longest time that ECS waits between the stop signal and the forced end (ECS guide, "stopTimeout"). */
export const MAX_STOP_SECONDS = { fargate: 120, ec2: 3600 } as const;

/** The size of a task. On Fargate only some combinations are valid. */
export const CAPACITY = {
  cpu: {
    kind: 'count',
    min: 128,
    max: 16_384,
    default: 256,
    about: 'CPU units of a task, 1024 for a virtual CPU.',
  },
  memoryMiB: {
    kind: 'count',
    min: 128,
    max: 122_880,
    default: 512,
    about: 'Memory of a task, MiB.',
    otherwise: '512, on Fargate the smallest value for cpu',
  },
  spot: { kind: 'flag', default: false, about: 'Run all tasks but one on Fargate Spot.' },
} as const satisfies Options;

/** Scaling of the service. */
export const SCALING = {
  minTasks: { kind: 'count', min: 0, max: MAX_TASKS, about: 'The fewest tasks.', otherwise: 'desiredCount' },
  cpuPercent: {
    kind: 'count',
    min: 1,
    max: 100,
    default: 60,
    about: 'Target for the CPU utilization, percent.',
    otherwise: '60 without connectionsPerTask, else none',
  },
  connectionsPerTask: {
    kind: 'count',
    min: 1,
    max: 1_000_000,
    about: 'Target for the connections of a task.',
    otherwise: 'none',
  },
} as const satisfies Options;

/** A deployment that replaces a few tasks at a time. */
export const ROLLING = {
  minHealthyPercent: {
    kind: 'count',
    min: 0,
    max: 100,
    default: 100,
    about: 'Rolling: share of desiredCount that always runs, percent.',
  },
  maxHealthyPercent: {
    kind: 'count',
    min: 100,
    max: 200,
    default: 200,
    about: 'Rolling: share of desiredCount that may run, percent.',
  },
} as const satisfies Options;

/** A deployment that starts all new tasks beside the old ones. */
export const BLUE_GREEN = {
  bakeTime: {
    kind: 'time',
    min: 0,
    max: DAY,
    // The default of ECS, so that the service needs no setting.
    default: 15 * 60_000,
    about: 'Blue-green: how long the old tasks stay after the switch.',
  },
} as const satisfies Options;

/** How a linear or canary deployment shifts traffic. */
export const TRAFFIC_SHIFT = {
  stepPercent: {
    kind: 'count',
    min: 1,
    max: 100,
    about: 'Linear, canary: share of the traffic that moves in a step, percent.',
    otherwise: '10 for linear, 5 for canary',
  },
  stepBakeTime: {
    kind: 'time',
    min: 0,
    max: DAY,
    about: 'Linear, canary: how long ECS waits after a step, whole minutes.',
    otherwise: '6m for linear, 10m for canary',
  },
} as const satisfies Options;

/** For every deployment. */
export const DEPLOYMENT = {
  requireReady: {
    kind: 'flag',
    default: true,
    about: 'A new task is healthy only after it has reached each of its upstreams once.',
  },
} as const satisfies Options;

/** A name in Cloud Map. */
export const PRIVATE_DNS = {
  dnsTtl: { kind: 'time', min: 0, max: DAY, default: 10_000, about: 'How long clients may keep an answer.' },
} as const satisfies Options;

/** A Network Load Balancer in front of the tasks. */
export const NETWORK_LOAD_BALANCER = {
  internetFacing: { kind: 'flag', default: false, about: 'Reachable from the internet.' },
  port: { kind: 'count', min: 1, max: 65_535, about: 'Port of the listener.', otherwise: 'listenPort' },
  redirectPort: {
    kind: 'count',
    min: 1,
    max: 65_535,
    default: 80,
    about: "Port of the listener for the proxy's redirectPort.",
  },
  proxyProtocol: {
    kind: 'flag',
    default: true,
    about: "Send each client's address to the proxy in a PROXY protocol header.",
  },
  crossZone: {
    kind: 'flag',
    default: false,
    about: 'Send connections to tasks of every Availability Zone. AWS charges for traffic between zones.',
    otherwise: 'true with allocationIds, else false',
  },
  dualStack: { kind: 'flag', default: false, about: 'Accept clients over IPv6 too. Its subnets need IPv6.' },
  deletionProtection: { kind: 'flag', default: false, about: 'Protect the load balancer against deletion.' },
} as const satisfies Options;

/** A drift monitor. */
export const MONITOR = {
  interval: {
    kind: 'time',
    min: 60_000,
    max: DAY,
    default: 60_000,
    about: 'How often the checker checks every proxy, whole minutes.',
  },
  graceChecks: {
    kind: 'count',
    min: 1,
    max: 1440,
    // A single check never opens an incident.
    default: 2,
    about: 'Checks in a row that must have a finding before it becomes an incident.',
  },
  blindAfter: {
    kind: 'time',
    min: 60_000,
    max: DAY,
    default: 15 * 60_000,
    about: 'How long a proxy may be unchecked before that is a critical incident.',
  },
  detailedMetrics: {
    kind: 'flag',
    default: false,
    about: 'Publish seven metrics of each proxy instead of three.',
  },
  reservedConcurrency: {
    kind: 'count',
    min: 1,
    max: 10,
    about: 'Reserved concurrency of the function.',
    otherwise: 'none',
  },
  dashboard: { kind: 'flag', default: false, about: 'Create a CloudWatch dashboard.' },
  opsItems: { kind: 'flag', default: false, about: 'Create an OpsItem for each incident.' },
} as const satisfies Options;

/** A hub for the incidents of many monitors. */
export const HUB = {
  archiveRetention: {
    kind: 'time',
    min: DAY,
    max: 3650 * DAY,
    default: 365 * DAY,
    about: 'How long the archive keeps events, whole days.',
  },
  dashboard: {
    kind: 'flag',
    default: false,
    about: 'Create a dashboard with the open incidents of every account and region.',
  },
} as const satisfies Options;

/** A census of many monitors. */
export const CENSUS = {
  interval: {
    kind: 'time',
    min: 3_600_000,
    max: DAY,
    default: DAY,
    about: 'How often a census is taken, whole hours.',
  },
  toleratedFailurePercentage: {
    kind: 'count',
    min: 0,
    max: 100,
    default: 5,
    about: 'How many monitors may not be seen before a census fails, percent.',
  },
  documentRetention: {
    kind: 'time',
    min: DAY,
    max: 36_500 * DAY,
    about: 'How long documents are kept, whole days.',
    otherwise: 'for ever',
  },
} as const satisfies Options;

const THRESHOLD = { kind: 'count', min: 1, max: 1000 } as const;

/** Thresholds of the alarms of a monitor. */
export const ALARMS = {
  criticalIncidents: { ...THRESHOLD, default: 1, about: 'Open critical incidents that trigger an alarm.' },
  missedRuns: {
    kind: 'count',
    // The figure of the current minute is not there yet: one missing run is none.
    min: 2,
    // A day of the shortest interval: an alarm evaluates no longer period.
    max: 1439,
    default: 3,
    about: 'Intervals without a finished run that trigger an alarm.',
  },
  openIncidents: {
    ...THRESHOLD,
    about: 'Open incidents, warnings included, that trigger an alarm.',
    otherwise: 'no alarm',
  },
  uncheckedProxies: { ...THRESHOLD, about: 'Unchecked proxies that trigger an alarm.', otherwise: 'no alarm' },
  malformedRecords: {
    ...THRESHOLD,
    about: 'Malformed records of the registry that trigger an alarm.',
    otherwise: 'no alarm',
  },
  functionErrors: {
    ...THRESHOLD,
    about: 'Failed runs in an interval that trigger an alarm.',
    otherwise: 'no alarm',
  },
  undeliveredEvents: {
    ...THRESHOLD,
    about: 'Undelivered events of incidents that trigger an alarm.',
    otherwise: 'no alarm',
  },
} as const satisfies Options;
