import { InputError } from '../errors';
import { BRANCHES, type Branch, branchOrder, CHECKED_ON, FAULTY_RELEASES } from './branches';
import { CAPABILITIES, type Capabilities } from './capabilities';

/** A warning about a version: end of life, a known fault, or a branch that is not known. */
export interface HaproxyVersionWarning {
  /**
   * Stable identifier, for acknowledging the warning: `cdk-haproxy-elb:end-of-life`,
   * `cdk-haproxy-elb:faulty-release` or `cdk-haproxy-elb:unknown-branch`.
   */
  readonly id: string;
  /** One line: what is wrong, and what to do. */
  readonly message: string;
}

/**
 * A HAProxy version: a release branch, optionally one release of it.
 *
 * The branch decides the text of the configuration. Give a release to pin the image.
 */
export class HaproxyVersion {
  /** HAProxy 1.6. End-of-life. Follows DNS only through health checks. */
  public static readonly V1_6 = HaproxyVersion.of('1.6');
  /** HAProxy 1.7. End-of-life. Follows DNS only through health checks. */
  public static readonly V1_7 = HaproxyVersion.of('1.7');
  /** HAProxy 1.8. End-of-life. The first branch with `server-template`. */
  public static readonly V1_8 = HaproxyVersion.of('1.8');
  /** HAProxy 1.9. End-of-life. */
  public static readonly V1_9 = HaproxyVersion.of('1.9');
  /** HAProxy 2.0. End-of-life. */
  public static readonly V2_0 = HaproxyVersion.of('2.0');
  /** HAProxy 2.1. End-of-life. */
  public static readonly V2_1 = HaproxyVersion.of('2.1');
  /** HAProxy 2.2. End-of-life. */
  public static readonly V2_2 = HaproxyVersion.of('2.2');
  /** HAProxy 2.3. End-of-life. */
  public static readonly V2_3 = HaproxyVersion.of('2.3');
  /** HAProxy 2.4. End-of-life. */
  public static readonly V2_4 = HaproxyVersion.of('2.4');
  /** HAProxy 2.5. End-of-life. */
  public static readonly V2_5 = HaproxyVersion.of('2.5');
  /** HAProxy 2.6, long-term support until 2027. */
  public static readonly V2_6 = HaproxyVersion.of('2.6');
  /** HAProxy 2.7. End-of-life. Its first release, 2.7.0, is refused, because it resolves a name only once. */
  public static readonly V2_7 = HaproxyVersion.of('2.7');
  /** HAProxy 2.8, long-term support until 2028. */
  public static readonly V2_8 = HaproxyVersion.of('2.8');
  /** HAProxy 2.9. End-of-life. */
  public static readonly V2_9 = HaproxyVersion.of('2.9');
  /** HAProxy 3.0, long-term support until 2029. */
  public static readonly V3_0 = HaproxyVersion.of('3.0');
  /** HAProxy 3.1. End-of-life. */
  public static readonly V3_1 = HaproxyVersion.of('3.1');
  /** HAProxy 3.2, long-term support until 2030. */
  public static readonly V3_2 = HaproxyVersion.of('3.2');
  /** HAProxy 3.3, until January 2027. */
  public static readonly V3_3 = HaproxyVersion.of('3.3');
  /** HAProxy 3.4, long-term support until 2031. */
  public static readonly V3_4 = HaproxyVersion.of('3.4');
  /** HAProxy 3.5, known from its development releases. Until January 2028. */
  public static readonly V3_5 = HaproxyVersion.of('3.5');

  /**
   * Makes a version from its name.
   *
   * A branch that is newer than every known one is written and judged as the newest known one, with a warning.
   *
   * @param version a branch (`2.8`) or a release (`2.8.5`), as `haproxy -v` prints it; a suffix such as `-1+deb12u4` is ignored
   * @throws when the branch does not exist, cannot resolve names at run time (1.5 and older), or when the release
   *   does not follow DNS (2.7.0)
   */
  public static of(version: string): HaproxyVersion {
    const read = HaproxyVersion._read(version);
    const faulty = FAULTY_RELEASES.find((f) => f.release === read.release && f.severity === 'refused');
    if (faulty !== undefined) {
      throw new InputError(
        `HAProxy ${faulty.release} cannot follow an ELB: ${faulty.reason}; use a later release of ${read.branch}, or another branch`,
      );
    }
    return read;
  }

  /**
   * Like `of`, for the linter: a release that does not follow DNS has a warning.
   *
   * @internal
   */
  public static _read(version: string): HaproxyVersion {
    // A caller without types: the number 3.10 would be 3.1.
    if (typeof version !== 'string') {
      throw new InputError(`HAProxy version '${version}' is not a text: give one such as '3.2'`);
    }
    const [, major, minor, patch] = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-~+].*)?$/.exec(version.trim()) ?? [];
    const known = BRANCHES.map((b) => b.branch).join(', ');
    if (major === undefined || minor === undefined) {
      throw new InputError(
        `HAProxy version '${version}' is not a version: give a branch such as 3.2 or a release such as 3.2.4 (branches: ${known})`,
      );
    }
    const name = `${major}.${minor}`;
    if (branchOrder(name) < branchOrder(BRANCHES[0]!.branch)) {
      throw new InputError(
        `HAProxy ${version} cannot follow an ELB: 1.5 and older have no run-time name resolution; use one of ${known}`,
      );
    }
    const newest = BRANCHES.at(-1)!;
    const newer = branchOrder(name) > branchOrder(newest.branch);
    const branch = newer ? { ...newest, branch: name, unreleased: undefined } : BRANCHES.find((b) => b.branch === name);
    if (branch === undefined) {
      throw new InputError(`HAProxy ${version} is not of a known branch: use one of ${known}`);
    }
    const release = patch === undefined ? undefined : `${name}.${Number(patch)}`;
    return new HaproxyVersion(branch, release);
  }

  /** The release branch, such as `2.8`. */
  public readonly branch: string;
  /**
   * The release, such as `2.8.5`.
   *
   * @default - the newest of the branch
   */
  public readonly release?: string;
  /** Warnings about this version: end of life, known faults, a branch that is not known. */
  public readonly warnings: HaproxyVersionWarning[];
  /**
   * The capabilities of this version that change the configuration or the checks.
   *
   * @internal
   */
  public readonly _capabilities: Capabilities;
  /**
   * The first release of the branch whose official image has arm64, if this release is older.
   *
   * @internal
   */
  public readonly _arm64Since?: string;
  /** The official image of this version, with its tag. End-of-life branches keep their old tags and base layers. */
  public readonly image: string;

  private constructor(branch: Branch, release?: string) {
    this.branch = branch.branch;
    this.release = release;
    this.image = `${branch.repository}:${release ?? (branch.unreleased ? `${branch.branch}-dev` : branch.branch)}`;
    this._arm64Since = isBefore(release, branch.arm64Since) ? branch.arm64Since : undefined;
    this._capabilities = Object.fromEntries(
      Object.entries(CAPABILITIES).map(([capability, { since }]) => [capability, this.isAtLeast(since)]),
    ) as Record<string, boolean> as Capabilities;
    this.warnings = warningsOf(branch, release);
  }

  /** Whether this version is of the given branch or a later one. */
  public isAtLeast(branch: string): boolean {
    return branchOrder(this.branch) >= branchOrder(branch);
  }

  /** The release where one was given, else the branch. */
  public toString(): string {
    return this.release ?? this.branch;
  }
}

/** A branch with long-term support until 2030. */
export const DEFAULT_VERSION = HaproxyVersion.V3_2;

/** Whether a release is older than another one of its branch. A branch alone is its newest release. */
function isBefore(release: string | undefined, other: string | undefined): boolean {
  const [one, two] = [release, other].map((name) => Number(name?.split('.')[2]));
  return one! < two!;
}

function warningsOf(branch: Branch, release?: string): HaproxyVersionWarning[] {
  const warnings: HaproxyVersionWarning[] = [];
  const newest = BRANCHES.at(-1)!.branch;
  if (branchOrder(branch.branch) > branchOrder(newest)) {
    warnings.push({
      id: 'cdk-haproxy-elb:unknown-branch',
      message: `HAProxy ${branch.branch} is not known: it is written and judged as ${newest}; use a later version of cdk-haproxy-elb`,
    });
  }
  if (branch.endOfLife <= CHECKED_ON) {
    warnings.push({
      id: 'cdk-haproxy-elb:end-of-life',
      message: `HAProxy ${branch.branch} is end-of-life since ${branch.endOfLife}: it gets no security fixes, and its image is no longer rebuilt; move to a branch with long-term support`,
    });
  }
  for (const faulty of FAULTY_RELEASES) {
    if (faulty.release === release && faulty.when === undefined) {
      warnings.push({
        id: 'cdk-haproxy-elb:faulty-release',
        message: `HAProxy ${release} has a known fault: ${faulty.reason}; use a later release of ${branch.branch}`,
      });
    }
  }
  return warnings;
}
