import { execFile } from 'node:child_process';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '../..');

/** How a run of the command line ended. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line from source, as a process of its own in the folder of this repository. */
export function cli(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const tsx = path.join(ROOT, 'node_modules/.bin/tsx');
    execFile(tsx, ['bin/cli.ts', ...args], { cwd: ROOT }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
