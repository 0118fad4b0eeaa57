import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterVersionNotFound,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import type { ProxyState } from '../domain/state';
import { decodeState, encodeState } from '../state/codec';
import { mergeStates } from '../state/merge';
import { type RegistryEntry, ssm } from './registry';

/** How many times a state is written when other runs write it at the same time. */
const MAX_WRITES = 5;

/**
 * Writes the state of a proxy, and keeps what another run has written since this one read it.
 *
 * Parameter Store writes without conditions, but it numbers the versions and keeps the last 100 of them. A write that
 * did not make the next version has overwritten another run's state. That state is fetched from the
 * history, merged and written again. So the last write contains the version before it, and by induction all of them. A
 * run that ends between its two writes loses the changes of one overlapping run, which the next check makes again.
 *
 * @returns the entry as it is written in the end
 * @throws when other runs wrote in between five times, or Parameter Store refuses
 */
export async function writeState(entry: RegistryEntry, state: ProxyState): Promise<RegistryEntry> {
  const Name = entry.stateParameter;
  let known = entry.stateVersion;
  let mine = state;
  for (let writes = 0; writes < MAX_WRITES; writes += 1) {
    const Value = encodeState(mine);
    const { Version = 1 } = await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
    // A parameter that was removed in the meantime starts at 1 again.
    const theirs = Version === known + 1 || Version === 1 ? undefined : await readVersion(Name, Version - 1);
    const merged = theirs === undefined ? mine : mergeStates(entry.state, mine, theirs);
    if (encodeState(merged) === Value) {
      return { ...entry, state: mine, stateVersion: Version };
    }
    known = Version;
    mine = merged;
  }
  throw new Error(`${Name} was written by other runs ${MAX_WRITES} times while this one wrote it`);
}

async function readVersion(name: string, version: number): Promise<ProxyState | undefined> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: `${name}:${version}` }));
    return decodeState(Parameter?.Value ?? '');
  } catch (error) {
    if (error instanceof ParameterVersionNotFound) {
      return undefined;
    }
    throw error;
  }
}

/** Removes the state of a proxy that is no longer in the registry. */
export async function removeState(Name: string): Promise<void> {
  await ssm.send(new DeleteParameterCommand({ Name }));
}
