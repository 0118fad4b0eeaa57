import { resolve } from 'node:path';
import { command } from './command';

/** This machine has no Python that is new enough. */
export class NoPython extends Error {}

/** The newest minor version that is looked for. */
const NEWEST_MINOR = 14;

/** A virtual environment of Python. */
export class PythonEnvironment {
  /**
   * Makes one.
   *
   * @throws Error when the machine has no Python, or one without `venv` and `pip`
   */
  public static async make(folder: string): Promise<PythonEnvironment> {
    await command(['python3', '-m', 'venv', folder]);
    return new PythonEnvironment(resolve(folder));
  }

  /**
   * Makes one with the newest Python 3 of this machine.
   *
   * @param oldestMinor 12 for Python 3.12 or later
   * @throws NoPython, with one line, when there is none
   */
  public static async makeNewest(folder: string, oldestMinor: number): Promise<PythonEnvironment> {
    for (let minor = NEWEST_MINOR; minor >= oldestMinor; minor -= 1) {
      // pyenv runs a version that is not the default one on request.
      const env = { PYENV_VERSION: `3.${minor}` };
      const made = await command([`python3.${minor}`, '-m', 'venv', folder], { env }).then(
        () => true,
        () => false,
      );
      if (made) {
        return new PythonEnvironment(resolve(folder));
      }
    }
    throw new NoPython(
      `it needs Python 3.${oldestMinor} to 3.${NEWEST_MINOR} with venv and pip, as python3.${oldestMinor} on PATH`,
    );
  }

  private constructor(private readonly folder: string) {}

  /** The path of a program of the environment. */
  public program(name: string): string {
    return resolve(this.folder, 'bin', name);
  }

  /** Runs pip. What it downloads is kept in the checkout's cache. */
  public async pip(...args: string[]): Promise<void> {
    await command([this.program('python'), '-m', 'pip', '--quiet', '--disable-pip-version-check', ...args], {
      env: { PIP_CACHE_DIR: resolve('.cache', 'pip') },
    });
  }

  /** Installs packages without compiling bytecode, which takes longer than the download. */
  public install(...packages: string[]): Promise<void> {
    return this.pip('install', '--no-compile', ...packages);
  }

  /** Variables with which a shell would call the environment active. */
  public get variables(): Record<string, string> {
    return { VIRTUAL_ENV: this.folder, PATH: `${resolve(this.folder, 'bin')}:${process.env.PATH}` };
  }
}
