/**
 * The handlers of the Lambda functions of a census, which its state machine calls: `index.list`, then for each monitor
 * `index.collect`, then `index.conclude`. Each makes a part of a census, or of a month.
 */
import type { CensusEnvironment, CollectEvent, ConcludeEvent, ListEvent } from '../../lib/contract/census-access';
import { bucketsOf } from './aws/bucket';
import { controllerOf } from './aws/controller';
import { accountsOfUnit } from './aws/organization';
import { type CensusTarget, collect as collectCensus, conclude as concludeCensus } from './collect';
import { collectMonth, concludeMonth } from './collect-month';
import { listTargets, readTargets } from './targets';

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

/** Writes the list of the monitors. */
export async function list(event: ListEvent): ReturnType<typeof listTargets> {
  return listTargets(event, accountsOfUnit, bucketsOf(environment()));
}

/** Asks one monitor, or makes its month. @returns its counts */
export async function collect({ subject, target }: CollectEvent, invocation: Invocation): Promise<object> {
  const settings = environment();
  const store = bucketsOf(settings);
  return 'month' in subject
    ? collectMonth(subject.month, target, store)
    : collectCensus(subject.census, target, asking(subject.census, target, settings, invocation), store);
}

/** Writes the document about all monitors. @returns its totals */
export async function conclude({ subject, key }: ConcludeEvent): Promise<object> {
  const store = bucketsOf(environment());
  const targets = await readTargets(key, store);
  return 'month' in subject ? concludeMonth(subject.month, targets, store) : concludeCensus(subject, targets, store);
}

/** Asks the controller of a monitor, as long as there is time. */
function asking(
  census: string,
  target: CensusTarget,
  settings: CensusEnvironment,
  invocation: Invocation,
): Parameters<typeof collectCensus>[2] {
  let controller: ReturnType<typeof controllerOf> | undefined;
  return async (request) => {
    if (invocation.getRemainingTimeInMillis() < MILLIS_OF_A_PAGE) {
      throw new Error('there was no time for further pages: split the monitor into several monitors');
    }
    controller ??= controllerOf(census, target, settings);
    return (await controller)(request);
  };
}
