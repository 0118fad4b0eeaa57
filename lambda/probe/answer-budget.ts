/** Lambda answers with at most 6 MB. */
const MAX_ANSWER_BYTES = 5_000_000;

interface Entry {
  readonly bytes: number;
  readonly drop: () => void;
}

/** Keeps the answer of a call below what Lambda delivers: if all parts together are too large, the largest one goes. */
export class AnswerBudget {
  readonly #entries = new Set<Entry>();
  #bytes = 0;

  /**
   * Counts a part of the answer.
   *
   * @param drop replaces the part by a short one that says why
   */
  public add(part: unknown, drop: () => void): void {
    const entry = { bytes: Buffer.byteLength(JSON.stringify(part)), drop };
    this.#entries.add(entry);
    this.#bytes += entry.bytes;
    while (this.#bytes > MAX_ANSWER_BYTES) {
      const largest = [...this.#entries].reduce((a, b) => (b.bytes > a.bytes ? b : a));
      this.#entries.delete(largest);
      this.#bytes -= largest.bytes;
      largest.drop();
    }
  }
}
