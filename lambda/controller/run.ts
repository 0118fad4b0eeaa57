import type { Context } from 'aws-lambda';
import type { ControllerEnvironment } from '../../lib/contract/environment';
import { chunksOf } from './aws/in-batches';
import type { MalformedRecord, RegistryEntry } from './aws/registry';
import { StateTable, type StoredState } from './aws/state-table';
import { TimeLimit } from './aws/time-limit';
import type { Incident } from './domain/incident';
import { reportInvalid } from './domain/invalid-record';
import type { ReportSettings } from './domain/proxy-report';
import { type Checked, checkFleet } from './fleet';
import { loadState, memoryOf, newState, readInventory } from './inventory';
import { type RepairableEntry, repair } from './repair';
import { countOf, type Report, type RunSummary } from './report';
import { type Finding, type Settled, settle } from './settle';

/** The end of a run that is reserved for reporting and saving; half of the run where it is shorter than twice this. */
const RESERVE_MILLIS = 8000;

/**
 * How much of the reserve is left when a stage ends. Reading processes ends first, because a proxy is
 * reported even if some processes were not reached. OpsCenter may be slow, so its stage ends before states are saved.
 */
const RESERVE_LEFT = { reading: 1, checking: 0.75, opsItems: 0.5, saving: 0.25 } as const;

/** How many states of proxies without a valid record are settled together. */
const INVALID_BATCH = 50;

/** The invocation of a run. */
export type Invocation = Pick<Context, 'getRemainingTimeInMillis' | 'invokedFunctionArn'>;

/**
 * Checks every proxy of the registry once, as far as the time allows.
 *
 * @throws when the registry or the table of states cannot be read
 */
export async function run(
  environment: ControllerEnvironment,
  invocation: Invocation,
  report: Report,
): Promise<RunSummary> {
  const remaining = invocation.getRemainingTimeInMillis();
  const reserve = Math.min(RESERVE_MILLIS, remaining / 2);
  const millisUntil = (stage: keyof typeof RESERVE_LEFT) => remaining - reserve * RESERVE_LEFT[stage];
  const start = Date.now();
  const saving = new TimeLimit(millisUntil('saving'));
  const opsItems = environment.OPS_ITEMS === 'on' ? new TimeLimit(millisUntil('opsItems')) : undefined;
  try {
    const table = new StateTable(environment.STATE_TABLE);
    const one = new Run(table, report, saving, opsItems, environment.REPAIR !== undefined);
    const inventory = await readInventory(environment.REGISTRY_PATH, table);
    const { entries, malformed, states } = inventory;
    for (const { parameter, reason, value } of malformed) {
      report.log('error', 'not-checked', `${parameter}: ${reason}`, { parameter, reason, value });
    }
    await checkFleet(byStaleness(entries, states), {
      functionArn: invocation.invokedFunctionArn,
      settings: settingsOf(environment),
      readUntil: start + millisUntil('reading'),
      checkUntil: start + millisUntil('checking'),
      ...memoryOf(inventory, table, report),
      done: (checked) => one.settleChecked(checked),
      degraded: (message, reasons) => report.log('warn', 'degraded', message, { reasons }),
    });
    await one.settleInvalid(invalidOf(entries, malformed, states));
    const repairs = await repair(one.repairable, environment.REPAIR, table, saving, report);
    return one.summarize(malformed.length, repairs);
  } finally {
    saving.clear();
    opsItems?.clear();
  }
}

/** What is said of a proxy in this monitor. */
export function settingsOf({ BLIND_AFTER_SECONDS, INTERVAL_SECONDS }: ControllerEnvironment): Required<ReportSettings> {
  return { blindAfterSeconds: Number(BLIND_AFTER_SECONDS), intervalSeconds: Number(INTERVAL_SECONDS) };
}

/** First the proxies that the last runs did not check in whole, the longest waiting ones before the others. */
export function byStaleness(
  entries: readonly RegistryEntry[],
  states: ReadonlyMap<string, Pick<StoredState, 'checkedAt'>>,
): RegistryEntry[] {
  // Those of one run in random order: if runs are always too short, they must not always miss the same proxies.
  const turns = entries.map((entry) => {
    const minute = Math.floor((states.get(entry.name)?.checkedAt ?? 0) / 60_000);
    return { entry, minute, tieBreak: Math.random() };
  });
  return turns.sort((a, b) => a.minute - b.minute || a.tieBreak - b.tieBreak).map(({ entry }) => entry);
}

/** A state without a valid record. */
interface Invalid {
  readonly stored: StoredState;
  /** What is wrong with the record. @default - it is gone */
  readonly why?: string;
}

/** The states of proxies whose records are malformed or gone. */
function invalidOf(
  entries: readonly RegistryEntry[],
  malformed: readonly MalformedRecord[],
  states: ReadonlyMap<string, StoredState>,
): Invalid[] {
  const valid = new Set(entries.map(({ name }) => name));
  const reasons = new Map(malformed.flatMap(({ name, reason }) => (name === undefined ? [] : [[name, reason]])));
  const named = [...reasons.keys()].filter((name) => !states.has(name)).map(newState);
  return [...states.values(), ...named]
    .filter(({ name }) => !valid.has(name))
    .map((stored) => ({ stored, ...(reasons.has(stored.name) && { why: reasons.get(stored.name) }) }));
}

/** What a run has found so far, over all proxies. */
class Run {
  public readonly repairable: RepairableEntry[] = [];
  readonly #open: Pick<Incident, 'severity' | 'suppressed' | 'ageSeconds'>[] = [];
  readonly #opened: Pick<Incident, 'detectionSeconds'>[] = [];
  #checked = 0;
  #unchecked = 0;
  #suppressed = 0;
  #undelivered = 0;
  #written = 0;
  #failed = 0;

  public constructor(
    private readonly table: StateTable,
    private readonly report: Report,
    private readonly saving: TimeLimit,
    private readonly opsItems: TimeLimit | undefined,
    private readonly mayRepair: boolean,
  ) {}

  public async settleChecked(checked: readonly Checked[]): Promise<void> {
    const wholes = checked.map(({ report: { observation } }) => {
      const { unchecked, tasks } = observation;
      return unchecked === undefined && tasks.every((task) => 'runtime' in task);
    });
    const findings = checked.map(({ entry, stored, report: { state, open } }, i): Finding => {
      const { proxy, tasks: source } = entry.record;
      return { proxy, source, stored, state, open, complete: wholes[i]! };
    });
    const settled = await this.#settle(findings);
    checked.forEach(({ entry: { record }, report: { observation, verdicts, open, ...found } }, i) => {
      const { outcome, ...now } = settled[i]!;
      if (outcome !== 'lost') {
        this.report.proxy({ observation, verdicts, open, ...found });
      }
      if (outcome === 'saved') {
        const opened = found.events.filter(({ change }) => change === 'opened');
        this.#opened.push(...opened.map(({ incident: { detectionSeconds } }) => ({ detectionSeconds })));
      }
      if (wholes[i] && outcome !== 'failed') {
        this.#checked += 1;
      } else {
        this.#unchecked += 1;
      }
      this.#suppressed += found.suppressed.length;
      if (this.mayRepair && outcome === 'saved' && open.length + now.state.repairs.length > 0) {
        this.repairable.push({ record, open, ...now });
      }
    });
  }

  public async settleInvalid(invalid: readonly Invalid[]): Promise<void> {
    for (const batch of chunksOf(invalid, INVALID_BATCH)) {
      const findings: Finding[] = [];
      for (const { stored: found, why } of batch) {
        const { stored, state } = await loadState(found, found.name, this.table, this.report);
        const { proxy, open, ...after } = reportInvalid(found.name, state, why, Date.now());
        if (after.state === undefined && stored.version === 0) {
          continue;
        }
        findings.push({ proxy, stored, state: after.state, open, complete: false });
        this.report.invalid(proxy, open);
      }
      await this.#settle(findings);
    }
  }

  public summarize(malformedRecords: number, repairs: number): RunSummary {
    const { open, critical } = countOf(this.#open);
    const summary: RunSummary = {
      checkedProxies: this.#checked,
      uncheckedProxies: this.#unchecked,
      malformedRecords,
      openIncidents: open,
      criticalIncidents: critical,
      suppressedIncidents: this.#suppressed,
      undeliveredEvents: this.#undelivered,
      repairs,
    };
    // No incident opens on a verdict that was not saved.
    this.report.run(summary, this.#open, this.#opened, this.#written > 0 || this.#failed === 0);
    return summary;
  }

  async #settle(findings: readonly Finding[]): Promise<Settled[]> {
    const { table, report, saving, opsItems } = this;
    const settled = await settle(findings, { table, report, saving, ...(opsItems && { opsItems }) });
    settled.forEach(({ outcome, written, undelivered }, i) => {
      const { open } = findings[i]!;
      // Without what they name, which is much where thousands are open.
      this.#open.push(...open.map(({ severity, suppressed, ageSeconds }) => ({ severity, suppressed, ageSeconds })));
      this.#undelivered += outcome === 'lost' ? 0 : undelivered;
      this.#written += written ? 1 : 0;
      this.#failed += outcome === 'failed' ? 1 : 0;
    });
    return settled;
  }
}
