import { diffArrays } from 'diff';
import { InputError } from '../../../lib/haproxy/errors';
import type { HaproxyConfigModel } from '../../../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../../../lib/haproxy/render/config';
import { CAPABILITIES, type Capability } from '../../../lib/haproxy/version/capabilities';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import { pc } from '../colours';

type Name = keyof typeof CAPABILITIES;

/**
 * The capabilities one by one, from the oldest branch to the newest. Slots and resolution without a health check came
 * with one branch, and no configuration has only one of them.
 */
const STEPS: readonly (readonly Name[])[] = (Object.keys(CAPABILITIES) as Name[])
  .filter((name) => name !== 'serverTemplate')
  .map((name) => (name === 'autonomousResolution' ? [name, 'serverTemplate'] : [name]));

/** A line of both texts, of the old one (`-`) or of the new one (`+`), and the reasons for its change. */
interface Row {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
  readonly reasons: ReadonlySet<Name>;
}

/** Reads two versions such as `1.7..3.2`. */
export function parseVersions(value: string): [from: HaproxyVersion, to: HaproxyVersion] {
  const [, from, to] = /^([^ ]+?)\.\.([^. ][^ ]*)$/.exec(value) ?? [];
  if (from === undefined || to === undefined) {
    throw new InputError(`--diff '${value}' is not two versions: give them as 1.7..3.2`);
  }
  return [HaproxyVersion.of(from), HaproxyVersion.of(to)];
}

/**
 * The changes of a configuration for another branch: a unified diff without context. Each change is followed by
 * its reasons, in lines that begin with `#`; each reason is explained at its first use.
 *
 * @throws InputError if the model needs something that one of the branches does not have
 */
export function renderDiff(from: HaproxyVersion, to: HaproxyVersion, model: HaproxyConfigModel): string {
  // Each call throws if the model needs something that its branch does not have.
  HaproxyConfig.render(from, model);
  HaproxyConfig.render(to, model);
  const rows = compare(from, to, model);
  if (rows.every(({ sign }) => sign === ' ')) {
    return `nothing changes: the configuration for ${from} is also right for ${to}\n`;
  }
  return `${[pc.bold(`--- HAProxy ${from}`), pc.bold(`+++ HAProxy ${to}`), ...hunks(rows)].join('\n')}\n`;
}

/** Goes from one branch to the other in steps of one reason, and keeps the reasons that changed each line. */
function compare(from: HaproxyVersion, to: HaproxyVersion, model: HaproxyConfigModel): Row[] {
  const changing = STEPS.filter(([name]) => from._capabilities[name!] !== to._capabilities[name!]);
  const steps = to.isAtLeast(from.branch) ? changing : changing.reverse();
  let capabilities = from._capabilities;
  let rows = textOf(to, capabilities, model).map((text): Row => ({ sign: ' ', text, reasons: new Set() }));
  for (const step of steps) {
    capabilities = { ...capabilities, ...Object.fromEntries(step.map((name) => [name, to._capabilities[name]])) };
    rows = applyStep(rows, textOf(to, capabilities, model), step);
  }
  return rows;
}

/** The lines for a branch that had exactly these capabilities. */
function textOf(
  version: HaproxyVersion,
  capabilities: HaproxyVersion['_capabilities'],
  model: HaproxyConfigModel,
): string[] {
  const imagined: HaproxyVersion = Object.assign(Object.create(HaproxyVersion.prototype), version, {
    _capabilities: capabilities,
  });
  return HaproxyConfig.render(imagined, model).trimEnd().split('\n');
}

/** Applies the changes of one step. Lines removed and added in one place share their reasons. */
function applyStep(rows: readonly Row[], lines: readonly string[], step: readonly Name[]): Row[] {
  const after: Row[] = [];
  const current = rows.filter(({ sign }) => sign !== '-').map(({ text }) => text);
  let at = 0;
  // Removed lines of the old text stay as rows.
  const passRemoved = () => {
    while (rows[at]?.sign === '-') {
      after.push(rows[at]!);
      at += 1;
    }
  };
  let reasons = new Set(step);
  for (const { added, removed, value } of diffArrays(current, [...lines])) {
    for (const text of value) {
      if (added) {
        after.push({ sign: '+', text, reasons });
        continue;
      }
      passRemoved();
      const row = rows[at]!;
      at += 1;
      if (!removed) {
        after.push(row);
        reasons = new Set(step);
        continue;
      }
      reasons = new Set([...row.reasons, ...reasons]);
      if (row.sign === ' ') {
        after.push({ ...row, sign: '-', reasons });
      }
    }
  }
  passRemoved();
  return after;
}

/** The changes one by one, each with the section that contains it. */
function hunks(rows: readonly Row[]): string[] {
  const explained = new Set<Name>();
  const out: string[] = [];
  let section = '';
  let [oldLine, newLine] = [0, 0];
  let changed: Row[] = [];
  const flush = () => {
    const removed = changed.filter(({ sign }) => sign === '-');
    const added = changed.filter(({ sign }) => sign === '+');
    if (changed.length > 0) {
      out.push(
        pc.cyan(`@@ -${range(oldLine, removed.length)} +${range(newLine, added.length)} @@ ${section}`.trimEnd()),
        ...removed.map(({ text }) => pc.red(`-${text}`)),
        ...added.map(({ text }) => pc.green(`+${text}`)),
        ...explain(new Set(changed.flatMap(({ reasons }) => [...reasons])), explained),
      );
    }
    oldLine += removed.length;
    newLine += added.length;
    section = added.map(({ text }) => text).findLast(isHead) ?? section;
    changed = [];
  };
  for (const row of rows) {
    if (row.sign !== ' ') {
      changed.push(row);
      continue;
    }
    flush();
    oldLine += 1;
    newLine += 1;
    section = isHead(row.text) ? row.text : section;
  }
  flush();
  return out;
}

/** Lines of one side in the notation of diff; with no lines, the line before. */
function range(before: number, count: number): string {
  return `${count === 0 ? before : before + 1},${count}`;
}

function isHead(text: string): boolean {
  return /^[a-z]/.test(text);
}

function explain(reasons: ReadonlySet<Name>, explained: Set<Name>): string[] {
  const inOrder = (Object.keys(CAPABILITIES) as Name[]).filter((name) => reasons.has(name));
  return inOrder.flatMap((name) => {
    const { since, with: now, without, why }: Capability = CAPABILITIES[name];
    const again = explained.has(name);
    explained.add(name);
    return [`# since ${since}: ${now}`, ...(again ? [] : [`#   before: ${without}`, `#   why: ${why}`])];
  });
}
