import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Acquisition, acquireBinaries } from '../../testbed/binaries';
import { cacheFolder } from '../../testbed/binaries/cache';
import { run } from '../../testbed/binaries/run';
import { parseVersion } from '../../testbed/binaries/version';
import { acquisition } from '../support/binaries';

const SUITES = ['bullseye', 'bookworm', 'trixie', 'forky', 'experimental'].map((name) => `Debian ${name}`);

/** The real route, with the real packages, which the set-up of the tests has fetched. An unavailable suite has a reason. */
describe("Debian's packages, from the cache", () => {
  const lines: string[] = [];
  let found: Acquisition;

  beforeAll(async () => {
    const { HAPROXY_BINARIES = '', PATH } = process.env;
    process.env.HAPROXY_BINARIES = '';
    // What could fetch anything is out of reach.
    process.env.PATH = path.join(__dirname, 'nothing');
    found = await acquireBinaries({ onProgress: (line) => lines.push(line) });
    Object.assign(process.env, { HAPROXY_BINARIES, PATH });
  });

  test('every suite ends as a binary that runs or with a reason', async () => {
    const { binaries, unavailable } = found;
    for (const { command, version, branch } of binaries) {
      expect(parseVersion(await run(command[0]!, [...command.slice(1), '-v']))).toEqual({ version, branch });
      expect(version.startsWith(`${branch}.`)).toBe(true);
    }
    // A suite may hold the same branch as an earlier one, so the cache counts and not only the result.
    const cached = (await readdir(cacheFolder('haproxy'))).map((name) => `Debian ${name.replace(/-[^-]+$/, '')}`);
    const failed = unavailable.map(({ what }) => what);
    expect([...cached, ...failed]).toEqual(expect.arrayContaining(SUITES));
    for (const { reason } of unavailable) {
      expect(reason).toMatch(/^.+; give a haproxy in HAPROXY_BINARIES, or put one on PATH$/);
    }
  });

  test('each binary is announced with its source', () => {
    expect(lines).toEqual(
      expect.arrayContaining(found.binaries.map(({ version, source }) => `HAProxy ${version} from ${source}`)),
    );
  });

  test('nothing is fetched again', () => {
    const fetched = acquisition().binaries.filter(({ source }) => source.startsWith('Debian '));
    expect(found.binaries).toEqual(expect.arrayContaining(fetched));
    const failed = acquisition().unavailable.map(({ what }) => what);
    expect(lines.filter((line) => /fetching/.test(line) && !failed.some((what) => line.startsWith(what)))).toEqual([]);
  });
});
