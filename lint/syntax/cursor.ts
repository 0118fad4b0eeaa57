import type { Word } from '../model';

/** Reads the words of a line one after the other. */
export class Cursor {
  public constructor(
    public readonly words: readonly Word[],
    public at = 0,
  ) {}

  /** The next word, which stays. */
  public get next(): Word | undefined {
    return this.words[this.at];
  }

  /** The text of the next word, which stays; empty at the end. */
  public get text(): string {
    return this.words[this.at]?.text ?? '';
  }

  /** Takes the next word. */
  public take(): Word | undefined {
    return this.words[this.at++];
  }

  /** Takes the next word when it is one of these. */
  public takes(...texts: readonly string[]): boolean {
    const found = this.next !== undefined && texts.includes(this.text);
    this.at += found ? 1 : 0;
    return found;
  }

  /** Whether all words are taken. */
  public get done(): boolean {
    return this.at >= this.words.length;
  }

  /** The word before, for what should follow it. */
  public get last(): Word | undefined {
    return this.words[Math.min(this.at, this.words.length) - 1];
  }
}
