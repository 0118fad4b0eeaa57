import { resolve } from 'node:path';
import { command } from './command';

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
