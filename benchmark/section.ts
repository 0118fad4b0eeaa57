/** What a part of the benchmark gives to the page. */
export interface Section {
  /** The lines that the README quotes. */
  readonly headlines: readonly string[];
  readonly text: string;
  /** Name to text. */
  readonly pictures: Readonly<Record<string, string>>;
}
