import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { Terminal } from '@xterm/headless';
import { ROOT } from '../bin/cli';

const ROWS = 40;

/** Whether this machine has `script` of util-linux, which gives a process a real terminal. */
export const HAS_TERMINALS = (() => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
})();

/** How wide text is: an emoji takes two columns. */
export function widthOf(text: string): number {
  return [...text].reduce((sum, char) => sum + (/\p{Emoji_Presentation}/u.test(char) ? 2 : 1), 0);
}

/** A command that runs on its own terminal, without the variables by which it would print plain lines. */
export class TerminalRun {
  /** Everything that it has written, with the terminal's control sequences. */
  public output = '';
  public readonly child: ChildProcess;
  /** It has ended, and all of its output is here. */
  #closed = false;

  /** @param command a line for the shell, run in the folder of this repository */
  public constructor(
    command: string,
    private readonly columns: number,
  ) {
    const { NO_COLOR: _, CI: __, ...environment } = process.env;
    const line = `stty cols ${columns} rows ${ROWS}; exec ${command}`;
    this.child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
      cwd: ROOT,
      env: { ...environment, TERM: 'xterm-256color' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.child.stdout!.on('data', (chunk) => {
      this.output += chunk;
    });
    this.child.on('close', () => {
      this.#closed = true;
    });
  }

  /** What the terminal shows now, row by row. */
  public async screen(): Promise<string[]> {
    const terminal = new Terminal({ cols: this.columns, rows: ROWS, allowProposedApi: true });
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = '11';
    await new Promise<void>((done) => terminal.write(this.output, done));
    const { active } = terminal.buffer;
    return Array.from({ length: active.length }, (_, i) => active.getLine(i)!.translateToString(true));
  }

  /** Waits until a row of the screen is like this. */
  public async shows(pattern: RegExp): Promise<void> {
    for (;;) {
      const closed = this.#closed;
      if ((await this.screen()).some((row) => pattern.test(row))) {
        return;
      }
      if (closed) {
        throw new Error(`it ended before it showed ${pattern}: ${this.output}`);
      }
      await sleep(100);
    }
  }

  /** Types Ctrl-C and gives the exit code. */
  public async interrupt(): Promise<number | null> {
    this.child.stdin!.write('\x03');
    while (this.child.exitCode === null && this.child.signalCode === null) {
      await sleep(20);
    }
    return this.child.exitCode;
  }
}
