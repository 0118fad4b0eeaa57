import { createHash } from 'node:crypto';

/*
 * What the functions of a census and the accounts of its monitors agree on, so that no account must know the ARNs of
 * another one's resources before they are deployed.
 */

/** Characters of the name of an IAM role. */
const MAX_ROLE_NAME = 64;
/** A region has at most 14 characters, such as `ap-southeast-1`. */
const MAX_REGION = 14;
const PREFIX = 'haproxy-census-';
const MAX_MONITOR = MAX_ROLE_NAME - PREFIX.length - MAX_REGION - 1;
const HASH = 8;

/**
 * Name of the role with which a census reads a monitor. Roles have no region: the name has it.
 *
 * @param region may be a token
 */
export function accessRoleName(region: string, monitorName: string): string {
  return `${PREFIX}${region}-${shortened(monitorName)}`;
}

/** A long name keeps its begin, and is still unlike any other. */
function shortened(name: string): string {
  if (name.length <= MAX_MONITOR) {
    return name;
  }
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH);
  return `${name.slice(0, MAX_MONITOR - HASH - 1)}-${hash}`;
}

/** Where the parameters of the monitors are, before the name of each. */
const ROOT = '/cdk-haproxy-elb';

/** The path of a monitor's parameters. */
export function registryPathOf(monitorName: string): string {
  return `${ROOT}/${monitorName}`;
}

/**
 * Below the path of a monitor: a list with the ARN of its role, its `graceChecks`, and the ARN of its function.
 */
export const MONITOR_PARAMETER = 'monitor';

/** Place of the ARN of the function in that list. */
export const FUNCTION_ELEMENT = 2;

/** Environment variables of the functions of a census. */
export interface CensusEnvironment {
  /** Name of the bucket of the documents. */
  readonly BUCKET: string;
  /** Name of the bucket of what the functions leave for one another. */
  readonly WORKING_BUCKET: string;
  /** Of the ARNs of roles. */
  readonly PARTITION: string;
  /** External id with which the roles are assumed. */
  readonly EXTERNAL_ID: string;
}

/** The monitors of one name, in some accounts and regions. */
export interface CensusTargetGroup {
  readonly monitorName: string;
  readonly regions: readonly string[];
  /** @default - none but those of `organizationalUnits` */
  readonly accounts?: readonly string[];
  /** Ids. Their accounts, also those of units below them. @default - none */
  readonly organizationalUnits?: readonly string[];
}

/** What the state machine makes: a census, or the documents of a month out of its censuses. */
export type CensusSubject = { readonly census: string; readonly startedAt: string } | { readonly month: string };

/** The event of the function that lists the monitors. */
export interface ListEvent {
  /** Start of the execution, ISO 8601. */
  readonly startedAt: string;
  /** Input of the execution: which month, `YYYY-MM`, or `previous` for the one before. @default - a census */
  readonly input?: { readonly month?: unknown };
  readonly targets: readonly CensusTargetGroup[];
}

/** The event of the function that asks one monitor, or makes its month. */
export interface CollectEvent {
  readonly subject: CensusSubject;
  readonly target: { readonly account: string; readonly region: string; readonly name: string };
}

/** What the list answers, and the event of the function that concludes. */
export interface ConcludeEvent {
  readonly subject: CensusSubject;
  /** Key of the list of the monitors. */
  readonly key: string;
}

/** Top folders: `working` is in a bucket of its own, whose objects expire. */
export const FOLDERS = { censuses: 'censuses', months: 'months', working: 'working' } as const;
