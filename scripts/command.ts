import { execFile } from 'node:child_process';

/** Folder and environment of a command. */
export interface CommandOptions {
  readonly cwd?: string;
  /** Variables on top of this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a command to its end.
 *
 * @returns its standard output
 * @throws Error with the command and all that it printed
 */
export function command([file, ...args]: readonly string[], { cwd, env }: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 26 };
    execFile(file!, args, options, (error, stdout, stderr) => {
      if (error) {
        const why = typeof error.code === 'number' ? `ended with ${error.code}` : error.message.split('\n')[0];
        reject(new Error(`${[file, ...args].join(' ')}: ${why}\n${stdout}${stderr}`));
      } else {
        resolve(stdout);
      }
    });
  });
}
