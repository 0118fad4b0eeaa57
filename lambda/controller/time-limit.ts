/** The time was too short for some work: it was not done, and nobody is at fault. */
export class OutOfTime extends Error {
  public constructor() {
    super('the time of the run was over');
  }
}

/** A point in time after which nobody waits any more. */
export class TimeLimit {
  readonly #over: Promise<never>;
  readonly #timer: NodeJS.Timeout;
  #reached = false;

  /** @param millis from now */
  public constructor(millis: number) {
    let end: (reason: Error) => void;
    this.#over = new Promise((_, reject) => {
      end = reject;
    });
    // Nobody may be waiting when the time comes.
    this.#over.catch(() => {});
    this.#timer = setTimeout(() => {
      this.#reached = true;
      end(new OutOfTime());
    }, millis);
  }

  /**
   * Does some work and waits for it until the time is over; begins nothing after that.
   *
   * @throws OutOfTime when the time was too short, or what the work throws
   */
  public async within<T>(work: () => Promise<T>): Promise<T> {
    return Promise.race(this.#reached ? [this.#over] : [this.#over, work()]);
  }

  /** The work is done before its time. */
  public clear(): void {
    clearTimeout(this.#timer);
  }
}
