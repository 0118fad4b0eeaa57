import { accessSync, constants, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../../../lib/haproxy/errors';

/** Refuses a file that cannot be written now, before the demo has run for a minute. */
export function refuseUnwritable(file: string): void {
  guard(file, () => {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory()) {
      throw Object.assign(new Error(), { code: 'EISDIR' });
    }
    accessSync(found ? file : path.dirname(file), constants.W_OK);
  });
}

/** Writes a page. When that fails, no part of it is left behind. */
export function writePage(file: string, text: string): void {
  guard(file, () => {
    try {
      writeFileSync(file, text);
    } catch (error) {
      if (statSync(file, { throwIfNoEntry: false })?.isFile()) {
        rmSync(file);
      }
      throw error;
    }
  });
}

function guard(file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new InputError(
      `--html '${file}' cannot be written (${(error as NodeJS.ErrnoException).code}): give another file`,
    );
  }
}
