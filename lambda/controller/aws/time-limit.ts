import { OutOfTime } from '../../../lib/contract/out-of-time';

/** A point in time after which no work starts and none is waited for. */
export class TimeLimit {
  readonly #over: Promise<never>;
  readonly #timer: NodeJS.Timeout;
  readonly #end: number;

  /** @param millis from now */
  public constructor(millis: number) {
    this.#end = Date.now() + millis;
    let end: (reason: Error) => void;
    this.#over = new Promise((_, reject) => {
      end = reject;
    });
    // Without work at that time, the rejection would count as unhandled.
    this.#over.catch(() => {});
    this.#timer = setTimeout(() => end(new OutOfTime()), millis);
  }

  /**
   * Does some work and waits for it until the time is over; starts nothing after that.
   *
   * @throws OutOfTime when the time was too short, or what the work throws
   */
  public async within<T>(work: () => Promise<T>): Promise<T> {
    // The timer may be late, and that of a part that has no time left has not fired yet.
    return Date.now() >= this.#end ? Promise.reject(new OutOfTime()) : Promise.race([this.#over, work()]);
  }

  /** Another limit, for a part of the work: after a share of the time that is left. */
  public part(share: number): TimeLimit {
    return new TimeLimit(Math.max(0, this.#end - Date.now()) * share);
  }

  /** Ends the limit: all work is done. */
  public clear(): void {
    clearTimeout(this.#timer);
  }
}
