import { type Advance, advance, NO_STATE, type ProxyState } from '../../lambda/drift-checker/incidents';
import { judge } from '../../lambda/drift-checker/judge';
import type { Reading } from '../../lambda/drift-checker/reading';

/** The start of all watches: whole seconds, as a JSON round trip must keep them. */
export const START = Date.parse('2026-11-22T12:00:00Z');

/** Checks of one proxy, one after the other, each by a function instance that knows only what was written down. */
export class Watch {
  #written = JSON.stringify(NO_STATE);

  /** One check, this many seconds after the start. */
  public check(seconds: number, seen: Reading): Advance {
    const state = JSON.parse(this.#written) as ProxyState;
    const result = advance(state, seen, judge(seen), START + seconds * 1000);
    this.#written = JSON.stringify({ dns: {}, watched: result.watched });
    return result;
  }

  /** What opened and what was resolved by a check, as `opened KIND SUBJECT`. */
  public events(seconds: number, seen: Reading): string[] {
    return this.check(seconds, seen).events.map(({ event, incident: { kind, task, address } }) =>
      [event.replace('incident-', ''), kind, task, address].filter(Boolean).join(' '),
    );
  }
}
