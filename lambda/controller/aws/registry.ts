import { paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm';
import { REGISTRY_FOLDER, type RegistryRecord } from '../../../lib/contract/registry-record';
import { paced, REQUIRED } from './client-options';
import { decodeRecord } from './record';

/** A proxy to check. */
export interface RegistryEntry {
  /** The last part of its parameter: key of its state. */
  readonly name: string;
  readonly record: RegistryRecord;
}

/** A parameter that is no record. It is reported, and keeps the incidents of its proxy. */
export interface MalformedRecord {
  readonly parameter: string;
  /** As that of an entry. @default - the parameter has more than one part: it belongs to no proxy */
  readonly name?: string;
  /** What is wrong and what to change, one line. */
  readonly reason: string;
  /** The start of its value, for the log line. */
  readonly value: string;
}

/** How much of a malformed value is logged. */
const MAX_VALUE_CHARACTERS = 100;

/** SSM's maximum. */
const PAGE = 10;

export const ssm = paced(new SSMClient(REQUIRED));

/** The registry below a path, one record after the other. A malformed one does not affect the others. */
export async function* readRegistry(path: string): AsyncGenerator<RegistryEntry | MalformedRecord> {
  const folder = `${path}/${REGISTRY_FOLDER}/`;
  const pages = paginateGetParametersByPath({ client: ssm, pageSize: PAGE }, { Path: path, Recursive: true });
  for await (const { Parameters = [] } of pages) {
    for (const { Name = '', Value = '' } of Parameters) {
      if (Name.startsWith(folder)) {
        yield entryOf(Name, Name.slice(folder.length), Value);
      }
    }
  }
}

function entryOf(parameter: string, name: string, value: string): RegistryEntry | MalformedRecord {
  const start = value.slice(0, MAX_VALUE_CHARACTERS);
  if (name.includes('/')) {
    const reason = `a record has one name below ${REGISTRY_FOLDER}/, not '${name}': rename the parameter`;
    return { parameter, reason, value: start };
  }
  const record = decodeRecord(value);
  return 'wrong' in record
    ? { parameter, name, reason: `not a registry record of this version: ${record.wrong}`, value: start }
    : { name, record };
}
