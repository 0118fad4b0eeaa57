import type { Rule, RuleInfo } from '../finding';
import { checkWithoutHost } from './check-without-host';
import { checkWithoutSni } from './check-without-sni';
import { endOfLife } from './end-of-life';
import { exposedSocket } from './exposed-socket';
import { faultyRelease } from './faulty-release';
import { holdObsolete } from './hold-obsolete';
import { idleTime } from './idle-time';
import { keptConnections } from './kept-connections';
import { LANGUAGE_RULES } from './language';
import { privilegedPort } from './privileged-port';
import { singleSlot } from './single-slot';
import { smallPayload } from './small-payload';
import { socketTls } from './socket-tls';
import { startNeedsDns } from './start-needs-dns';
import { stateFile } from './state-file';
import { unknownBranch } from './unknown-branch';
import { unresolvedName } from './unresolved-name';

/** The rules about the meaning of a configuration. A new rule is a file beside this one, and a name in this list. */
export const MEANING_RULES: readonly Rule[] = [
  unresolvedName,
  stateFile,
  startNeedsDns,
  holdObsolete,
  smallPayload,
  singleSlot,
  socketTls,
  exposedSocket,
  privilegedPort,
  checkWithoutHost,
  checkWithoutSni,
  idleTime,
  keptConnections,
];

/** The rules about the version that reads the configuration. */
export const VERSION_RULES: readonly Rule[] = [endOfLife, faultyRelease, unknownBranch];

/** Every rule, those of the language included, which the validator applies. */
export const ALL_RULES: readonly RuleInfo[] = [...MEANING_RULES, ...VERSION_RULES, ...LANGUAGE_RULES];

const BY_ID = new Map(ALL_RULES.map((rule) => [rule.id, rule]));

/** A rule by the id that findings have. */
export function ruleOf(id: string): RuleInfo {
  return BY_ID.get(id)!;
}

export { LANGUAGE_RULES };
