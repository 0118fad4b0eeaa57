import { type ExecFileException, execFile } from 'node:child_process';

/**
 * Runs a program without a shell and gives what it wrote to standard output.
 *
 * @param seconds after which it is killed, by its process id
 * @throws an error of one line if it is not there, fails or takes too long
 */
export function run(file: string, args: readonly string[], seconds = 120): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      env: { ...process.env, LC_ALL: 'C' },
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
      timeout: seconds * 1000,
    } as const;
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      process.off('exit', kill);
      error ? reject(new Error(reasonOf(error, file, seconds, stderr))) : resolve(stdout);
    });
    const kill = () => child.kill('SIGKILL');
    // Before the listeners that remove its files.
    process.prependOnceListener('exit', kill);
    child.stdin?.end();
  });
}

/** The first line that is marked as an error, else the last line. */
function reasonOf(error: ExecFileException, file: string, seconds: number, stderr: string): string {
  if (error.code === 'ENOENT') {
    return `${file} is not installed`;
  }
  if (error.killed) {
    return `${file} did not end within ${seconds} s`;
  }
  const lines = stderr.split('\n').flatMap((line) => line.trim() || []);
  const line = lines.find((text) => /^E:|\berror\b/i.test(text)) ?? lines.at(-1) ?? error.message.split('\n')[0]!;
  return line.replace(/^E:/, '').trim().replace(/\s+/g, ' ');
}
