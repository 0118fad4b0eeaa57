// Written by `npm run docs` from the list in lib/contract/verdicts.ts.
import type { VerdictKind } from '../../../../lib/contract/verdicts';
import type { VerdictDefinition } from './definition';
import { differentView } from './different-view';
import { failedRepair } from './failed-repair';
import { failingResolver } from './failing-resolver';
import { foreignAddress } from './foreign-address';
import { invalidRecord } from './invalid-record';
import { leavingAddress } from './leaving-address';
import { noAddress } from './no-address';
import { noRunningTask } from './no-running-task';
import { pinned } from './pinned';
import { silentResolver } from './silent-resolver';
import { staleAddress } from './stale-address';
import { unchecked } from './unchecked';
import { uncoveredAddress } from './uncovered-address';
import { unknownUpstream } from './unknown-upstream';
import { unreachableTask } from './unreachable-task';
import { unseenProcess } from './unseen-process';
import { versionMismatch } from './version-mismatch';

/** The definition of each verdict. */
export const DEFINITIONS: { readonly [Kind in VerdictKind]: VerdictDefinition<Kind> } = {
  'different-view': differentView,
  'failed-repair': failedRepair,
  'failing-resolver': failingResolver,
  'foreign-address': foreignAddress,
  'invalid-record': invalidRecord,
  'leaving-address': leavingAddress,
  'no-address': noAddress,
  'no-running-task': noRunningTask,
  pinned,
  'silent-resolver': silentResolver,
  'stale-address': staleAddress,
  unchecked,
  'uncovered-address': uncoveredAddress,
  'unknown-upstream': unknownUpstream,
  'unreachable-task': unreachableTask,
  'unseen-process': unseenProcess,
  'version-mismatch': versionMismatch,
};
