import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The prefix of the network namespaces and links of the faults; the kernel allows 15 characters. */
export const PREFIX = 'chaos-elb-';

/** What faults could leave behind: processes, network namespaces and links, files. */
export class Leftovers {
  readonly #before: ReadonlySet<string>;

  /** @param folder where all temporary files of the faults are */
  public constructor(private readonly folder: string) {
    this.#before = new Set(this.#all());
  }

  /** Everything that exists now and did not exist at the start. */
  public find(): string[] {
    return this.#all().filter((what) => !this.#before.has(what));
  }

  #all(): string[] {
    // The loader of TypeScript keeps there what it has translated.
    const files = readdirSync(this.folder).filter((name) => !name.startsWith('tsx-'));
    return [...this.#processes(), ...networks(), ...files.map((name) => `file ${name}`)];
  }

  /** The children of this process, and processes of any parent whose temporary files are in the folder. */
  #processes(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((pid) => {
        const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(textOf(`/proc/${pid}/stat`)) ?? [];
        const ours =
          Number(parent) === process.pid ||
          textOf(`/proc/${pid}/environ`).split('\0').includes(`TMPDIR=${this.folder}`);
        // esbuild serves the loader of TypeScript, and ends with it.
        return ours && state !== 'Z' && name !== 'esbuild' ? [`process ${pid} (${name})`] : [];
      });
  }
}

/** The text of a file; nothing when it does not exist or cannot be read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function networks(): string[] {
  const list = (...args: string[]) => {
    try {
      return execFileSync('ip', args, { encoding: 'utf8', stdio: 'pipe' }).split('\n');
    } catch {
      return [];
    }
  };
  return [...list('netns', 'list'), ...list('-o', 'link')]
    .filter((line) => line.includes(PREFIX))
    .map((line) => `network ${line.split(' ').find((word) => word.includes(PREFIX))}`);
}
