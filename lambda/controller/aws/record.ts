import type { RegistryRecord } from '../../../lib/contract/registry-record';
import { checkNameserver } from '../../../lib/haproxy/address';
import { isObject, isText, isTexts } from '../domain/guards';

/** What a member of a record must be. */
interface Member {
  readonly is: (value: unknown) => boolean;
  readonly wanted: string;
}

const isAtLeast = (least: number) => (value: unknown) => typeof value === 'number' && value >= least;
const optional = (is: Member['is']) => (value: unknown) => value === undefined || is(value);

const UPSTREAM: Readonly<Record<string, Member['is']>> = {
  backend: optional(isText),
  dnsName: isText,
  loadBalancerArn: optional(isText),
  loadBalancerName: optional(isText),
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
    wanted: 'one or more objects with dnsName and, each a text, backend, loadBalancerArn or loadBalancerName',
  },
  nameservers: {
    is: optional((value) => isTexts(value) && value.length > 0 && value.every(isNameserver)),
    wanted: 'a list of IP:PORT',
  },
  tasks: {
    is: isTaskSource,
    wanted: 'an object with cluster, service and the number runtimeApiPort, or with a list of endpoints',
  },
  runtimeApiTls: {
    is: optional((value) => isObject(value) && isText(value.secretArn)),
    wanted: 'an object with secretArn',
  },
  resolutionSeconds: { is: isAtLeast(0.001), wanted: 'a number above 0' },
  dnsWindowSeconds: { is: isAtLeast(0), wanted: 'a number from 0' },
  graceSeconds: { is: isAtLeast(0), wanted: 'a number from 0' },
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

function isNameserver(text: string): boolean {
  try {
    checkNameserver(text);
    return true;
  } catch {
    return false;
  }
}

function isTaskSource(value: unknown): boolean {
  if (!isObject(value)) {
    return false;
  }
  const { cluster, service, runtimeApiPort, endpoints } = value;
  return endpoints === undefined
    ? isText(cluster) && isText(service) && Number.isInteger(runtimeApiPort)
    : isTexts(endpoints);
}
