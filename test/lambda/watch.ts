import { type Advance, advance } from '../../lambda/controller/domain/incidents';
import { judge } from '../../lambda/controller/domain/judge';
import type { Reading } from '../../lambda/controller/domain/observation';
import { decodeState, encodeState, NO_STATE } from '../../lambda/controller/state/state';
import { START } from './readings';

/** Checks of one proxy, one after the other, each by a function instance that knows only what was written down. */
export class Watch {
  #written = encodeState(NO_STATE);

  /** One check, this many seconds after the start. */
  public check(seconds: number, seen: Reading): Advance {
    const state = decodeState(this.#written)!;
    const reading = { ...seen, at: START + seconds * 1000 };
    const result = advance(state, reading, judge(reading));
    this.#written = encodeState({ dns: {}, watched: result.watched });
    return result;
  }

  /** What opened, changed and was resolved by a check, as `opened KIND TASK ADDRESS`. */
  public events(seconds: number, seen: Reading): string[] {
    return this.check(seconds, seen).events.map(({ event, incident: { kind, task, address } }) =>
      [event.replace('incident-', ''), kind, task, address].filter(Boolean).join(' '),
    );
  }
}
