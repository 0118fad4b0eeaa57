import type { Rule, RuleInfo } from '../finding';
import { LINT_IGNORE } from '../suppress';
import { TEMPLATE } from '../template';
import { addressFamily } from './address-family';
import { backupSlots } from './backup-slots';
import { checkWithoutHost } from './check-without-host';
import { checkWithoutSni } from './check-without-sni';
import { clearCheck } from './clear-check';
import { clearText } from './clear-text';
import { clientName, resolveGuard } from './do-resolve';
import { endOfLife } from './end-of-life';
import { exposedSocket } from './exposed-socket';
import { faultyRelease } from './faulty-release';
import { fewSlots } from './few-slots';
import { forgeableHeader } from './forgeable-header';
import { holdObsolete } from './hold-obsolete';
import { idleTime } from './idle-time';
import { keptConnections } from './kept-connections';
import { LANGUAGE_RULES } from './language';
import { largePage } from './large-page';
import { preferredNetwork } from './preferred-network';
import { privilegedPort } from './privileged-port';
import { queryStorm } from './query-storm';
import { sharedSessions } from './shared-sessions';
import { shortHold } from './short-hold';
import { singleAddress } from './single-address';
import { singleSlot } from './single-slot';
import { slowResolution } from './slow-resolution';
import { smallPayload } from './small-payload';
import { socketTls } from './socket-tls';
import { startNeedsDns } from './start-needs-dns';
import { stateFile } from './state-file';
import { templateWeight } from './template-weight';
import { unknownBranch } from './unknown-branch';
import { unreachedBackend } from './unreached-backend';
import { unresolvedName } from './unresolved-name';
import { unverifiableName } from './unverifiable-name';
import { verifiedName } from './verified-name';
import { weakIdentity } from './weak-identity';
import { zeroWarning } from './zero-warning';

/** The rules about the meaning of a configuration. A new rule is a file beside this one, and a name in this list. */
export const MEANING_RULES: readonly Rule[] = [
  unresolvedName,
  stateFile,
  startNeedsDns,
  holdObsolete,
  shortHold,
  slowResolution,
  queryStorm,
  smallPayload,
  singleSlot,
  fewSlots,
  backupSlots,
  preferredNetwork,
  templateWeight,
  addressFamily,
  zeroWarning,
  resolveGuard,
  clientName,
  singleAddress,
  socketTls,
  exposedSocket,
  sharedSessions,
  forgeableHeader,
  privilegedPort,
  checkWithoutHost,
  checkWithoutSni,
  clearCheck,
  verifiedName,
  unverifiableName,
  weakIdentity,
  clearText,
  unreachedBackend,
  idleTime,
  keptConnections,
  largePage,
];

/** The rules about the version that reads the configuration. */
export const VERSION_RULES: readonly Rule[] = [endOfLife, faultyRelease, unknownBranch];

/** The rules about the files themselves. */
export const FILE_RULES: readonly RuleInfo[] = [LINT_IGNORE, TEMPLATE];

/** Every rule, those of the language included, which the validator applies. */
export const ALL_RULES: readonly RuleInfo[] = [...MEANING_RULES, ...VERSION_RULES, ...LANGUAGE_RULES, ...FILE_RULES];

/** The ids of all rules. */
export const RULE_IDS: ReadonlySet<string> = new Set(ALL_RULES.map(({ id }) => id));

const BY_ID = new Map(ALL_RULES.map((rule) => [rule.id, rule]));

/** A rule by the id that findings have. */
export function ruleOf(id: string): RuleInfo {
  return BY_ID.get(id)!;
}

export { LANGUAGE_RULES };
