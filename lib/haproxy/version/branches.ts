/** A release branch of HAProxy. */
export interface Branch {
  readonly branch: string;
  /** Month or day of the end of life: no releases of the branch after it (source: haproxy.org and endoflife.date). */
  readonly endOfLife: string;
  /** Repository of the branch's official image. */
  readonly repository: string;
  /** The first release whose official image has arm64. @default - every release has it */
  readonly arm64Since?: string;
  /** It has development releases only: the tag of its official image is `BRANCH-dev`. @default - it has stable releases */
  readonly unreleased?: true;
}

/**
 * The day on which this table was checked. A branch counts as end-of-life by this date and not by the clock, so that
 * the same input always gives the same warnings.
 */
export const CHECKED_ON = '2026-11-22';

/** The mirror of the official images without Docker Hub's rate limit, since November 2021. */
const ECR_PUBLIC = 'public.ecr.aws/docker/library/haproxy';
/**
 * Images of branches that left the official list before the mirror began are on Docker Hub only: 1.6 in June 2020, 1.9 in
 * August 2020, 2.1 in March 2021. 1.7 stayed until January 2022, 1.8 until January 2023 (source: the history of
 * `library/haproxy` in docker-library/official-images).
 */
const DOCKER_HUB = 'docker.io/library/haproxy';

/**
 * The branches that resolve names at run time, oldest first. 3.5 is known from its development release 5.
 *
 * Images have had arm64 since the official images became multi-platform, in September 2017; the list had 1.6.13 and 1.7.9
 * then (same source).
 */
export const BRANCHES: readonly Branch[] = [
  { branch: '1.6', endOfLife: '2020-10', repository: DOCKER_HUB, arm64Since: '1.6.13' },
  { branch: '1.7', endOfLife: '2021-10', repository: ECR_PUBLIC, arm64Since: '1.7.9' },
  { branch: '1.8', endOfLife: '2022-12', repository: ECR_PUBLIC },
  { branch: '1.9', endOfLife: '2020-07', repository: DOCKER_HUB },
  { branch: '2.0', endOfLife: '2024-04', repository: ECR_PUBLIC },
  { branch: '2.1', endOfLife: '2021-03', repository: DOCKER_HUB },
  { branch: '2.2', endOfLife: '2025-04', repository: ECR_PUBLIC },
  { branch: '2.3', endOfLife: '2022-07', repository: ECR_PUBLIC },
  { branch: '2.4', endOfLife: '2026-04', repository: ECR_PUBLIC },
  { branch: '2.5', endOfLife: '2023-05', repository: ECR_PUBLIC },
  { branch: '2.6', endOfLife: '2027-04', repository: ECR_PUBLIC },
  { branch: '2.7', endOfLife: '2024-04', repository: ECR_PUBLIC },
  { branch: '2.8', endOfLife: '2028-04', repository: ECR_PUBLIC },
  { branch: '2.9', endOfLife: '2025-03', repository: ECR_PUBLIC },
  { branch: '3.0', endOfLife: '2029-04', repository: ECR_PUBLIC },
  { branch: '3.1', endOfLife: '2026-01', repository: ECR_PUBLIC },
  { branch: '3.2', endOfLife: '2030-04', repository: ECR_PUBLIC },
  { branch: '3.3', endOfLife: '2027-01', repository: ECR_PUBLIC },
  { branch: '3.4', endOfLife: '2031-04', repository: ECR_PUBLIC },
  { branch: '3.5', endOfLife: '2028-01', repository: ECR_PUBLIC, unreleased: true },
];

/** The supported branches, as `OLDEST to NEWEST`. */
export const BRANCH_RANGE = `${BRANCHES[0]!.branch} to ${BRANCHES.at(-1)!.branch}`;

/** What a configuration has to have for a fault to show. */
export type FaultCondition =
  | 'names'
  | 'srv'
  | 'capitals'
  | 'do-resolve'
  | 'tcp-nameserver'
  | 'udp-nameserver'
  | 'zero-warning'
  | 'no-session-cache'
  | 'implicit-resolvers'
  | 'abstract-socket';

/** A release with a known fault: `refused` cannot follow a load balancer, `warned` can, with a problem. */
interface FaultyRelease {
  readonly release: string;
  readonly severity: 'refused' | 'warned';
  readonly reason: string;
  /** Only configurations with this meet the fault. @default - every one does */
  readonly when?: FaultCondition;
}

/** The releases of a branch from one number to another that share a fault. */
function releases(branch: string, from: number, to: number, reason: string, when?: FaultCondition): FaultyRelease[] {
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return numbers.map((number) => ({
    release: `${branch}.${number}`,
    severity: 'warned',
    reason,
    ...(when && { when }),
  }));
}

/** Releases that must not, or should not, be used in front of an ELB. */
export const FAULTY_RELEASES: readonly FaultyRelease[] = [
  // 3.1.0 was run; the fix, commit aac570cd0 of 2025-02-21, is in 3.1.5 and later.
  ...releases(
    '3.1',
    0,
    4,
    'it cannot connect to abstract sockets, so its runtime API cannot be read (HAProxy issue 2875)',
  ),
  {
    release: '2.7.0',
    severity: 'refused',
    // https://github.com/haproxy/haproxy/issues/1962, fixed by commit 819d48b14
    reason: 'it resolves a name once after the start and never again (HAProxy issue 1962)',
  },
  {
    release: '1.9.0',
    severity: 'warned',
    // Seen on the real binary: SIGSEGV 31 s after an address change under a persistent connection.
    reason: 'it can crash after a DNS change and rejects answers that end with an address record',
  },
  // 1.8.0 was run with TLS, and with the commit, which is of December 2017.
  ...releases('1.8', 0, 0, 'it crashes at the start with tune.ssl.cachesize 0 (commit c61c0b371)', 'no-session-cache'),
  // 1.8.0 was run, and 1.9.0, whose changelog has the fix: "a down server going to maint remains definitely stucked on down
  // state".
  ...releases(
    '1.8',
    0,
    0,
    'a server that is down when DNS drops its address stays down with each later address',
    'names',
  ),
  // Commit b17b88487; the changelogs of 1.8.29 and 2.0.21 have it, the sources of 1.9.0 and 2.1.0 do not.
  ...[
    { branch: '1.8', last: 28 },
    { branch: '1.9', last: 0 },
    { branch: '2.0', last: 20 },
    { branch: '2.1', last: 0 },
  ].flatMap(({ branch, last }) =>
    releases(
      branch,
      0,
      last,
      'it ignores answers whose names have other capitals than the question (HAProxy issue 566)',
      'capitals',
    ),
  ),
  // 2.0.0 was run. Over HTTP/1 it waits, also with a body that comes at once.
  ...releases(
    '2.0',
    0,
    7,
    'a request over HTTP/2 does not wait for the answer of do-resolve, and gets a 503 (changelog of 2.0.8)',
    'do-resolve',
  ),
  ...releases('2.0', 0, 16, 'two threads that resolve at once can crash it (changelog of 2.0.17)', 'do-resolve'),
  ...releases('2.0', 21, 21, 'it crashes when an SRV record is removed (changelog of 2.0.22)', 'srv'),
  ...releases('2.2', 0, 0, 'two threads that resolve at once can crash it (changelog of 2.2.1)', 'do-resolve'),
  ...releases('2.2', 0, 1, 'it crashes when an SRV record is removed (HAProxy issue 775, changelog of 2.2.2)', 'srv'),
  ...releases('2.2', 2, 2, 'a server that an SRV record removed never comes back (changelog of 2.2.3)', 'srv'),
  ...releases('2.2', 10, 10, 'servers of SRV records go down and up all the time (HAProxy issue 1160)', 'srv'),
  ...releases('2.3', 6, 6, 'servers of SRV records go down and up all the time (HAProxy issue 1180)', 'srv'),
  ...releases('2.4', 0, 2, 'most servers of an SRV record stay down (HAProxy issues 1270 and 1295)', 'srv'),
  ...releases(
    '2.6',
    0,
    2,
    'it does not start without a route to the name servers of /etc/resolv.conf (HAProxy issue 1740, changelog of 2.6.3)',
    'implicit-resolvers',
  ),
  ...releases(
    '2.6',
    0,
    2,
    'it crashes when it asks TCP name servers (HAProxy issue 1826, changelog of 2.6.3; seen on 2.6.0)',
    'tcp-nameserver',
  ),
  // 2.6.0 and 2.6.12 were run, and 2.4.0, 2.5.0 and 2.8.25 beside them; 2.6.13 and 2.6.14 changed the function that fails.
  ...releases(
    '2.6',
    0,
    12,
    'a reload (-sf) crashes the old process, and ends all of its connections (HAProxy commit 7a15fa58b)',
    'abstract-socket',
  ),
  ...releases(
    '2.8',
    0,
    1,
    "it does not start when a name does not resolve, whatever 'init-addr' says (HAProxy issue 2176)",
    'zero-warning',
  ),
  ...releases('3.0', 0, 2, 'servers go down and up when a query fails or times out (changelog of 3.0.3)', 'names'),
  ...releases(
    '3.2',
    0,
    5,
    'threads that wait for each other at DNS answers can make its watchdog end it (HAProxy issue 3101, changelog of 3.2.6)',
    'names',
  ),
  // Commit 2c7e05f80 lost the check, in 3.2.5 and before 3.3.0; commit 4ef31cb5c brought it back.
  ...releases(
    '3.3',
    0,
    0,
    'it does not check which address an answer comes from (HAProxy commit 4ef31cb5c)',
    'udp-nameserver',
  ),
  ...releases(
    '3.2',
    5,
    17,
    'it does not check which address an answer comes from (changelog of 3.2.18)',
    'udp-nameserver',
  ),
];

const orders = new Map<string, number>();

/** A number that is larger for a later branch (`1.10` is after `1.9`). */
export function branchOrder(branch: string): number {
  let order = orders.get(branch);
  if (order === undefined) {
    const [major = 0, minor = 0] = branch.split('.').map(Number);
    order = major * 1000 + minor;
    orders.set(branch, order);
  }
  return order;
}
