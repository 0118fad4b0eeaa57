import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../../../lib/haproxy/errors';
import type { Source } from '../../../lint/engine/validator';
import { opensSection } from '../../../lint/keywords';
import { templateFinding } from '../../../lint/template';

/** Far above the size of any real configuration. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The name of standard input on the command line, and in findings. */
export const STDIN = '-';
const STDIN_NAME = '<stdin>';

/** The files of a configuration, as HAProxy reads them with `-f` before each. From a folder: its `*.cfg`; `-` is standard input. */
export function readSources(paths: readonly string[]): Source[] {
  const names = paths.flatMap((name) => (name !== STDIN && isFolder(name) ? filesOf(name) : [name]));
  if (names.filter((name) => name === STDIN).length > 1) {
    throw new InputError(`'${STDIN}' is given twice: standard input can be read once`);
  }
  const sources = names.map((name) => ({ name: name === STDIN ? STDIN_NAME : name, text: read(name) }));
  const bytes = sources.reduce((sum, { text }) => sum + text.length, 0);
  if (bytes > MAX_BYTES) {
    throw new InputError(`the files have ${bytes} bytes, too many for a configuration: at most ${MAX_BYTES}`);
  }
  return sources;
}

function isFolder(name: string): boolean {
  try {
    return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    // A loop of links, or a folder above that is closed.
    throw cannotRead(name, error);
  }
}

/** Hidden files and folders are skipped, and the order is that of bytes (manual of 3.2, management 3, -f). */
function filesOf(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw cannotRead(folder, error);
  }
  const files = names
    .filter((name) => name.endsWith('.cfg') && !name.startsWith('.'))
    .sort()
    .map((name) => path.join(folder, name))
    .filter((name) => !isFolder(name));
  if (files.length === 0) {
    const nested = names.filter((name) => !name.startsWith('.') && isFolder(path.join(folder, name)));
    const help =
      nested.length > 0
        ? `give its folders: ${nested.map((name) => path.join(folder, name)).join(' ')}`
        : 'give a HAProxy configuration';
    throw new InputError(`${folder}: has no *.cfg file: ${help}`);
  }
  return files;
}

function cannotRead(name: string, error: unknown): InputError {
  return new InputError(`${name}: cannot be read (${codeOf(error)}): give the path of a HAProxy configuration`);
}

/** The short name of an error of the system, such as `EACCES`. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** Every byte is a character, as for HAProxy, so that nothing of a file is lost when it is written again. */
function read(file: string): string {
  let text: string;
  try {
    const { size } = file === STDIN ? { size: 0 } : statSync(file);
    if (size > MAX_BYTES) {
      throw new InputError(`${file}: ${size} bytes is too large for a configuration: at most ${MAX_BYTES}`);
    }
    text = readBytes(file);
  } catch (error) {
    throw error instanceof InputError ? error : cannotRead(file, error);
  }
  if (text.trim() === '') {
    throw new InputError(`${file}: is empty: give a HAProxy configuration`);
  }
  if (/^(\xff\xfe|\xfe\xff)/.test(text)) {
    throw new InputError(`${file}: is in UTF-16, as its byte order mark says: save it as UTF-8 without one`);
  }
  if (text.includes('\0')) {
    throw new InputError(`${file}: is a binary file: give a HAProxy configuration`);
  }
  // HAProxy accepts only comments and conditions before the first section.
  // The validator reports a byte order mark, and a template has its own finding.
  const [, first = ''] = /^(?:\xef\xbb\xbf)?(?:[ \t]*(?:[#.].*)?\r?\n)*[ \t]*(\S*)/.exec(text) ?? [];
  if (!opensSection(first) && templateFinding(text) === undefined) {
    throw new InputError(
      `${file}: begins with ${JSON.stringify(first.slice(0, 40))} and not with a section such as global: give a HAProxy configuration`,
    );
  }
  return text;
}

/** Reads what is there, and waits for a slow writer: a pipe that does not block reports EAGAIN. */
function readSome(descriptor: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, chunk);
    } catch (error) {
      if (codeOf(error) === 'EOF') {
        return 0;
      }
      if (codeOf(error) !== 'EAGAIN') {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

/** The size of a device or a pipe is not known before it is read: reading stops at the bound. */
function readBytes(file: string): string {
  if (file !== STDIN && (statSync(file).isFile() || statSync(file).isDirectory())) {
    return readFileSync(file, 'latin1');
  }
  const descriptor = file === STDIN ? 0 : openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let bytes = 0; ; ) {
      const chunk = Buffer.alloc(65_536);
      const count = readSome(descriptor, chunk);
      bytes += count;
      if (bytes > MAX_BYTES) {
        throw new InputError(`${file}: more than ${MAX_BYTES} bytes is too large for a configuration`);
      }
      if (count === 0) {
        return Buffer.concat(chunks).toString('latin1');
      }
      chunks.push(chunk.subarray(0, count));
    }
  } finally {
    closeSync(descriptor);
  }
}
