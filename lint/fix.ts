import type { Finding } from './finding';

/** Makes the safe edits: pure. A place that has changed since is not edited. */
export function fix(text: string, findings: readonly Finding[]): string {
  const lines = text.split('\n');
  const below = new Map<number, string[]>();
  // From right to left, so that the columns of the remaining edits stay valid.
  const changes = findings.flatMap((finding) => finding.fix ?? []).sort((a, b) => columnOf(b) - columnOf(a));
  for (const change of changes) {
    const at = change.line - 1;
    if ('insertBelow' in change) {
      below.set(at, [...(below.get(at) ?? []), change.insertBelow]);
      continue;
    }
    const { column, old, by } = change;
    const line = lines[at]!;
    if (line.startsWith(old, column - 1)) {
      lines[at] = `${line.slice(0, column - 1)}${by}${line.slice(column - 1 + old.length)}`;
    }
  }
  const withLines = (line: string, at: number) => [
    line,
    ...(below.get(at) ?? []).map((more) => (line.endsWith('\r') ? `${more}\r` : more)),
  ];
  return lines.flatMap(withLines).join('\n');
}

function columnOf(change: NonNullable<Finding['fix']>): number {
  return 'column' in change ? change.column : 0;
}
