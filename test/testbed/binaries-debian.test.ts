import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Acquisition, acquireBinaries } from '../../testbed/binaries';
import { run } from '../../testbed/binaries/run';
import { parseVersion } from '../../testbed/binaries/version';

const SUITES = ['bullseye', 'bookworm', 'trixie', 'forky', 'experimental'].map((name) => `Debian ${name}`);

/** The real route, with the real packages. An unavailable suite is an outcome too, if it has a reason. */
describe("Debian's packages", () => {
  let cacheDir: string;
  const cold: string[] = [];
  const warm: string[] = [];
  let first: Acquisition;
  let second: Acquisition;
  const { HAPROXY_BINARIES, PATH } = process.env;

  beforeAll(async () => {
    cacheDir = await mkdtemp(path.join(tmpdir(), 'binaries-debian-'));
    process.env.HAPROXY_BINARIES = '';
    first = await acquireBinaries({ cacheDir, onProgress: (line) => cold.push(line) });
    // What could fetch anything is out of reach, unless some suite was not available.
    process.env.PATH = path.join(cacheDir, 'nothing');
    second = await acquireBinaries({ cacheDir, onProgress: (line) => warm.push(line) });
    process.env.PATH = PATH;
  }, 600_000);

  afterAll(async () => {
    Object.assign(process.env, { HAPROXY_BINARIES: HAPROXY_BINARIES ?? '' });
    await rm(cacheDir, { recursive: true });
  });

  test('every suite ends as a binary that runs or with a reason', async () => {
    const { binaries, unavailable } = first;
    for (const { command, version, branch } of binaries) {
      expect(parseVersion(await run(command[0]!, [...command.slice(1), '-v']))).toEqual({ version, branch });
      expect(version.startsWith(`${branch}.`)).toBe(true);
    }
    // A suite may hold the same branch as an earlier one, so the cache counts and not only the result.
    const cached = (await readdir(cacheDir)).map((name) => `Debian ${name.replace(/-[^-]+$/, '')}`);
    const failed = unavailable.map(({ what }) => what);
    expect([...cached, ...failed]).toEqual(expect.arrayContaining(SUITES));
    for (const { reason } of unavailable) {
      expect(reason).toMatch(/^.+; give a haproxy in HAPROXY_BINARIES, or put one on PATH$/);
    }
  });

  test('each binary is announced with its source', () => {
    expect(cold).toEqual(
      expect.arrayContaining(first.binaries.map(({ version, source }) => `HAProxy ${version} from ${source}`)),
    );
  });

  test('a warm cache gives the same without fetching', () => {
    const fromCache = ({ source }: { source: string }) => source !== 'PATH';
    expect(second.binaries).toEqual(expect.arrayContaining(first.binaries.filter(fromCache)));
    const failed = first.unavailable.map(({ what }) => what);
    expect(warm.filter((line) => /fetching/.test(line) && !failed.some((what) => line.startsWith(what)))).toEqual([]);
  });
});
