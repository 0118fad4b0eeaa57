import { type ExecFileOptions, execFile } from 'node:child_process';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '../..');

/** How a run of the command line ended. */
interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as it is published: `npm run bundle` writes it. */
export const COMMAND = path.join(ROOT, 'assets/cli/cdk-haproxy-elb.mjs');

/** Runs the command line as a separate process, in the folder of this repository. */
export function cli(...args: string[]): Promise<Run> {
  return cliIn(ROOT, ...args);
}

/** Runs the command line in a folder. */
export function cliIn(folder: string, ...args: string[]): Promise<Run> {
  return start(args, { cwd: folder });
}

/** Runs the command line with other variables of the environment. */
export function cliWith(variables: Readonly<Record<string, string>>, ...args: string[]): Promise<Run> {
  return start(args, { cwd: ROOT, env: { ...process.env, ...variables } });
}

function start(args: readonly string[], options: ExecFileOptions): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], { ...options, encoding: 'utf8' }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
