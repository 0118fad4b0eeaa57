import { type Parameter, paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm';
import { REGISTRY_FOLDER, type RegistryRecord, STATE_FOLDER } from '../../../lib/contract/registry-record';
import { NO_STATE, type ProxyState } from '../domain/state';
import { decodeState } from '../state/codec';
import { REQUIRED } from './client-options';
import { decodeRecord } from './record';

/** A proxy to check, with its saved state. */
export interface RegistryEntry {
  readonly record: RegistryRecord;
  readonly state: ProxyState;
  /** Name of the parameter that holds the state. */
  readonly stateParameter: string;
  /** Version of that parameter; 0 when there is none yet. */
  readonly stateVersion: number;
}

/** A parameter that is not valid. It is reported and skipped. */
interface MalformedParameter {
  readonly parameter: string;
  readonly reason: string;
  /** The start of its value, for the log line. */
  readonly value: string;
}

/** Everything in the registry. */
export interface Registry {
  readonly entries: readonly RegistryEntry[];
  readonly malformedRecords: readonly MalformedParameter[];
  /** States that cannot be read: their proxies start without one. */
  readonly malformedStates: readonly MalformedParameter[];
  /** The states of proxies that are no longer in the registry. */
  readonly orphans: readonly Orphan[];
}

/** The saved state of a proxy that is no longer in the registry. */
export interface Orphan {
  readonly proxy: string;
  readonly parameter: string;
  readonly state: ProxyState;
}

/** How much of a malformed value is logged. */
const MAX_VALUE_CHARACTERS = 500;

export const ssm = new SSMClient(REQUIRED);

/** Reads all records and states below a path. A malformed one does not affect the others. */
export async function readRegistry(path: string): Promise<Registry> {
  const parameters = new Map<string, Parameter>();
  for await (const page of paginateGetParametersByPath({ client: ssm }, { Path: path, Recursive: true })) {
    for (const parameter of page.Parameters ?? []) {
      parameters.set(parameter.Name ?? '', parameter);
    }
  }
  const entries: RegistryEntry[] = [];
  const malformedRecords: MalformedParameter[] = [];
  const malformedStates: MalformedParameter[] = [];
  const orphans: Orphan[] = [];
  for (const [parameter, { Value = '' }] of parameters) {
    const [folder, name] = parameter.slice(path.length + 1).split('/');
    if (name !== undefined && folder === STATE_FOLDER && !parameters.has(`${path}/${REGISTRY_FOLDER}/${name}`)) {
      orphans.push({ proxy: name, parameter, state: decodeState(Value) ?? NO_STATE });
    }
    if (name === undefined || folder !== REGISTRY_FOLDER) {
      continue;
    }
    const record = decodeRecord(Value);
    if ('wrong' in record) {
      malformedRecords.push(malformed(parameter, `not a registry record of this version: ${record.wrong}`, Value));
      continue;
    }
    const stateParameter = `${path}/${STATE_FOLDER}/${name}`;
    const { Value: text, Version: stateVersion = 0 } = parameters.get(stateParameter) ?? {};
    const state = text === undefined ? NO_STATE : decodeState(text);
    if (state === undefined) {
      malformedStates.push(
        malformed(stateParameter, 'not a state of this version: the proxy starts without one', text ?? ''),
      );
    }
    entries.push({ record, state: state ?? NO_STATE, stateParameter, stateVersion });
  }
  return { entries, malformedRecords, malformedStates, orphans };
}

function malformed(parameter: string, reason: string, value: string): MalformedParameter {
  return { parameter, reason, value: value.slice(0, MAX_VALUE_CHARACTERS) };
}
