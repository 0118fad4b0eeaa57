/** The handlers of the Lambda functions of a census, which its state machine calls: `index.list`, then for each monitor
 * `index.collect`, then `index.conclude`. */
import type { CensusEnvironment, ListEvent } from '../../lib/contract/census-access';
import { bucketsOf } from './aws/bucket';
import { controllerOf } from './aws/controller';
import { accountsOfUnit } from './aws/organization';
import { type CensusTarget, collect as collectMonitor, conclude as concludeCensus } from './collect';
import { listTargets, readTargets } from './targets';

/** What a census is for its state machine. */
interface CensusEvent {
  readonly census: string;
  readonly startedAt: string;
  /** Key of the list of its monitors. */
  readonly key: string;
}

/** What Lambda gives to a handler. */
interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** A page takes a minute, and its documents are stored after it. */
const MILLIS_OF_A_PAGE = 90_000;

const VARIABLES = ['BUCKET', 'WORKING_BUCKET', 'PARTITION', 'EXTERNAL_ID'] satisfies (keyof CensusEnvironment)[];

function environment(): CensusEnvironment {
  const missing = VARIABLES.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    throw new Error(`${missing.join(', ')} missing in the environment of the function: deploy the census again`);
  }
  return process.env as unknown as CensusEnvironment;
}

/** Writes the list of the monitors that are to be asked. */
export async function list(event: ListEvent): Promise<CensusEvent & { readonly targets: number }> {
  return listTargets(event, accountsOfUnit, bucketsOf(environment()));
}

/** Asks one monitor. */
export async function collect(
  { census, target }: { readonly census: string; readonly target: CensusTarget },
  invocation: Invocation,
): ReturnType<typeof collectMonitor> {
  const settings = environment();
  let controller: ReturnType<typeof controllerOf> | undefined;
  const ask: Parameters<typeof collectMonitor>[2] = async (request) => {
    if (invocation.getRemainingTimeInMillis() < MILLIS_OF_A_PAGE) {
      throw new Error('there was no time for further pages: split the monitor into several monitors');
    }
    controller ??= controllerOf(census, target, settings);
    return (await controller)(request);
  };
  return collectMonitor(census, target, ask, bucketsOf(settings));
}

/** Writes the document of the census. */
export async function conclude({ key, ...frame }: CensusEvent): ReturnType<typeof concludeCensus> {
  const store = bucketsOf(environment());
  return concludeCensus(frame, await readTargets(key, store), store);
}
