import type { AnswerFormat, LineReader } from './answer';

/**
 * `show stat`: the current sessions of the slots asked for, by `backend/slot`. It ends when all of them are read,
 * because a row of this table has a hundred columns.
 *
 * @param wanted slots as `backend/slot`
 */
export function sessionsOf(wanted: ReadonlySet<string>): AnswerFormat<Map<string, number>> {
  return { command: 'show stat', reader: () => statReader(wanted) };
}

function statReader(wanted: ReadonlySet<string>): LineReader<Map<string, number>> {
  const sessions = new Map<string, number>();
  let places: { readonly server: number; readonly current: number } | undefined;
  return {
    line: (line) => {
      if (places === undefined) {
        // These columns come before all columns that may contain a comma.
        const columns = firstColumns(line, 16);
        places = { server: columns.indexOf('svname'), current: columns.indexOf('scur') };
        return columns[0] === '# pxname' && places.server > 0 && places.current > 0 ? 'more' : 'unexpected';
      }
      const values = firstColumns(line, Math.max(places.server, places.current) + 1);
      const slot = `${values[0]}/${values[places.server]}`;
      const current = values[places.current] ?? '';
      if (wanted.has(slot) && /^\d{1,12}$/.test(current)) {
        sessions.set(slot, Number(current));
      }
      return sessions.size === wanted.size ? 'enough' : 'more';
    },
    result: () => (places === undefined ? undefined : sessions),
  };
}

/** The first columns of a row. `split` with a limit is slower: it finds all of them. */
function firstColumns(row: string, count: number): string[] {
  const values: string[] = [];
  let at = 0;
  for (let comma = row.indexOf(','); comma >= 0 && values.length < count; comma = row.indexOf(',', at)) {
    values.push(row.slice(at, comma));
    at = comma + 1;
  }
  return values;
}
