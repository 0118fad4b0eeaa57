/** A bucket of tokens that fills up again at a steady rate, as AWS limits the calls of an API. */
export class TokenBucket {
  #tokens: number;
  #filledAt: number;

  /**
   * @param size most tokens that it holds; it is full at first
   * @param perSecond tokens that it gets each second
   * @param now the clock, ms
   */
  public constructor(
    private readonly size: number,
    private readonly perSecond: number,
    private readonly now: () => number = Date.now,
  ) {
    this.#tokens = size;
    this.#filledAt = now();
  }

  /** Takes a token. @returns whether there was one */
  public take(): boolean {
    const now = this.now();
    this.#tokens = Math.min(this.size, this.#tokens + ((now - this.#filledAt) / 1000) * this.perSecond);
    this.#filledAt = now;
    const there = this.#tokens >= 1;
    this.#tokens -= there ? 1 : 0;
    return there;
  }

  /** Takes what a call has cost beyond its first token, if need be as a debt, as DynamoDB does. */
  public charge(tokens: number): void {
    this.#tokens -= tokens;
  }
}
