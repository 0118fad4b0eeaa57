import { branchOrder } from '../../lib/haproxy/version/branches';
import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import { keywordOf } from '../keywords';
import { cutCall } from './call';

/** The value of a condition; undefined if it is known only when HAProxy starts. */
type Outcome = boolean | undefined;

/**
 * The value of the condition of an `.if`, from the file and the version. Operators and brackets exist from 2.5 on.
 */
export function evaluate(text: string, version: HaproxyVersion): Outcome | 'wrong' {
  if (text === '') {
    return false;
  }
  const reader = new Predicates(text, version);
  const result = reader.any();
  return reader.wrong || reader.rest !== '' ? 'wrong' : result;
}

/** Reads a condition from left to right: `||` of `&&` of terms. */
class Predicates {
  public wrong = false;

  public constructor(
    public rest: string,
    private readonly version: HaproxyVersion,
  ) {}

  public any(): Outcome {
    const all = [this.all()];
    while (this.takes('||')) {
      all.push(this.all());
    }
    return all.includes(true) ? true : all.includes(undefined) ? undefined : false;
  }

  private all(): Outcome {
    const all = [this.term()];
    while (this.takes('&&')) {
      all.push(this.term());
    }
    return all.includes(false) ? false : all.includes(undefined) ? undefined : true;
  }

  private term(): Outcome {
    if (this.takes('!')) {
      const value = this.term();
      return value === undefined ? undefined : !value;
    }
    if (this.takes('(')) {
      const value = this.any();
      this.wrong ||= !this.takes(')');
      return value;
    }
    const [number] = /^[+-]?\d+(?=$|[ )&|])/.exec(this.rest) ?? [];
    if (number !== undefined) {
      this.skip(number.length);
      return Number(number) !== 0;
    }
    const { name, args, rest, unclosed } = cutCall(this.rest);
    this.wrong ||= unclosed || args === undefined;
    this.skip(this.rest.length - rest.length);
    return this.predicate(name, args ?? []);
  }

  private predicate(name: string, [a = '', b = '']: readonly string[]): Outcome {
    switch (name) {
      case 'version_atleast':
        return isAtLeast(this.version, a);
      case 'version_before': {
        const atLeast = isAtLeast(this.version, a);
        return atLeast === undefined ? undefined : !atLeast;
      }
      case 'streq':
        return a === b;
      case 'strneq':
        return a !== b;
      case 'strstr':
        this.wrong ||= !this.version.isAtLeast('2.5');
        return a.includes(b);
      case 'feature':
        return EVERYWHERE.has(a) || undefined;
      default: {
        const keyword = keywordOf('predicate', [name]);
        this.wrong ||= keyword === undefined || !this.version.isAtLeast(keyword.since);
        return undefined;
      }
    }
  }

  private takes(sign: string): boolean {
    const found = this.version.isAtLeast('2.5') && this.rest.startsWith(sign);
    this.skip(found ? sign.length : 0);
    return found;
  }

  private skip(length: number): void {
    const rest = this.rest.slice(length);
    this.rest = length > 0 ? rest.replace(/^ +/, '') : rest;
  }
}

/** Features of every package and image. */
const EVERYWHERE: ReadonlySet<string> = new Set(['THREAD', 'OPENSSL', 'LUA']);

/** Whether a version is at least another, such as `2.4`, `3` or `2.4.5`; undefined if the release decides. */
function isAtLeast(version: HaproxyVersion, asked: string): Outcome {
  const [, major = '', minor = '0', patch = '0'] = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(asked) ?? [];
  if (major === '') {
    return undefined;
  }
  const order = branchOrder(version.branch) - branchOrder(`${major}.${minor}`);
  if (order !== 0 || patch === '0') {
    return order >= 0;
  }
  return version.release === undefined ? undefined : Number(version.release.split('.')[2]) >= Number(patch);
}
