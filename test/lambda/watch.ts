import { evaluate } from '../../lambda/controller/domain/evaluate';
import { type Tracked, track } from '../../lambda/controller/domain/incidents';
import type { Observation } from '../../lambda/controller/domain/observation';
import { NO_STATE } from '../../lambda/controller/domain/state';
import { decodeState, encodeState } from '../../lambda/controller/state/codec';
import { START } from './observations';

/** Checks of one proxy, one after the other, each by a function instance that has only the saved state. */
export class Watch {
  #written = encodeState(NO_STATE);

  /** One check, this many seconds after the start. */
  public check(seconds: number, seen: Observation): Tracked {
    const state = decodeState(this.#written)!;
    const observation = { ...seen, at: START + seconds * 1000 };
    const result = track(state, observation, evaluate(observation));
    this.#written = encodeState({ dns: {}, watched: result.watched });
    return result;
  }

  /** What opened, changed and was resolved by a check, as `opened KIND TASK ADDRESS`. */
  public events(seconds: number, seen: Observation): string[] {
    return this.check(seconds, seen).events.map(({ event, incident: { kind, task, address } }) =>
      [event.replace('incident-', ''), kind, task, address].filter(Boolean).join(' '),
    );
  }
}
