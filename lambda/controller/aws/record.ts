import type { RegistryRecord } from '../../../lib/contract/registry-record';
import { VERDICTS } from '../../../lib/contract/verdicts';
import { checkEndpoint, checkNameserver } from '../../../lib/haproxy/address';
import { isObject, isText, isTexts } from '../domain/guards';

/** What a member of a record must be. */
interface Member {
  readonly is: (value: unknown) => boolean;
  readonly wanted: string;
}

/** A year: no time of a record is longer. */
const MAX_SECONDS = 366 * 86_400;

const isSeconds = (least: number) => (value: unknown) =>
  typeof value === 'number' && value >= least && value <= MAX_SECONDS;
const isPort = (value: unknown) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65535;
const optional = (is: Member['is']) => (value: unknown) => value === undefined || is(value);

const UPSTREAM: Readonly<Record<string, Member['is']>> = {
  backend: optional(isText),
  dnsName: isText,
  loadBalancerArn: optional(isText),
  loadBalancerName: optional(isText),
  identity: optional((value) => value === 'certificate' || value === 'response'),
  downCheckSeconds: optional(isSeconds(0.001)),
};

/** A member that is not listed may be one of a later version, and is ignored. */
const MEMBERS: Readonly<Record<keyof RegistryRecord, Member>> = {
  // It is the dimension of the metrics.
  proxy: { is: (value) => isText(value) && value.trim() !== '', wanted: 'a text that is not blank' },
  haproxyVersion: {
    is: optional((value) => isText(value) && /^\d+\.\d+(\.\d+)?$/.test(value)),
    wanted: 'a branch or release in quotes, such as "3.2"',
  },
  upstreams: {
    is: (value) => Array.isArray(value) && value.length > 0 && value.every(isUpstream),
    wanted:
      'one or more objects with dnsName and, each a text, backend, loadBalancerArn, loadBalancerName or identity (certificate or response), and downCheckSeconds (a number above 0)',
  },
  nameservers: {
    is: optional((value) => isTexts(value) && value.length > 0 && value.every(isNameserver)),
    wanted: 'a list of IP:PORT',
  },
  tasks: {
    is: isTaskSource,
    wanted:
      'an object with endpoints (HOST:PORT each), or with runtimeApiPort (a port) and one of: cluster and service; autoScalingGroup; instanceTags; cloudMapNamespace and cloudMapService; name',
  },
  runtimeApiTls: {
    is: optional((value) => isObject(value) && isText(value.secretArn)),
    wanted: 'an object with secretArn',
  },
  probe: { is: (value) => isText(value) && value !== '', wanted: 'the ARN of the probe in the VPC of the processes' },
  viewPort: { is: optional(isPort), wanted: 'a port from 1 to 65535' },
  resolutionSeconds: { is: isSeconds(0.001), wanted: 'a number of seconds above 0' },
  dnsWindowSeconds: { is: isSeconds(0), wanted: 'a number of seconds from 0' },
  holdSeconds: { is: isSeconds(0), wanted: 'a number of seconds from 0' },
  graceChecks: {
    is: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 1000,
    wanted: 'a whole number from 1 to 1000',
  },
  suppressions: {
    is: optional((value) => Array.isArray(value) && value.every(isSuppression)),
    wanted: 'a list of objects with reason, until and, if given, from (ISO 8601) and verdicts (kinds)',
  },
};

/**
 * Reads a record of the registry, which a user may have written.
 *
 * @returns the record, or its fault in one line
 */
export function decodeRecord(text: string): RegistryRecord | { readonly wrong: string } {
  const value = parse(text);
  if (!isObject(value)) {
    return { wrong: 'it must be a JSON object' };
  }
  const [name, member] = Object.entries(MEMBERS).find(([key, { is }]) => !is(value[key])) ?? [];
  return member === undefined ? (value as unknown as RegistryRecord) : { wrong: `${name} must be ${member.wanted}` };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isUpstream(value: unknown): boolean {
  return isObject(value) && Object.entries(UPSTREAM).every(([key, is]) => is(value[key]));
}

const isNameserver = (text: string) => passes(() => checkNameserver(text));
const isEndpoint = (text: string) => passes(() => checkEndpoint(text, 'endpoint'));

function passes(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

/** The members of a source with a port, by the one that tells it from the others. */
const SOURCES: Readonly<Record<string, Readonly<Record<string, Member['is']>>>> = {
  service: { service: isText, cluster: isText },
  autoScalingGroup: { autoScalingGroup: isText },
  instanceTags: { instanceTags: isTags },
  cloudMapService: { cloudMapService: isText, cloudMapNamespace: isText },
  name: { name: isText },
};

function isTaskSource(value: unknown): boolean {
  if (!isObject(value)) {
    return false;
  }
  if (value.endpoints !== undefined) {
    return isTexts(value.endpoints) && value.endpoints.every(isEndpoint);
  }
  const kinds = Object.keys(SOURCES).filter((kind) => value[kind] !== undefined);
  return (
    kinds.length === 1 &&
    isPort(value.runtimeApiPort) &&
    Object.entries(SOURCES[kinds[0]!]!).every(([key, is]) => is(value[key]))
  );
}

/** Without a tag, every instance of the account would be a HAProxy. */
function isTags(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length > 0 && Object.values(value).every(isText);
}

function isSuppression(value: unknown): boolean {
  const isTime = (time: unknown) => isText(time) && !Number.isNaN(Date.parse(time));
  if (!isObject(value)) {
    return false;
  }
  const { verdicts, reason, from, until } = value;
  const kinds =
    verdicts === undefined || (isTexts(verdicts) && verdicts.every((kind) => Object.hasOwn(VERDICTS, kind)));
  return kinds && isText(reason) && (from === undefined || isTime(from)) && isTime(until);
}
