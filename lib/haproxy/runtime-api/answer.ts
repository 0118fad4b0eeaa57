/** Reads the lines of one answer of a runtime API. */
export interface LineReader<T> {
  /**
   * Takes the next line, without its end. `enough`: the rest of the answer is not needed.
   *
   * @param line at most `MAX_LINE` characters
   * @param cut whether the line was longer
   */
  readonly line: (line: string, cut: boolean) => 'more' | 'enough' | 'unexpected';
  /** What the lines said; undefined if they are no answer to the command. */
  readonly result: () => T | undefined;
}

/** A command's answer, and how to read it. */
export interface AnswerFormat<T> {
  /** The command, for messages. */
  readonly command: string;
  readonly reader: () => LineReader<T>;
}

/** An answer that does not fit the command. The text has the command and the beginning of the answer. */
export class UnexpectedAnswer extends Error {
  public override readonly name = 'UnexpectedAnswer';

  /** @param start the first line of the answer that is not empty */
  public constructor(command: string, start: string) {
    // Another program may answer anything; the text must be safe for a log line and a terminal.
    const shown = start
      .trim()
      .slice(0, 80)
      .replace(/[^\x20-\x7e]/g, '?');
    super(`'${command}' was answered with ${shown === '' ? 'nothing' : `'${shown}'`}`);
  }
}

/** A line is read up to here. The longest of HAProxy that is needed whole, a row of `show servers state`, is shorter. */
const MAX_LINE = 4096;

/** Reads an answer part by part, and keeps no more of it than one line and what the reader keeps. */
export class AnswerStream<T> {
  readonly #command: string;
  readonly #reader: LineReader<T>;
  /** The line that has not ended yet. */
  #open = '';
  #cut = false;
  /** The first line with something in it. */
  #start = '';
  /** Whether the last line was empty, which ends the answer of every branch. */
  #ended = false;
  #enough = false;

  public constructor({ command, reader }: AnswerFormat<T>) {
    this.#command = command;
    this.#reader = reader();
  }

  /**
   * Takes a part of the answer.
   *
   * @returns whether the rest is not needed
   * @throws UnexpectedAnswer as soon as it cannot become an answer to the command
   */
  public push(part: string): boolean {
    let at = 0;
    for (let end = part.indexOf('\n'); end >= 0 && !this.#enough; end = part.indexOf('\n', at)) {
      this.#append(part, at, end);
      this.#endLine();
      at = end + 1;
    }
    if (!this.#enough) {
      this.#append(part, at, part.length);
    }
    return this.#enough;
  }

  /**
   * Ends the answer.
   *
   * @throws UnexpectedAnswer if it was cut off, perhaps within a value, or is no answer to the command
   */
  public end(): T {
    const whole = this.#enough || (this.#ended && this.#open === '');
    const result = whole ? this.#reader.result() : undefined;
    if (result === undefined) {
      throw new UnexpectedAnswer(this.#command, this.#start.trim() || this.#open);
    }
    return result;
  }

  #append(part: string, from: number, to: number): void {
    const free = MAX_LINE - this.#open.length;
    this.#cut ||= to - from > free;
    this.#open += part.slice(from, Math.min(to, from + free));
  }

  #endLine(): void {
    const line = this.#open.endsWith('\r') ? this.#open.slice(0, -1) : this.#open;
    const cut = this.#cut;
    this.#open = '';
    this.#cut = false;
    this.#ended = line === '';
    if (this.#start.trim() === '') {
      this.#start = line;
    }
    const next = this.#reader.line(line, cut);
    if (next === 'unexpected') {
      throw new UnexpectedAnswer(this.#command, this.#start);
    }
    this.#enough = next === 'enough';
  }
}

/**
 * Reads a whole answer.
 *
 * @throws UnexpectedAnswer if it is no answer to the command
 */
export function readAnswer<T>(format: AnswerFormat<T>, answer: string): T {
  const stream = new AnswerStream(format);
  stream.push(answer);
  return stream.end();
}
