import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { BRANCHES } from '../../lib/haproxy/version/branches';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import { identity, TCP_IDENTITY, TCP_ZONE_IDENTITY, zoneIdentity } from '../haproxy/models';

const ELB = 'internal-orders-1234567890.eu-west-1.elb.amazonaws.com';
const HTTPCHK = ['option httpchk', `http-check send meth GET uri /identity ver HTTP/1.1 hdr Host ${ELB}`];
const PROOF = [...HTTPCHK, 'http-check expect string orders-7f3a9c'];

/** What the rule says of a backend. */
function said(lines: readonly string[], { branch = '3.2', mode = 'http' } = {}): string[] {
  const text = ['defaults', `mode ${mode}`, 'resolvers r', 'nameserver a 10.0.0.2:53', 'backend b', ...lines].join(
    '\n',
  );
  return lint(`${text}\n`, HaproxyVersion.of(branch))
    .filter(({ rule }) => rule === 'weak-identity')
    .map(({ message, help }) => `${message}; ${help}`);
}

const server = (options: string) => `server-template elb 16 ${ELB}:443 ${options} resolvers r init-addr none`;

test.each(BRANCHES.map(({ branch }) => branch))('the generated proofs for %s have no finding', (branch) => {
  const version = HaproxyVersion.of(branch);
  for (const model of [identity(version), TCP_IDENTITY]) {
    const found = lint(HaproxyConfig.render(version, model), version).filter(
      ({ severity, rule }) => severity === 'error' || rule === 'weak-identity',
    );
    expect(found).toEqual([]);
  }
});

test.each(BRANCHES.map(({ branch }) => branch).filter((branch) => HaproxyVersion.of(branch)._capabilities.luaWeights))(
  'the generated proofs with a zone for %s have no finding of any rule',
  (branch) => {
    const version = HaproxyVersion.of(branch);
    for (const model of [zoneIdentity(version), TCP_ZONE_IDENTITY]) {
      const found = lint(HaproxyConfig.render(version, model), version);
      // That the branch itself is old, or new, is not about the text.
      expect(found.filter(({ line }) => line > 1)).toEqual([]);
    }
  },
);

const ANY_NAME = `a certificate of any name passes for '${ELB}': 'verify required' alone verifies its authority; add 'verifyhost NAME', with a name of its certificate`;

test.each<[what: string, lines: string[], expected: string[], on?: { branch?: string; mode?: string }]>([
  ['no name is verified', [server('check ssl verify required ca-file @system-ca')], [ANY_NAME]],
  ['of a check alone', [server('check check-ssl verify required ca-file @system-ca')], [ANY_NAME], { mode: 'tcp' }],
  [
    'a check that sends a name does not send one for traffic',
    [server('check ssl verify required ca-file @system-ca check-sni a.test')],
    [ANY_NAME],
  ],
  ['3.3 sends the Host header', [server('check ssl verify required ca-file @system-ca')], [], { branch: '3.3' }],
  [
    '3.3 does not send it',
    [server('check ssl verify required ca-file @system-ca no-sni-auto')],
    [ANY_NAME],
    { branch: '3.3' },
  ],
  ['verifyhost', [server('check ssl verify required ca-file @system-ca verifyhost a.test')], []],
  ['sni', [server('check ssl verify required ca-file @system-ca sni str(a.test)')], []],
  [
    'a check alone with a name',
    [server('check check-ssl verify required ca-file @system-ca check-sni a.test')],
    [],
    { mode: 'tcp' },
  ],
  ['not verified at all, which is said', [server('check ssl verify none')], []],
  ['a proof', [...PROOF, server('check')], []],
  ['a status is no proof', [...HTTPCHK, 'http-check expect status 200', server('check port 8080')], []],
  [
    'another kind of check',
    [...PROOF, 'option tcp-check', server('check')],
    [
      "'http-check expect' is not read, because 'option tcp-check' sets another kind of check; remove 'option tcp-check'",
    ],
  ],
  [
    'a text of the request',
    [...HTTPCHK, 'http-check expect string identity', server('check')],
    [
      "'identity' is in the request of the check: a server that returns what it is asked passes; expect a text that the request does not have",
    ],
  ],
  [
    'a value with a comma, of which a header has each part',
    [...HTTPCHK, "http-check expect hdr name X-Id value 'orders, 7f3a9c'", server('check')],
    [
      "no header passes: 'hdr' compares each part between commas, and 'orders, 7f3a9c' has one; write 'fhdr', which compares the whole value",
    ],
  ],
  ['the whole header', [...HTTPCHK, "http-check expect fhdr name X-Id value 'orders, 7f3a9c'", server('check')], []],
  ['a part of it', [...HTTPCHK, 'http-check expect hdr name X-Id value 7f3a9c51', server('check')], []],
  ['a pattern', [...HTTPCHK, "http-check expect hdr name X-Id value -m reg '^a{1,2}$'", server('check')], []],
  [
    'no check',
    [...PROOF, server('')],
    [`'${ELB}' is not checked: 'http-check expect' proves nothing of it; add 'check'`],
  ],
  [
    'another port',
    [...PROOF, server('check port 8080')],
    [`the check of '${ELB}' asks port 8080, and requests go to port 443; remove 'port'`],
  ],
  ['the same port', [...PROOF, server('check port 443')], []],
  [
    'another address',
    [...PROOF, server('check addr 127.0.0.1')],
    [`the check of '${ELB}' asks '127.0.0.1', and requests go to '${ELB}'; remove 'addr'`],
  ],
])('%s', (_, lines, expected, on = {}) => {
  expect(said(lines, on)).toEqual(expected);
});
