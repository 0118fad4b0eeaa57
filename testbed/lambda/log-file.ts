import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Takes a process's output. A file and not a pipe: the process writes to it at once, so that all it printed before it
 * answered can be read when the answer is there. The file has no name any more, and goes when its last user does.
 */
export class LogFile {
  /** What the process gets as its outputs. */
  readonly descriptor: number;
  #position = 0;

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'lambda-log-'));
    this.descriptor = openSync(join(folder, 'log'), 'a+');
    rmSync(folder, { recursive: true });
  }

  /** Lines written since the last call. */
  takeLines(): string[] {
    const added = Buffer.alloc(fstatSync(this.descriptor).size - this.#position);
    readSync(this.descriptor, added, { position: this.#position });
    this.#position += added.length;
    const lines = added.toString().split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** Ends reading. */
  close(): void {
    closeSync(this.descriptor);
  }
}
