import { gunzipSync, gzipSync } from 'node:zlib';
import { GetParametersByPathCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { REGISTRY_FOLDER, type RegistryRecord, STATE_FOLDER, VERDICTS } from '../../../lib/private/contract';
import { type DnsWindow, NO_STATE, type ProxyState, type Watched } from '../incidents';
import { PATIENT } from './client-options';

/** A proxy to check, with what is remembered of it. */
export interface RegistryEntry {
  /** Last part of the parameter's name. */
  readonly name: string;
  readonly record: RegistryRecord;
  readonly state: ProxyState;
}

/** A parameter that is not what it should be: named and passed over. */
export interface RegistryProblem {
  readonly parameter: string;
  readonly reason: string;
}

const ssm = new SSMClient(PATIENT);

/** Characters that a standard parameter holds. A state that is larger is compressed. */
const MAX_VALUE = 4096;
const COMPRESSED = 'gzip:';
/** Whatever a parameter says, it is not blown up beyond this many bytes. */
const MAX_INFLATED = 1024 * 1024;

/** Reads all records and states below a path. A malformed one concerns nothing but itself. */
export async function readRegistry(path: string): Promise<{ entries: RegistryEntry[]; problems: RegistryProblem[] }> {
  const values = new Map<string, string>();
  let token: string | undefined;
  do {
    const page = await ssm.send(new GetParametersByPathCommand({ Path: path, Recursive: true, NextToken: token }));
    for (const { Name, Value } of page.Parameters ?? []) {
      values.set(Name ?? '', Value ?? '');
    }
    token = page.NextToken;
  } while (token !== undefined);

  const entries: RegistryEntry[] = [];
  const problems: RegistryProblem[] = [];
  for (const [parameter, value] of values) {
    const [folder, name] = parameter.slice(path.length + 1).split('/');
    if (folder !== REGISTRY_FOLDER || name === undefined) {
      continue;
    }
    const statePath = `${path}/${STATE_FOLDER}/${name}`;
    const record = parse(value, isRecord);
    const state = values.has(statePath) ? parse(values.get(statePath)!, isState) : NO_STATE;
    if (record === undefined) {
      problems.push({ parameter, reason: 'not a registry record of this version' });
      continue;
    }
    if (state === undefined) {
      problems.push({ parameter: statePath, reason: 'not a state of this version; begun anew' });
    }
    entries.push({ name, record, state: state ?? NO_STATE });
  }
  return { entries, problems };
}

/** Writes what is remembered of a proxy. */
export async function writeState(path: string, name: string, state: ProxyState): Promise<void> {
  const text = JSON.stringify(state);
  const Value = text.length <= MAX_VALUE ? text : `${COMPRESSED}${gzipSync(text).toString('base64')}`;
  await ssm.send(
    new PutParameterCommand({ Name: `${path}/${STATE_FOLDER}/${name}`, Value, Type: 'String', Overwrite: true }),
  );
}

function parse<T>(text: string, accepts: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(text.startsWith(COMPRESSED) ? inflate(text) : text);
    return accepts(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRecord(value: unknown): value is RegistryRecord {
  if (!isObject(value) || !Array.isArray(value.upstreams) || !isObject(value.tasks)) {
    return false;
  }
  const seconds = [value.resolutionSeconds, value.dnsWindowSeconds, value.graceSeconds];
  const { cluster, service, runtimeApiPort, endpoints } = value.tasks;
  const found = Array.isArray(endpoints)
    ? endpoints.every((endpoint) => typeof endpoint === 'string')
    : typeof cluster === 'string' && typeof service === 'string' && Number.isInteger(runtimeApiPort);
  return (
    typeof value.proxy === 'string' &&
    value.upstreams.length > 0 &&
    value.upstreams.every((upstream) => isObject(upstream) && typeof upstream.dnsName === 'string') &&
    seconds.every((second) => typeof second === 'number' && second >= 0) &&
    found
  );
}

function isState(value: unknown): value is ProxyState {
  return (
    isObject(value) &&
    isObject(value.dns) &&
    isObject(value.watched) &&
    Object.values(value.dns).every(isWindow) &&
    Object.values(value.watched).every(isWatched)
  );
}

function isWindow(value: unknown): value is DnsWindow {
  return isObject(value) && Object.values(value).every((leftAt) => leftAt === null || typeof leftAt === 'number');
}

function isWatched(value: unknown): value is Watched {
  return (
    isObject(value) &&
    Object.hasOwn(VERDICTS, String(value.kind)) &&
    typeof value.severity === 'string' &&
    typeof value.firstSeen === 'number' &&
    (value.openedAt === undefined || typeof value.openedAt === 'number')
  );
}

function inflate(text: string): string {
  return gunzipSync(Buffer.from(text.slice(COMPRESSED.length), 'base64'), { maxOutputLength: MAX_INFLATED }).toString();
}
