import { InputError } from '../../lib/haproxy/errors';
import { BRANCHES, branchOrder } from '../../lib/haproxy/version/branches';
import type { CapabilityName } from '../../lib/haproxy/version/capabilities';
import { HaproxyVersion } from '../../lib/haproxy/version/version';

const ALL = '1.6, 1.7, 1.8, 1.9, 2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3.0, 3.1, 3.2, 3.3, 3.4, 3.5'.split(
  ', ',
);
const LIST = ALL.join(', ');

test('every branch from 1.6 to 3.5 can be named, and has a constant', () => {
  expect(BRANCHES.map(({ branch }) => branch)).toEqual(ALL);
  const constants = Object.entries(HaproxyVersion).filter(([name]) => name.startsWith('V'));
  expect(constants.map(([name, version]) => [name, String(version)])).toEqual(
    ALL.map((branch) => [`V${branch.replace('.', '_')}`, branch]),
  );
  expect(ALL.map((branch) => HaproxyVersion.of(branch).branch)).toEqual(ALL);
});

describe('capabilities', () => {
  const FIRST: Record<CapabilityName, string> = {
    initAddr: '1.7',
    holdErrors: '1.7',
    processVariables: '1.7',
    sessionRules: '1.7',
    countsRate: '1.7',
    autonomousResolution: '1.8',
    serverTemplate: '1.8',
    holdObsolete: '1.8',
    timeoutResolve: '1.8',
    acceptedPayloadSize: '1.8',
    hardStopAfter: '1.8',
    checkSni: '1.8',
    sslMinVer: '1.8',
    http2: '1.8',
    sha1: '1.8',
    showResolvers: '1.8',
    ipv6Mask: '1.9',
    logStdout: '1.9',
    parseResolvConf: '1.9',
    poolPurgeDelay: '1.9',
    doResolve: '2.0',
    retryOn: '2.0',
    prometheus: '2.0',
    doResolveTcp: '2.1',
    sha2: '2.1',
    nameFormat: '2.2',
    httpCheckSend: '2.2',
    httpRequestReturn: '2.2',
    httpAfterResponse: '2.2',
    luaWeights: '2.2',
    headerPatterns: '2.4',
    reusesRightly: '2.4',
    http2Upstream: '2.4',
    websocketProtocol: '2.5',
    leavesInPlace: '3.0',
    initState: '3.1',
    ownView: '3.2',
    dropTrailers: '3.2',
    luaBooleans: '3.2',
  };

  test.each(Object.entries(FIRST))('%s since %s', (capability, first) => {
    const having = ALL.filter((branch) => HaproxyVersion.of(branch)._capabilities[capability as keyof typeof FIRST]);
    expect(having).toEqual(ALL.slice(ALL.indexOf(first)));
  });

  test('there are no others', () => {
    expect(Object.keys(HaproxyVersion.V3_4._capabilities).sort()).toEqual(Object.keys(FIRST).sort());
  });
});

describe('names', () => {
  test.each([
    ['3.2', '3.2', undefined],
    ['v3.2', '3.2', undefined],
    [' 3.2.4\n', '3.2', '3.2.4'],
    ['2.7.1', '2.7', '2.7.1'],
    ['2.4.0-6cbbecf09', '2.4', '2.4.0'],
    ['2.2.9-2+deb11u7', '2.2', '2.2.9'],
    ['2.6.12-1+deb12u4', '2.6', '2.6.12'],
    ['3.0.11-1+deb13u5', '3.0', '3.0.11'],
    ['3.2.26-1~bpo13+1', '3.2', '3.2.26'],
    ['3.0.5-1ppa1~jammy', '3.0', '3.0.5'],
    ['3.4-dev2-5a1e5a7', '3.4', undefined],
  ])('%j is branch %s, release %s', (name, branch, release) => {
    const version = HaproxyVersion.of(name);
    expect([version.branch, version.release, `${version}`]).toEqual([branch, release, release ?? branch]);
  });

  test.each(['', 'latest', '3', '3.2.x', '3.2.4.1', '3,2', '-3.2', '3.2 or later'])('%j is refused', (name) => {
    expect(() => HaproxyVersion.of(name)).toThrow(
      new InputError(
        `HAProxy version '${name}' is not a version: give a branch such as 3.2 or a release such as 3.2.4 (branches: ${LIST})`,
      ),
    );
  });

  test.each(['1.5', '1.5.19', '1.4.27', '0.9'])('%s is refused: too old', (name) => {
    expect(() => HaproxyVersion.of(name)).toThrow(
      new InputError(
        `HAProxy ${name} cannot follow an ELB: 1.5 and older have no run-time name resolution; use one of ${LIST}`,
      ),
    );
  });

  test.each(['1.10', '2.10.1'])('%s is refused: no such branch', (name) => {
    expect(() => HaproxyVersion.of(name)).toThrow(
      new InputError(`HAProxy ${name} is not of a known branch: use one of ${LIST}`),
    );
  });

  test.each(['3.6', '3.22', '4.0.1'])('%s is newer than the newest known branch: a warning', (name) => {
    const { branch, warnings, _capabilities } = HaproxyVersion.of(name);
    expect(_capabilities).toEqual(HaproxyVersion.V3_5._capabilities);
    expect(warnings).toEqual([
      {
        id: 'cdk-haproxy-elb:unknown-branch',
        message: `HAProxy ${branch} is not known: it is written and judged as 3.5; use a later version of cdk-haproxy-elb`,
      },
    ]);
  });

  test.each(['2.7.0', '2.7.0-437fd289f', 'v2.7.0'])('%s is refused: it stops resolving', (name) => {
    expect(() => HaproxyVersion.of(name)).toThrow(
      new InputError(
        'HAProxy 2.7.0 cannot follow an ELB: it resolves a name once after the start and never again (HAProxy issue 1962); use a later release of 2.7, or another branch',
      ),
    );
  });
});

describe('order', () => {
  test.each([
    ['1.9', '1.10', -1],
    ['1.9', '2.0', -1],
    ['2.0', '2.0', 0],
    ['3.0', '2.9', 1],
  ])('%s compared with %s: %d', (a, b, sign) => {
    expect(Math.sign(branchOrder(a) - branchOrder(b))).toBe(sign);
  });

  test('isAtLeast uses the branch of a release', () => {
    const version = HaproxyVersion.of('2.4.30');
    expect([version.isAtLeast('2.4'), version.isAtLeast('2.3'), version.isAtLeast('2.6')]).toEqual([true, true, false]);
  });
});

describe('warnings', () => {
  test('only a branch without fixes gives a warning', () => {
    const ended = ALL.filter((branch) => HaproxyVersion.of(branch).warnings.length > 0);
    expect(ended).toEqual(ALL.filter((branch) => !['2.6', '2.8', '3.0', '3.2', '3.3', '3.4', '3.5'].includes(branch)));
  });

  test('end of life', () => {
    expect(HaproxyVersion.of('2.4.30').warnings).toEqual([
      {
        id: 'cdk-haproxy-elb:end-of-life',
        message:
          'HAProxy 2.4 is end-of-life since 2026-04: it gets no security fixes, and its image is no longer rebuilt; move to a branch with long-term support',
      },
    ]);
  });

  const FAULTY = 'cdk-haproxy-elb:faulty-release';
  const CRASHES =
    'HAProxy 1.9.0 has a known fault: it can crash after a DNS change and rejects answers that end with an address record; use a later release of 1.9';
  const noSocket = (release: string) =>
    `HAProxy ${release} has a known fault: it cannot connect to abstract sockets, so its runtime API cannot be read (HAProxy issue 2875); use a later release of 3.1`;

  test.each([
    ['1.9.0', CRASHES],
    ['3.1.0', noSocket('3.1.0')],
    ['3.1.4', noSocket('3.1.4')],
  ])('release %s is faulty', (name, message) => {
    const faults = HaproxyVersion.of(name).warnings.filter(({ id }) => id === FAULTY);
    expect(faults).toEqual([{ id: FAULTY, message }]);
  });

  test.each(['1.9', '1.9.1', '3.1', '3.1.5'])('%s is not', (name) => {
    expect(HaproxyVersion.of(name).warnings.map(({ id }) => id)).toEqual(['cdk-haproxy-elb:end-of-life']);
  });
});

test.each([
  ['1.6', 'docker.io/library/haproxy:1.6'],
  ['1.7', 'public.ecr.aws/docker/library/haproxy:1.7'],
  ['1.8.30', 'public.ecr.aws/docker/library/haproxy:1.8.30'],
  ['1.9', 'docker.io/library/haproxy:1.9'],
  ['2.0', 'public.ecr.aws/docker/library/haproxy:2.0'],
  ['2.1', 'docker.io/library/haproxy:2.1'],
  ['2.6.12-1+deb12u4', 'public.ecr.aws/docker/library/haproxy:2.6.12'],
  ['3.4', 'public.ecr.aws/docker/library/haproxy:3.4'],
  ['3.5', 'public.ecr.aws/docker/library/haproxy:3.5-dev'],
  ['3.6', 'public.ecr.aws/docker/library/haproxy:3.6'],
])('the image of %s is %s', (name, image) => {
  expect(HaproxyVersion.of(name).image).toBe(image);
});
