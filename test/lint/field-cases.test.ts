import { BRANCHES } from '../../lib/haproxy/version/branches';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';

/**
 * Kinds of faults that public reports describe: for each at least five configurations that have it, and near misses that
 * do not. What processes do with them is in `rules-running`, and what the start does in `rules-field`.
 */

const ALL = BRANCHES.map(({ branch }) => branch);
const from = (branch: string): string[] => ALL.slice(ALL.indexOf(branch));
const before = (branch: string): string[] => ALL.slice(0, ALL.indexOf(branch));

const NAME = 'internal-orders-1234567890.eu-west-1.elb.amazonaws.com';
const NLB = 'orders-0123456789abcdef.elb.eu-west-1.amazonaws.com';
const DUAL = `dualstack.${NAME}`;

/** Lines above those of a variant. */
const HEAD = ['defaults', 'mode http', 'timeout connect 5s', 'timeout client 30s', 'timeout server 30s'];
const DNS = ['resolvers r', 'nameserver a 10.0.0.2:53', 'accepted_payload_size 8192', 'hold obsolete 90s'];
const SLOTS = `server-template e 16 ${NAME}:80 check resolvers r resolve-prefer ipv4 init-addr none`;

/** Lines, and the versions on which the rule reports them. */
type Variant = readonly [lines: readonly string[], versions: readonly string[]];

interface Kind {
  readonly rule: string;
  /** The versions that are tried. @default - every branch */
  readonly versions?: readonly string[];
  /** What stands above the lines of each variant. @default - `defaults` and a `resolvers` section */
  readonly head?: readonly string[];
  readonly variants: readonly Variant[];
  /** Lines without the fault on any version. */
  readonly fine: readonly (readonly string[])[];
}

const backend = (...lines: string[]): string[] => ['backend b', ...lines];
const everywhere = (...lines: string[]): Variant => [backend(...lines), ALL];
/** Lines in the `resolvers` section of a backend that follows. */
const resolving = (...lines: string[]): string[] => [...lines, ...backend(SLOTS)];

const OLD = ['1.6', '1.7'];
const RESOLVE = `http-request do-resolve(txn.ip,r,ipv4) str(${NAME})`;
const SET = 'http-request set-dst var(txn.ip)';
const OPEN = 'server s 0.0.0.0:80';
const TLS = 'ssl verify required ca-file @system-ca';
const SECURE = SLOTS.replace(':80', ':443');

const KINDS: Readonly<Record<string, Kind>> = {
  'a name that is resolved at the start alone': {
    rule: 'unresolved-name',
    variants: [
      everywhere(`server e ${NAME}:80`),
      everywhere(`server e ${NAME}:80 check inter 2s fall 3`),
      everywhere('default-server check', `server e ${NAME}:80`),
      everywhere('mode tcp', `server e ${NLB}:5432 check`),
      everywhere(`server e ipv4@${NAME}:80 check`),
      everywhere(`server e ${NAME}:80 check init-addr none`),
      everywhere(`server e ${NAME}:80 check`, 'default-server resolvers r'),
      everywhere('server a 10.0.0.1:80 check', `server e ${NAME}:80 check backup`),
      [['listen l', 'bind :8080', `server e ${NAME}:80 check`], ALL],
      [backend(`server-template e 8 ${NAME}:80 check`), ALL],
    ],
    fine: [
      backend('server e 10.0.0.1:80 check'),
      backend('server e [2001:db8::1]:80 check'),
      backend('server e localhost:8081 check'),
      backend('server e app.localhost:8081'),
      backend('server e unix@/run/app.sock check'),
      backend('server e *:80'),
      ['frontend f', 'bind :8080', `acl a hdr(host) ${NAME}`],
    ],
  },
  'resolvers without a health check before 1.8': {
    rule: 'unresolved-name',
    variants: [
      [backend(`server e ${NAME}:80 resolvers r`), OLD],
      [backend(`server e ${NAME}:80 resolvers r inter 2s`), OLD],
      [backend(`server e ${NAME}:80 resolvers r resolve-prefer ipv4 weight 10`), OLD],
      [backend(`server e ${NAME}:80 check disabled resolvers r`), OLD],
      [backend('mode tcp', `server e ${NLB}:443 resolvers r`), OLD],
      // Neither counts on a 'default-server' line before 1.8.
      [backend('default-server resolvers r', `server e ${NAME}:80 check`), OLD],
      [backend(`server e ${NAME}:80 agent-check agent-port 9 resolvers r`), OLD],
    ],
    fine: [
      backend(`server e ${NAME}:80 check resolvers r`),
      backend(`server e ${NAME}:80 resolvers r check inter 5s fall 17280`),
      backend(`server e ${NAME}:80 check addr 127.0.0.1 port 8404 resolvers r`),
      backend(`server e ${NAME}:80 check resolvers r backup`),
    ],
  },
  'an address that is missing in one answer is dropped at once': {
    rule: 'hold-obsolete',
    head: [...HEAD, ...DNS.slice(0, -1)],
    variants: [
      [resolving(), from('1.8')],
      [resolving('hold obsolete 0'), from('1.8')],
      [resolving('hold obsolete 0s', 'timeout resolve 1s'), from('1.8')],
      [resolving('hold obsolete 1m', 'hold obsolete 500ms'), from('1.8')],
      [resolving('hold obsolete 5s', 'hold valid 10s', 'timeout resolve 10s'), from('1.8')],
      [resolving('timeout resolve 1s', 'hold nx 30s', 'hold valid 10s'), from('1.8')],
      [backend(`server e ${NAME}:80 check resolvers r`, `server f ${NAME}:80 check resolvers r`), from('1.8')],
    ],
    fine: [
      resolving('hold obsolete 30s'),
      resolving('hold obsolete 30s', 'timeout resolve 5s', 'hold valid 5s'),
      resolving('hold obsolete 0', 'hold obsolete 1m'),
      backend('server e 10.0.0.1:80'),
      [
        ...DNS.slice(0, 3).map((line) => line.replace('resolvers r', 'resolvers other')),
        ...backend('server s 10.0.0.1:80'),
      ],
    ],
  },
  'one failed query empties the backend': {
    rule: 'short-hold',
    variants: [
      [resolving('hold timeout 0s'), from('1.7')],
      [resolving('hold refused 0'), from('1.7')],
      [resolving('hold nx 0ms'), from('1.7')],
      [resolving('hold other 1ms'), from('1.7')],
      [resolving('hold timeout 30s', 'hold timeout 0'), from('1.7')],
      [['hold nx 0', ...backend('default-server resolvers r', `server e ${NAME}:80 check`)], from('1.8')],
      [['hold other 100', 'listen l', 'bind :8080', `server e ${NAME}:80 check resolvers r`], from('1.7')],
    ],
    fine: [
      resolving('hold timeout 30s', 'hold refused 30s', 'hold nx 30s', 'hold other 30s'),
      resolving('hold timeout 0', 'hold timeout 30s'),
      resolving('hold valid 0'),
      ['hold nx 0', ...backend('server e 10.0.0.1:80 check')],
      resolving('hold nx 5s', 'hold refused 5s'),
    ],
  },
  'one slot for a name with several addresses': {
    rule: 'single-slot',
    variants: [
      [backend(`server e ${NAME}:80 check resolvers r`), from('1.8')],
      [backend('default-server resolvers r', `server e ${NAME}:80 check`), from('1.8')],
      [backend(`server-template e 1 ${NAME}:80 check resolvers r`), from('1.8')],
      [backend(`server e ${NLB}:80 check resolvers r`), from('1.8')],
      [backend(`server e ${NAME}:80 resolvers r`, `server f ${NLB}:80 resolvers r`), from('1.8')],
      [backend(`server e ${NAME}:80 resolvers r`, 'backend c', `server e ${NAME}:80 resolvers r`), from('1.8')],
    ],
    fine: [
      backend(...['a', 'b', 'c'].map((name) => `server ${name} ${NAME}:80 check resolvers r init-addr none`)),
      backend(`server a ${NAME}:80 resolvers r`, `server b ${NAME}:443 ssl verify none resolvers r`),
      backend('default-server resolvers r', `server a ${NAME}:80`, `server b ${NAME}:80 backup`),
      backend(`server-template a 1-3 ${NAME}:80 resolvers r`),
      backend(`server a ${NAME}:80 resolvers r`, `server-template b 1 ${NAME}:80 resolvers r`),
      backend(`server a eu-west-1a.${NLB}:80 check resolvers r`),
      backend('server a 10.0.0.1:80 check'),
    ],
  },
  'a dual-stack name in a network without IPv6': {
    rule: 'address-family',
    variants: [
      everywhere(`server e ${DUAL}:443 ssl verify none check resolvers r`),
      everywhere(`server-template e 16 ${DUAL}:443 check resolvers r`),
      everywhere(`server e ipv4@${DUAL}:443 check resolvers r`),
      everywhere(`server e DUALSTACK.${NAME}.:80 check resolvers r`),
      [backend('default-server resolvers r', `server e ${DUAL}:80 check`), from('1.8')],
      [
        backend(
          'default-server resolve-prefer ipv4',
          'default-server inter 5s',
          `server e ${DUAL}:80 check resolvers r`,
        ),
        ALL.filter((branch) => ['1.6', '1.7', '1.8', '1.9', '2.0', '2.1', '2.2', '2.3', '2.5', '2.7'].includes(branch)),
      ],
      [['global', 'dns-accept-family ipv4,ipv6', ...backend(`server e ${DUAL}:80 check resolvers r`)], ALL],
      everywhere(`http-request do-resolve(txn.ip,r) str(${DUAL})`, OPEN),
    ],
    fine: [
      backend(`server e ${DUAL}:443 check resolvers r resolve-prefer ipv4`),
      backend(`server e ${DUAL}:443 check resolvers r resolve-prefer ipv6`),
      backend('default-server inter 5s', 'default-server resolve-prefer ipv4', `server e ${DUAL}:80 check resolvers r`),
      backend(`server e ${NAME}:443 check resolvers r`),
      ['global', 'dns-accept-family ipv4', ...backend(`server e ${DUAL}:80 check resolvers r`)],
      backend(`http-request do-resolve(txn.ip,r,ipv4) str(${DUAL})`, OPEN),
    ],
  },
  'a long hold valid is the time between two queries up to 2.0': {
    rule: 'slow-resolution',
    variants: [
      [resolving('hold valid 1h'), before('2.1')],
      [resolving('hold valid 5m'), before('2.1')],
      [resolving('hold valid 300000'), before('2.1')],
      [resolving('hold valid 10s', 'hold valid 61s'), before('2.1')],
      [resolving('hold valid 1d', 'timeout resolve 1s'), before('2.1')],
      [['hold valid 2m', ...backend(`server e ${NAME}:80 check resolvers r`)], before('2.1')],
      [resolving('hold obsolete 2h'), ALL],
      [resolving('hold nx 1h'), ALL],
    ],
    fine: [
      resolving('hold valid 60s'),
      resolving('hold valid 10s', 'hold timeout 1h', 'hold refused 1h', 'hold other 1h'),
      resolving('hold valid 1h', 'hold valid 10s'),
      resolving('hold obsolete 10m'),
      ['hold valid 1h', ...backend('server e 10.0.0.1:80')],
    ],
  },
  'a long timeout resolve is the time between two queries from 2.1 on': {
    rule: 'slow-resolution',
    variants: [
      [resolving('timeout resolve 5m'), from('2.1')],
      [resolving('timeout resolve 61s'), from('2.1')],
      [resolving('timeout resolve 1h', 'hold valid 1s'), from('2.1')],
      [resolving('timeout resolve 120000'), from('2.1')],
      [resolving('timeout resolve 1s', 'timeout resolve 2m'), from('2.1')],
      [['timeout resolve 1d', ...backend('default-server resolvers r', `server e ${NAME}:80 check`)], from('2.1')],
    ],
    fine: [
      resolving('timeout resolve 60s'),
      resolving('timeout resolve 1m'),
      resolving('timeout resolve 5m', 'timeout resolve 10s'),
      resolving('timeout resolve 10s', 'timeout retry 1m'),
      ['timeout resolve 5m', ...backend('server e 10.0.0.1:80')],
    ],
  },
  'a release that asks once': {
    rule: 'faulty-release',
    versions: ['2.6.12', '2.7', '2.7.0', '2.7.1', '2.8.0', 'v2.7.0', '2.7.0-1~bpo11+1'],
    variants: [
      [resolving(), ['2.7.0', 'v2.7.0', '2.7.0-1~bpo11+1']],
      [backend(`server e ${NAME}:80 check resolvers r`), ['2.7.0', 'v2.7.0', '2.7.0-1~bpo11+1']],
      [
        ['hold obsolete 2m', ...backend(SLOTS)],
        ['2.7.0', 'v2.7.0', '2.7.0-1~bpo11+1'],
      ],
      [backend('server e 10.0.0.1:80'), ['2.7.0', 'v2.7.0', '2.7.0-1~bpo11+1']],
      [backend('mode tcp', SLOTS), ['2.7.0', 'v2.7.0', '2.7.0-1~bpo11+1']],
    ],
    fine: [],
  },
  'do-resolve without a guard': {
    rule: 'do-resolve-guard',
    variants: [
      everywhere(RESOLVE, SET, OPEN),
      everywhere(RESOLVE, 'http-request set-dst var(txn.ip) if { path /api }', OPEN),
      everywhere(RESOLVE, SET, 'server s :80'),
      everywhere(RESOLVE, SET, 'server s [::]:80'),
      everywhere(RESOLVE, 'http-request deny if { var(txn.ip) -m found }', SET, OPEN),
      everywhere(
        'tcp-request content do-resolve(txn.ip,r,ipv4) str(a.test)',
        'tcp-request content set-dst var(txn.ip)',
        OPEN,
      ),
      [['frontend f', 'bind :8080', RESOLVE, 'default_backend b', ...backend(SET, OPEN)], ALL],
      everywhere(RESOLVE, 'http-request deny if { var(txn.ip) -m ip 127.0.0.0/8 }', SET, OPEN),
    ],
    fine: [
      backend(RESOLVE, 'http-request deny deny_status 503 unless { var(txn.ip) -m found }', SET, OPEN),
      backend(RESOLVE, SET, 'http-request deny if !{ var(txn.ip) -m found }', OPEN),
      backend(RESOLVE, 'http-request return status 200 content-type text/plain lf-string "%[var(txn.ip)]"'),
      backend(RESOLVE, SET, 'server s 10.0.0.1:80'),
      ['frontend f', 'bind :8080', RESOLVE, 'use_backend b if { var(txn.ip) -m found }', ...backend(SET, OPEN)],
    ],
  },
  'zero-warning with a name that does not resolve': {
    rule: 'zero-warning',
    head: ['global', 'zero-warning', ...HEAD, ...DNS],
    variants: [
      [backend(SLOTS.replace('none', 'libc,none')), before('2.8')],
      [backend(SLOTS.replace('none', 'last,libc,none')), before('2.8')],
      [backend(`server e ${NAME}:80 resolvers r init-addr libc,none`), before('2.8')],
      [backend('default-server init-addr libc,none', `server e ${NAME}:80 resolvers r`), before('2.8')],
      [['listen l', 'bind :8080', SLOTS.replace('none', 'libc,none')], before('2.8')],
    ],
    fine: [
      backend(SLOTS),
      backend(SLOTS.replace('none', 'last,none')),
      backend(SLOTS.replace('none', 'libc,10.0.0.1')),
      backend('server e 10.0.0.1:80 init-addr libc,none'),
    ],
  },
  'a fault of 2.8.0 and 2.8.1 with zero-warning': {
    rule: 'faulty-release',
    versions: ['2.7.1', '2.8', '2.8.0', '2.8.1', '2.8.2', '2.8.25'],
    head: ['global', 'zero-warning', ...HEAD, ...DNS],
    variants: [
      [backend(SLOTS), ['2.8.0', '2.8.1']],
      [backend(SLOTS.replace('none', 'libc,none')), ['2.8.0', '2.8.1']],
      [backend(`server e ${NAME}:80 check resolvers r`), ['2.8.0', '2.8.1']],
      [backend('default-server resolvers r', `server e ${NAME}:80 check`), ['2.8.0', '2.8.1']],
      [
        ['listen l', 'bind :8080', `server e ${NLB}:80 resolvers r init-addr last,none`],
        ['2.8.0', '2.8.1'],
      ],
    ],
    fine: [backend('server e 10.0.0.1:80 check')],
  },
  'the name that is verified from 3.3 on': {
    rule: 'verified-name',
    variants: [
      [backend(`${SECURE} ${TLS}`), from('3.3')],
      [backend(`${SECURE} ${TLS} verifyhost shop.example.com`), from('3.3')],
      [backend(`${SECURE} ssl ca-file /etc/ssl/ca.pem`), from('3.3')],
      [backend(`default-server ${TLS}`, SECURE), from('3.3')],
      [backend(`server e 10.0.0.1:443 ${TLS}`), from('3.3')],
      [backend(`${SECURE} ${TLS} check-sni shop.example.com`), from('3.3')],
    ],
    fine: [
      backend(`${SECURE} ${TLS} sni str(shop.example.com)`),
      backend(`${SECURE} ${TLS} sni req.hdr(host)`),
      backend(`${SECURE} ${TLS} no-sni-auto`),
      backend(`${SECURE} ssl verify none`),
      backend(SECURE),
      backend('mode tcp', `${SECURE} ${TLS}`),
    ],
  },
  'FastCGI without its application': {
    rule: 'bad-value',
    versions: from('2.1'),
    variants: [
      [backend('server s 10.0.0.3:9000 check proto fcgi'), from('2.1')],
      [backend('server s 10.0.0.3:9000 proto fcgi'), from('2.1')],
      [backend('default-server proto fcgi', 'server s 10.0.0.3:9000'), from('2.1')],
      [backend('server a 10.0.0.1:80', 'server s 10.0.0.3:9000 proto fcgi'), from('2.1')],
      [['listen l', 'bind :8080', 'server s unix@/run/php.sock proto fcgi'], from('2.1')],
    ],
    fine: [
      ['fcgi-app php', 'docroot /var/www', ...backend('use-fcgi-app php', 'server s 10.0.0.3:9000 proto fcgi')],
      backend('server s 10.0.0.3:9000 check proto h2'),
      backend('server s 10.0.0.3:9000 check'),
      backend('default-server proto h2', 'server s 10.0.0.3:9000'),
    ],
  },
  'names outside of servers that the start looks up': {
    rule: 'start-needs-dns',
    variants: [
      [['global', 'log logs.example.internal:514 local0'], ALL],
      [['frontend f', 'bind :8080', 'log udp@logs.example.internal local0 notice'], ALL],
      [['peers p', 'peer a other.example.internal:10000'], ALL],
      [['mailers m', 'mailer smtp1 smtp.example.internal:587'], ALL],
      everywhere('server s 10.0.0.1:80 check addr health.example.internal'),
      everywhere('source src.example.internal', 'server s 10.0.0.1:80'),
      everywhere('default-server inter 5s addr health.example.internal', 'server s 10.0.0.1:80 check'),
      [['defaults', 'default-server source src.example.internal', ...backend('server s 10.0.0.1:80')], ALL],
      everywhere('server s 10.0.0.1:80 agent-check agent-port 9 agent-addr agent.example.internal'),
      everywhere('server s 10.0.0.1:80 source src.example.internal:1024-2048'),
      [['ring logs', 'format rfc5424', 'server s logs.example.internal:514'], from('2.2')],
    ],
    fine: [
      ['global', 'log 10.0.0.9:514 local0'],
      ['global', 'log /dev/log local0', 'log localhost local1'],
      ['global', 'log stdout format raw local0'],
      ['peers p', 'peer a 10.0.0.1:10000'],
      ['mailers m', 'mailer smtp1 127.0.0.1:587'],
      backend('server s 10.0.0.1:80 check addr 10.0.0.2'),
      backend('source 0.0.0.0 usesrc clientip', 'server s 10.0.0.1:80'),
    ],
  },
  'a value that is called check': {
    rule: 'unresolved-name',
    head: [...HEAD, ...DNS, 'resolvers check', 'nameserver a 10.0.0.2:53'],
    variants: [
      [backend(`server e ${NAME}:80 resolvers check`), OLD],
      [backend(`server e ${NAME}:80 cookie check resolvers r`), OLD],
      [backend(`server check ${NAME}:80 resolvers r`), OLD],
      [backend(`server e ${NAME}:80 resolvers r track b/check`, 'server check 10.0.0.1:80 check'), OLD],
      [backend(`server e ${NAME}:80 resolvers r redir check`), OLD],
      [backend(`server e ${NAME}:80 cookie resolvers`), ALL],
      [backend(`server resolvers ${NAME}:80 check`), ALL],
    ],
    fine: [
      backend(`server e ${NAME}:80 resolvers check check`),
      backend(`server check ${NAME}:80 check resolvers r`),
      backend(`server e ${NAME}:80 cookie check check resolvers r`),
    ],
  },
  'a value that is called disabled': {
    rule: 'unresolved-name',
    variants: [
      [backend(`server e ${NAME}:80 check resolvers r disabled`), OLD],
      [backend(`server e ${NAME}:80 check resolvers r cookie disabled disabled`), OLD],
      [backend(`server disabled ${NAME}:80 check disabled resolvers r`), OLD],
      [backend(`server e ${NAME}:80 disabled check inter 5s resolvers r`), OLD],
      [['listen l', 'bind :8080', `server e ${NAME}:80 check resolvers r redir disabled disabled`], OLD],
    ],
    fine: [
      backend('cookie SRV insert', `server e ${NAME}:80 check inter 5s fall 17280 resolvers r cookie disabled`),
      backend(`server disabled ${NAME}:80 check resolvers r`),
      backend(`server e ${NAME}:80 check resolvers r redir disabled`),
      ['resolvers disabled', 'nameserver a 10.0.0.2:53', ...backend(`server e ${NAME}:80 check resolvers disabled`)],
    ],
  },
};

const reported = (rule: string, lines: readonly string[], versions: readonly string[]): string[] =>
  versions.filter((version) => {
    const findings = lint(`${lines.join('\n')}\n`, HaproxyVersion._read(version));
    return findings.some((finding) => finding.rule === rule);
  });

describe.each(Object.entries(KINDS))('%s', (_, { rule, versions = ALL, head = [...HEAD, ...DNS], variants, fine }) => {
  test('has five variants or more', () => {
    expect(variants.length).toBeGreaterThanOrEqual(5);
  });

  test.each(variants)(`%j is ${rule}`, (lines, expected) => {
    expect(reported(rule, [...head, ...lines], versions)).toEqual(expected);
  });

  test(`others are not ${rule}`, () => {
    for (const lines of fine) {
      expect([lines, reported(rule, [...head, ...lines], versions)]).toEqual([lines, []]);
    }
  });
});

describe('a template in place of one slot would change a split', () => {
  const help = (...lines: string[]) => {
    const findings = lint(`${[...HEAD, ...DNS, ...backend(...lines)].join('\n')}\n`, HaproxyVersion.V3_2);
    return findings.filter(({ rule }) => rule === 'single-slot').map((finding) => finding.help);
  };
  const SLOT = `server aws ${NAME}:80 check resolvers r init-addr none`;
  const divide = (weight = '') =>
    `use 'server-template PREFIX 16', and divide the weight among its slots${weight}: each slot counts with the whole weight, so that the same number would change the split`;

  test.each<[lines: string[], said: string]>([
    [[`${SLOT} weight 25`, 'server onprem 10.1.2.3:80 check weight 75'], divide(', here 25 in all')],
    [[SLOT, 'server onprem 10.1.2.3:80 check weight 75'], divide()],
    [[`${SLOT} weight 1`, 'server onprem 10.1.2.3:80 check'], divide(', here 1 in all')],
    [['default-server weight 50', SLOT, 'server onprem 10.1.2.3:80'], divide(', here 50 in all')],
    [
      ['server a 10.1.2.3:80 weight 40', 'server b 10.1.2.4:80 weight 40', `${SLOT} weight 20`],
      divide(', here 20 in all'),
    ],
    [[SLOT], "use 'server-template PREFIX 16' instead of 'server NAME'"],
    [[`${SLOT} weight 10`], "use 'server-template PREFIX 16' instead of 'server NAME'"],
    [[SLOT, 'server onprem 10.1.2.3:80 check'], divide()],
    [[SLOT, 'server spare 10.1.2.3:80 check backup'], "use 'server-template PREFIX 16' instead of 'server NAME'"],
    [[`${SLOT} backup`, 'server onprem 10.1.2.3:80'], "use 'server-template PREFIX 16' instead of 'server NAME'"],
  ])('%j', (lines, said) => {
    expect(help(...lines)).toEqual([said]);
  });
});
