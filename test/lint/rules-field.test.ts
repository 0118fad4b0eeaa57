import { BRANCHES } from '../../lib/haproxy/version/branches';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import { ruleOf } from '../../lint/rules';
import { availableBinaries, haproxyCheck } from '../support/binaries';

const ALL = BRANCHES.map(({ branch }) => branch);
const from = (branch: string) => ALL.slice(ALL.indexOf(branch));
const between = (first: string, last: string) => ALL.slice(ALL.indexOf(first), ALL.indexOf(last) + 1);

const ELB = 'internal-orders-1234567890.eu-west-1.elb.amazonaws.com';
const FOLLOWS = `server-template elb 16 ${ELB}:80 check resolvers r resolve-prefer ipv4 init-addr none`;

/** A configuration that follows a load balancer, with more lines in its sections. */
function config({
  global = [],
  resolvers = [],
  backend = [],
  server = FOLLOWS,
}: Partial<Record<'global' | 'resolvers' | 'backend', string[]>> & { server?: string | string[] }) {
  const lines = [
    ...(global.length > 0 ? ['global', ...global] : []),
    'defaults',
    'mode http',
    'resolvers r',
    'nameserver a 10.0.0.2:53',
    'accepted_payload_size 8192',
    ...resolvers,
    ...(resolvers.some((line) => line.startsWith('hold obsolete')) ? [] : ['hold obsolete 90s']),
    'backend b',
    ...backend,
    ...[server].flat(),
  ];
  return `${lines.join('\n')}\n`;
}

/** The messages of one rule. */
const said = (rule: string, branch: string, text: string) =>
  lint(text, HaproxyVersion._read(branch))
    .filter((finding) => finding.rule === rule)
    .map(({ message, help }) => `${message}; ${help}`);

/** The branches on which a rule has a finding. */
const branchesOf = (rule: string, text: string) => ALL.filter((branch) => said(rule, branch, text).length > 0);

test('a configuration that follows well has none of these findings', () => {
  const rules = ['short-hold', 'slow-resolution', 'query-storm', 'address-family', 'few-slots', 'backup-slots'];
  const more = ['template-weight', 'verified-name', 'zero-warning', 'do-resolve-guard', 'client-chosen-name'];
  for (const rule of [...rules, ...more, 'start-needs-dns', 'single-slot', 'faulty-release']) {
    expect([rule, branchesOf(rule, config({}))]).toEqual([rule, []]);
    expect(ruleOf(rule).link).toMatch(/^https:/);
  }
});

describe('short-hold', () => {
  test.each([
    ['hold timeout 0', 'that no name server answers'],
    ['hold timeout 0s', 'that no name server answers'],
    ['hold refused 0ms', 'that a name server refuses'],
    ['hold other 999', 'that fails'],
    ['hold nx 0', 'whose answer says that the name does not exist'],
    ['hold nx 500ms', 'whose answer says that the name does not exist'],
  ])('%s', (line, failure) => {
    const text = config({ resolvers: [line] });
    expect(branchesOf('short-hold', text)).toEqual(from('1.7'));
    expect(said('short-hold', '3.2', text)).toEqual([
      `'${line}' drops every address at the first query ${failure}; write 30s, which is HAProxy's default, or more`,
    ]);
  });

  test.each(['hold timeout 1s', 'hold refused 30s', 'hold nx 1000', 'hold valid 0', 'hold other soon'])(
    'not %s',
    (line) => {
      expect(branchesOf('short-hold', config({ resolvers: [line] }))).toEqual([]);
    },
  );

  test('the last of several counts, and only of resolvers that a server uses', () => {
    expect(said('short-hold', '3.2', config({ resolvers: ['hold timeout 0', 'hold timeout 30s'] }))).toEqual([]);
    expect(
      said('short-hold', '3.2', config({ resolvers: ['hold timeout 0'], server: 'server s 10.0.0.1:80' })),
    ).toEqual([]);
  });
});

describe('slow-resolution', () => {
  test.each([
    ['hold valid 1h', between('1.6', '2.0')],
    ['hold valid 61s', between('1.6', '2.0')],
    ['timeout resolve 5m', from('2.1')],
    ['timeout resolve 60001', from('2.1')],
    ['hold obsolete 2h', ALL],
    ['hold nx 1d', ALL],
    ['hold valid 60s', []],
    ['timeout resolve 1m', []],
    ['hold obsolete 10m', []],
    ['hold timeout 1d', []],
  ])('%s: %j', (line, branches) => {
    expect(branchesOf('slow-resolution', config({ resolvers: [line] }))).toEqual(branches);
  });

  test('says which setting is the period', () => {
    expect(said('slow-resolution', '2.0', config({ resolvers: ['hold valid 1h'] }))).toEqual([
      "HAProxy 2.0 asks for each name once in 1h: 'hold valid' is the time between two queries; write 'hold valid 10s'",
    ]);
  });
});

describe('query-storm', () => {
  const names = (count: number) =>
    Array.from({ length: count }, (_, i) => `server-template t${i} 8 n${i}.test:80 resolvers r init-addr none`);

  test.each([
    ['timeout resolve 100ms', 1, from('2.1')],
    ['timeout resolve 999', 1, from('2.1')],
    ['hold valid 200ms', 1, between('1.6', '2.0')],
    ['timeout resolve 1s', 600, from('2.1')],
    ['timeout resolve 1s', 500, []],
    ['timeout resolve 10s', 600, []],
    ['hold valid 1s', 600, between('1.6', '2.0')],
  ])('%s and %i names', (line, count, branches) => {
    // Other branches have the default of their own setting: 600 names are too many for 1 s as well.
    const others = ['timeout resolve', 'hold valid'].filter((one) => !line.startsWith(one)).map((one) => `${one} 10s`);
    const text = config({ resolvers: [line, ...others], server: names(count) });
    expect(branchesOf('query-storm', text)).toEqual(branches);
  });

  test('says how many', () => {
    expect(
      said('query-storm', '3.2', config({ resolvers: ['nameserver b 10.0.0.3:53', 'timeout resolve 100ms'] })),
    ).toEqual(["resolvers 'r' sends about 20 queries a second; write 'timeout resolve 10s'"]);
  });
});

describe('names outside of server lines', () => {
  test.each([
    ['global\nlog logs.test:514 local0', 'log', 'logs.test'],
    ['global\nlog udp@logs.test:514 local0', 'log', 'logs.test'],
    ['frontend f\nlog logs.test local0', 'log', 'logs.test'],
    ['peers p\npeer a other.test:10000', 'peer', 'other.test'],
    ['peers p\nbind :10000\nserver a\nserver o other.test:10000', 'server', 'other.test'],
    ['mailers m\nmailer a smtp.test:25', 'mailer', 'smtp.test'],
    ['backend b\nsource src.test', 'source', 'src.test'],
    ['backend b\nserver s 10.0.0.1:80 check addr health.test', 'addr', 'health.test'],
    ['backend b\nserver s 10.0.0.1:80 source src.test', 'source', 'src.test'],
    ['ring x\nserver s logs.test:514', 'server', 'logs.test'],
  ])('%j', (text, what, name) => {
    expect(said('start-needs-dns', '3.2', `${text}\n`)).toEqual([
      `'${name}' of '${what}' is looked up once, and HAProxy does not start when it does not resolve; give an address, or a name that /etc/hosts has`,
    ]);
  });

  test.each([
    'global\nlog stdout format raw local0',
    'global\nlog 127.0.0.1:514 local0',
    'global\nlog /dev/log local0',
    `global\nlog "\${LOGS}" local0`,
    'global\nlog ring@buffer local0',
    'defaults\nlog global',
    'global\nlog localhost:514 local0',
    'backend b\nsource 0.0.0.0 usesrc clientip',
    'backend b\nserver s 10.0.0.1:80 check addr 127.0.0.1',
    'peers p\npeer a 10.0.0.1:10000',
  ])('not %j', (text) => {
    expect(said('start-needs-dns', '3.2', `${text}\n`)).toEqual([]);
  });
});

describe('address-family', () => {
  const dual = (more = '', address = `dualstack.${ELB}:443`) =>
    config({ server: `server-template e 16 ${address} resolvers r init-addr none${more}` });

  test('a dual-stack name without a family', () => {
    expect(branchesOf('address-family', dual())).toEqual(ALL);
    expect(branchesOf('address-family', dual('', 'DualStack.My-1.us-east-1.elb.amazonaws.com:80'))).toEqual(ALL);
    expect(branchesOf('address-family', dual('', 'dualstack.my-1.elb.eu-west-1.amazonaws.com:80'))).toEqual(ALL);
    expect(said('address-family', '3.2', dual())[0]).toMatch(
      /; add 'resolve-prefer ipv4', or add 'dns-accept-family ipv4' to the global section$/,
    );
  });

  test('do-resolve of a dual-stack name without a family', () => {
    const rule = (resolve: string) => config({ backend: [`http-request ${resolve}`], server: 'server s 0.0.0.0:80' });
    const found = rule(`do-resolve(txn.ip,r) str(dualstack.${ELB})`);
    expect(branchesOf('address-family', found)).toEqual(ALL);
    expect(said('address-family', '3.2', found)[0]).toMatch(
      /; write do-resolve\(VARIABLE,RESOLVERS,ipv4\), or add 'dns-accept-family ipv4' to the global section$/,
    );
    for (const other of [
      `do-resolve(txn.ip,r,ipv4) str(dualstack.${ELB})`,
      `do-resolve(txn.ip,r,ipv6) str(dualstack.${ELB})`,
      `do-resolve(txn.ip,r) str(${ELB})`,
      'do-resolve(txn.ip,r) str(dualstack.example.com)',
      `do-resolve(txn.ip,r) hdr(host) if { hdr(host) dualstack.${ELB} }`,
    ]) {
      expect([other, branchesOf('address-family', rule(other))]).toEqual([other, []]);
    }
    expect(branchesOf('address-family', `global\ndns-accept-family ipv4\n${found}`)).toEqual([]);
  });

  test('a family, a setting of the process, or another name', () => {
    expect(branchesOf('address-family', dual(' resolve-prefer ipv4'))).toEqual([]);
    // The family of the address is about the start alone.
    expect(branchesOf('address-family', dual('', `ipv4@dualstack.${ELB}:443`))).toEqual(ALL);
    expect(branchesOf('address-family', dual('', `${ELB}:443`))).toEqual([]);
    expect(branchesOf('address-family', dual('', 'dualstack.example.com:443'))).toEqual([]);
    for (const families of ['ipv4', 'ipv6', 'auto']) {
      expect(branchesOf('address-family', `global\ndns-accept-family ${families}\n${dual()}`)).toEqual([]);
    }
    expect(branchesOf('address-family', `global\ndns-accept-family ipv4,ipv6\n${dual()}`)).toEqual(ALL);
  });
});

describe('rules of do-resolve', () => {
  const rules = (...lines: string[]) => config({ backend: lines, server: 'server s 0.0.0.0:80' });
  const FIXED = `http-request do-resolve(txn.ip,r,ipv4) str(${ELB})`;
  const SETS = 'http-request set-dst var(txn.ip)';

  test.each([
    [[FIXED, SETS], 1],
    [[FIXED, 'http-request set-header x y', SETS], 1],
    [[FIXED, 'http-request deny if { path /x }', SETS], 1],
    [['tcp-request content do-resolve(sess.a,r) str(a.test)', 'tcp-request content set-dst var(sess.a)'], 1],
    [[FIXED, 'http-request deny unless { var(txn.other) -m found }', SETS], 1],
    [[FIXED, 'http-request deny unless { var(txn.ip) -m found }', SETS], 0],
    [['acl ok var(txn.ip) -m found', FIXED, 'http-request return status 503 unless ok', SETS], 0],
    [['acl ok var(txn.ip) -m found', FIXED, 'http-request deny if !ok', SETS], 0],
    [[FIXED, 'use-server s if { var(txn.ip) -m found }', SETS], 1],
    [[FIXED, 'use-server other unless { var(txn.ip) -m found }', SETS, 'server other 10.0.0.9:80'], 0],
    [['http-request deny unless { var(txn.ip) -m found }', FIXED, SETS], 1],
    [['tcp-request content reject unless { var(txn.ip) -m found }', FIXED, SETS], 1],
    [[FIXED, 'http-request deny unless { path /x } { var(txn.ip) -m found }', SETS], 0],
    [[FIXED, 'http-request deny if ! { var(txn.ip) -m found } || { path /x }', SETS], 0],
    [[FIXED, 'http-request deny if !{ var(txn.ip) -m found } { path /x }', SETS], 1],
    [['acl ok var(txn.ip) -m found', 'acl ok src 10.0.0.0/8', FIXED, 'http-request deny if !ok', SETS], 1],
    [[FIXED, 'http-request redirect location / unless { var(txn.ip) -m found }', SETS], 0],
    [[FIXED, 'http-request set-dst var(txn.ip,127.0.0.1)'], 0],
    // The own view of a task: nothing is sent to the address.
    [[FIXED, 'http-request return status 200 content-type text/plain lf-string "%[var(txn.ip)]"'], 0],
  ])('%j has %i unguarded', (lines, count) => {
    expect(said('do-resolve-guard', '3.4', rules(...lines))).toHaveLength(count);
  });

  test('a frontend and the backends that it names', () => {
    const frontend = ['frontend f', FIXED, 'use_backend dyn if { var(txn.ip) -m found }', 'default_backend other'];
    const backends = ['backend dyn', SETS, 'server s 0.0.0.0:80', 'backend other', 'server s 10.0.0.1:80'];
    const count = (...lines: string[]) =>
      said('do-resolve-guard', '3.4', `${config({ server: 'server s 10.0.0.1:80' })}${lines.join('\n')}\n`).length;
    expect(count(...frontend, ...backends)).toBe(0);
    expect(count('frontend f', FIXED, 'default_backend dyn', ...backends)).toBe(1);
    expect(count('frontend f', FIXED, 'default_backend other', ...backends)).toBe(0);
    expect(count('frontend f', FIXED, 'use_backend %[path]', ...backends)).toBe(1);
  });

  test.each([
    [[FIXED, SETS], true],
    [
      [
        'tcp-request content do-resolve(sess.a,r,ipv4) str(N.elb.eu-west-1.amazonaws.com)',
        'tcp-request content set-dst var(sess.a)',
      ],
      true,
    ],
    [['http-request do-resolve(txn.ip,r) str(a.example.com)', SETS], false],
    [[`http-request do-resolve(txn.ip,r) str(eu-west-1a.n-1.elb.eu-west-1.amazonaws.com)`, SETS], false],
    [[FIXED, 'http-request return status 200 content-type text/plain lf-string "%[var(txn.ip)]"'], false],
    [[`http-request do-resolve(txn.ip,r) hdr(host)`, SETS], false],
  ])('%j goes to one address on some releases: %s', (lines, expected) => {
    const releases = ['2.4', '2.5.0', '2.6', '2.6.23', '2.6.24', '2.9', '3.0.12', '3.1.8', '3.2.5', '3.2.6', '3.3'];
    const found = releases.filter((release) => said('single-address', release, rules(...lines)).length > 0);
    expect(found).toEqual(expected ? ['2.5.0', '2.6.23', '2.9', '3.0.12', '3.1.8', '3.2.5'] : []);
  });

  test.each([
    ['req.hdr(host),host_only', 1],
    ['hdr(x-upstream)', 1],
    ['path,field(2,/)', 1],
    ['url_param(to)', 1],
    ['req.ssl_sni', 1],
    ['req.hdr(host),host_only if { req.hdr(host) -f /etc/names }', 0],
    [`str(${ELB})`, 0],
    ['var(proc.name)', 0],
  ])('of %s: the client chooses: %i', (sample, count) => {
    const lines = rules(`http-request do-resolve(txn.ip,r,ipv4) ${sample}`);
    expect(said('client-chosen-name', '3.4', lines)).toHaveLength(count);
  });
});

describe('slots', () => {
  const ZONAL = 'eu-west-1a.my-nlb-0123456789abcdef.elb.eu-west-1.amazonaws.com';
  const line = (name: string, address = ELB) => `server ${name} ${address}:80 resolvers r init-addr none`;

  test('single-slot counts the slots of a name', () => {
    expect(said('single-slot', '3.2', config({ server: line('a') }))).toHaveLength(1);
    expect(said('single-slot', '3.2', config({ server: [line('a'), line('b')] }))).toEqual([]);
    expect(said('single-slot', '3.2', config({ server: [line('a'), line('b', 'other.test')] }))).toHaveLength(2);
    expect(
      said(
        'single-slot',
        '3.2',
        config({ server: [line('a'), `server-template t 2 ${ELB}:80 resolvers r init-addr none`] }),
      ),
    ).toEqual([]);
    expect(said('single-slot', '3.2', config({ server: [line('a'), 'backend c', line('b')] }))).toHaveLength(2);
  });

  test('a zonal name has one address by design', () => {
    expect(said('single-slot', '3.2', config({ server: line('a', ZONAL) }))).toEqual([]);
    expect(said('kept-connections', '2.6', config({ server: line('a', ZONAL) }))).toEqual([]);
    expect(
      said('few-slots', '3.2', config({ server: `server-template t 2 ${ZONAL}:80 resolvers r init-addr none` })),
    ).toEqual([]);
  });

  test('beside weights the help says that a template changes the split', () => {
    const [text] = said(
      'single-slot',
      '3.2',
      config({ server: [`${line('a')} weight 25`, 'server onprem 10.1.2.3:80 weight 75'] }),
    );
    expect(text).toMatch(/divide the weight among its slots, here 25 in all: each slot counts with the whole weight/);
  });

  test.each([
    [2, 1],
    [4, 1],
    [7, 1],
    [8, 0],
    [16, 0],
  ])('a template of %i slots: %i', (slots, count) => {
    const server = FOLLOWS.replace('16', String(slots));
    expect(said('few-slots', '3.2', config({ server }))).toHaveLength(count);
    expect(said('few-slots', '3.2', config({ server: server.replace(ELB, 'app.example.com') }))).toEqual([]);
  });

  test.each([
    [[`${FOLLOWS} backup`], [], 1],
    [['server a 10.0.0.1:80', `${FOLLOWS} backup`], [], 1],
    [['default-server backup', FOLLOWS], [], 1],
    [[`${FOLLOWS} backup`], ['option allbackups'], 0],
    [['server a 10.0.0.1:80 backup', FOLLOWS], [], 0],
  ])('backup slots %j with %j: %i', (server, backend, count) => {
    expect(said('backup-slots', '3.2', config({ server, backend }))).toHaveLength(count);
  });

  const oneSlots = (options: string) =>
    ['a', 'b'].map((name) => `${FOLLOWS.replace('server-template elb 16', `server ${name}${options[0]}`)} ${options}`);

  test.each<[string[], string[]]>([
    [[`${FOLLOWS} resolve-net 10.0.1.0/24`, `${FOLLOWS.replace('elb 16', 'far 16')} backup`], ['16']],
    [[`${FOLLOWS.replace('16', '2')} resolve-net 10.0.1.0/24,10.0.2.0/24`, `${FOLLOWS} backup`], ['2']],
    [[`${FOLLOWS} resolve-net 10.0.1.0/24`], []],
    [[`${FOLLOWS} resolve-net 10.0.1.0/24`, `${FOLLOWS.replace(ELB, 'other.example.com')} backup`], []],
    [[`${FOLLOWS.replace('16', '1')} resolve-net 10.0.1.0/24`, `${FOLLOWS} backup`], []],
    [[FOLLOWS, `${FOLLOWS} backup resolve-net 10.0.1.0/24`], []],
    // Lines of one slot each are slots too.
    [[...oneSlots('resolve-net 10.0.1.0/24'), `${FOLLOWS} backup`], ['2']],
    [[...oneSlots('resolve-net 10.0.1.0/24'), ...oneSlots('backup')], ['2']],
    [[`${FOLLOWS} resolve-net 10.0.1.0/24`, `${FOLLOWS.replace(ELB, `${ELB.toUpperCase()}.`)} backup`], ['16']],
    // Weights do not exclude the others either.
    [[`${FOLLOWS} resolve-net 10.0.1.0/24 weight 256`, FOLLOWS.replace('elb 16', 'far 16')], ['16']],
    [[`${FOLLOWS} resolve-net 10.0.1.0/24 weight 256`, `${FOLLOWS.replace('elb 16', 'far 16')} weight 256`], []],
    [[`${FOLLOWS} resolve-net 10.0.1.0/24`, `${FOLLOWS} resolve-net 10.0.2.0/24`], []],
  ])('slots of a preferred network %j: %j', (server, slots) => {
    const text = config({ server, backend: ['option allbackups'] });
    expect(said('preferred-network', '3.2', text)).toEqual(
      slots.map(
        (count) =>
          `the ${count} slots of '${ELB}' take addresses of other networks too; ${ruleOf('preferred-network').help}`,
      ),
    );
  });

  test.each([
    [[`${FOLLOWS} weight 25`, 'server onprem 10.1.2.3:80 weight 75'], 1],
    [[FOLLOWS, 'server onprem 10.1.2.3:80 weight 75'], 1],
    [[`${FOLLOWS} weight 10`, 'server onprem 10.1.2.3:80'], 1],
    [[FOLLOWS, 'server onprem 10.1.2.3:80'], 0],
    [[`${FOLLOWS} weight 10`], 0],
    [[`${FOLLOWS} weight 10`, 'server spare 10.1.2.3:80 backup'], 0],
  ])('weights beside a template %j: %i', (server, count) => {
    expect(said('template-weight', '3.2', config({ server }))).toHaveLength(count);
  });
});

describe('verified-name', () => {
  const tls = (more: string, mode = 'mode http') =>
    config({ backend: [mode], server: `${FOLLOWS.replace(':80', ':443')} ssl ${more}` });

  test.each([
    ['verify required ca-file @system-ca', from('3.3')],
    ['ca-file @system-ca', from('3.3')],
    ['verify required ca-file @system-ca verifyhost app.example.com', from('3.3')],
    ['verify required ca-file @system-ca sni str(app.example.com)', []],
    ['verify required ca-file @system-ca no-sni-auto verifyhost app.example.com', []],
    ['verify none', []],
  ])('%s: %j', (more, branches) => {
    expect(branchesOf('verified-name', tls(more))).toEqual(branches);
  });

  test('TCP mode has no Host header', () => {
    expect(branchesOf('verified-name', tls('verify required ca-file @system-ca', 'mode tcp'))).toEqual([]);
  });
});

describe('zero-warning', () => {
  const zero = (methods: string) =>
    config({ global: ['zero-warning'], server: FOLLOWS.replace('init-addr none', `init-addr ${methods}`) });
  test.each([
    ['libc,none', between('1.6', '2.7')],
    ['last,libc,none', between('1.6', '2.7')],
    ['none', []],
    ['libc,10.0.0.1', []],
  ])('init-addr %s: %j', (methods, branches) => {
    expect(branchesOf('zero-warning', zero(methods))).toEqual(branches);
  });
});

describe('faulty-release', () => {
  const SRV = config({ server: 'server-template s 16 _http._tcp.app.test resolvers r init-addr none' });
  const CAPITALS = config({ server: 'server-template s 16 App.Example.com:80 resolvers r init-addr none' });
  const TCP = config({ resolvers: ['nameserver t tcp@10.0.0.3:53'] });
  const ONLY_TCP = config({}).replace('a 10.0.0.2', 'a tcp@10.0.0.2');
  const ZERO = config({ global: ['zero-warning'] });
  const PLAIN = config({});
  const DO_RESOLVE = config({ backend: [`http-request do-resolve(txn.ip,r) str(${ELB})`], server: 'server s :80' });
  const STATIC = 'backend b\nserver s 10.0.0.1:80\n';

  test.each([
    ['2.7.0', STATIC, 1],
    ['2.7.1', PLAIN, 0],
    ['2.2.1', SRV, 1],
    ['2.2.1', PLAIN, 0],
    ['2.2.2', SRV, 1],
    ['2.2.3', SRV, 0],
    ['2.2.10', SRV, 1],
    ['2.3.6', SRV, 1],
    ['2.4.1', SRV, 1],
    ['2.4.3', SRV, 0],
    ['2.0.13', CAPITALS, 1],
    ['2.0.13', PLAIN, 0],
    ['2.0.20', CAPITALS, 1],
    ['2.0.21', CAPITALS, 0],
    ['1.8.28', CAPITALS, 1],
    ['1.8.29', CAPITALS, 0],
    ['1.8.0', config({ global: ['tune.ssl.cachesize 0'] }), 2],
    ['1.8.0', config({ global: ['tune.ssl.cachesize 20000'] }), 1],
    ['1.8.0', STATIC, 0],
    ['1.8.2', config({ global: ['tune.ssl.cachesize 0'] }), 0],
    ['2.1.0', CAPITALS, 1],
    ['2.0.21', SRV, 1],
    ['2.0.22', SRV, 0],
    ['2.0.16', DO_RESOLVE, 1],
    ['2.0.17', DO_RESOLVE, 0],
    ['2.0.16', PLAIN, 0],
    ['2.6.2', `${TCP}resolvers default\n`, 1],
    ['2.6.2', PLAIN, 1],
    ['2.6.2', `${PLAIN}resolvers default\n`, 0],
    ['2.6.3', TCP, 0],
    ['2.6.12', `global\nstats socket abns@api level user\n${PLAIN}`, 1],
    ['2.6.12', `${PLAIN}listen l\nbind abns@front\n`, 1],
    ['2.6.12', `global\nstats socket /run/api.sock level user\n${PLAIN}`, 0],
    ['2.6.13', `${PLAIN}listen l\nbind abns@front\n`, 0],
    ['2.8.1', ZERO, 1],
    ['2.8.1', PLAIN, 0],
    ['2.8.2', ZERO, 0],
    ['3.0.2', PLAIN, 1],
    ['3.0.2', STATIC, 0],
    ['3.0.3', PLAIN, 0],
    ['3.2.0', PLAIN, 1],
    ['3.2.4', PLAIN, 1],
    ['3.2.4', STATIC, 0],
    ['3.2.5', PLAIN, 2],
    ['3.2.6', PLAIN, 1],
    ['3.3.0', PLAIN, 1],
    ['3.3.0', ONLY_TCP, 0],
    ['3.2.17', PLAIN, 1],
    ['3.2.17', ONLY_TCP, 0],
    ['3.2.18', PLAIN, 0],
    ['3.2', PLAIN, 0],
  ])('%s', (release, text, count) => {
    expect(said('faulty-release', release, text)).toHaveLength(count);
  });

  test('a release that does not follow is an error, and the fault says where it is known from', () => {
    const [finding] = lint(STATIC, HaproxyVersion._read('2.7.0')).filter(({ rule }) => rule === 'faulty-release');
    expect(finding?.severity).toBe('error');
    expect(said('faulty-release', '2.4.1', SRV)).toEqual([
      'HAProxy 2.4.1 has a known fault: most servers of an SRV record stay down (HAProxy issues 1270 and 1295); use a later release of 2.4; run a later release of the branch',
    ]);
  });
});

describe('lists and lines', () => {
  const errors = (line: string, branch = '2.6') =>
    lint(`backend b\n${line}\nresolvers r\nnameserver a 10.0.0.2:53\n`, HaproxyVersion.of(branch))
      .filter(({ severity, rule }) => severity === 'error' && rule !== 'unresolved-name')
      .map(({ message, help }) => `${message}; ${help}`);

  test.each(['init-addr ,', 'init-addr libc,,none', 'init-addr ""', 'resolve-opts ""', 'resolve-opts allow-dup-ip,'])(
    '%s is taken',
    (option) => {
      expect(errors(`server s localhost:80 resolvers r ${option}`)).toEqual([]);
    },
  );

  test.each(['resolve-opts ,', 'resolve-net ,', 'proxy-v2-options ""'])('%s is refused', (option) => {
    expect(errors(`server s localhost:80 resolvers r ${option}`)).toHaveLength(1);
  });

  test('an incomplete line says what a whole one is', () => {
    expect(errors('server')).toEqual(["'server' needs a name and an address; write 'server NAME ADDRESS:PORT'"]);
    expect(errors('server s')).toEqual(["'server' needs a name and an address; write 'server NAME ADDRESS:PORT'"]);
    expect(errors('server-template t 4')).toEqual([
      "'server-template' needs a name, a number and an address; write 'server-template PREFIX 16 ADDRESS:PORT'",
    ]);
    expect(errors('server s 10.0.0.2:80:')).toEqual([
      "'10.0.0.2:80' is not an address or a name in '10.0.0.2:80:'; use an address or a name",
    ]);
  });

  test('FastCGI without its application ends the start', () => {
    expect(errors('server s 10.0.0.3:9000 proto fcgi', '2.4')).toEqual([
      "server 's' uses FastCGI, and backend 'b' has no 'use-fcgi-app'; add 'use-fcgi-app NAME' to backend 'b'",
    ]);
  });
});

describe.each(availableBinaries())('the real HAProxy $version', (binary) => {
  const PLAIN =
    'defaults\nmode http\ntimeout connect 1s\ntimeout client 1s\ntimeout server 1s\nlisten l\nbind 127.0.0.1:1\n';
  const version = HaproxyVersion.of(binary.version);
  const rules = (text: string) => lint(text, version).map(({ rule }) => rule);

  test.each([
    ['global\nlog logs.invalid:514 local0\n', PLAIN],
    ['', `${PLAIN}peers p\npeer a other.invalid:10000\n`],
    [
      '',
      `${PLAIN}mailers m\nmailer a smtp.invalid:25\nbackend b\nemail-alert mailers m\nemail-alert from a@b\nemail-alert to a@b\n`,
    ],
    ['', `${PLAIN}backend b\nsource src.invalid\n`],
    ['', `${PLAIN}backend b\nserver s 127.0.0.1:80 check addr health.invalid\n`],
  ])('does not start for a name that does not resolve: %j %j', (before, after) => {
    const text = `${before}${after}`;
    // Early releases start: they look no peer up, and so never reach it (issue 759 of HAProxy). The advice is the same.
    const starts = after.includes('peer a') && /^2\.(0\.(\d|1[0-6])|1\.[0-7]|2\.[01])$/.test(binary.version);
    const { status, output } = haproxyCheck(binary, text);
    expect([status, output.includes('.invalid')]).toEqual(starts ? [0, false] : [1, true]);
    expect(rules(text)).toContain('start-needs-dns');
  });

  test('ends its start for zero-warning where the rule says so, and nowhere else', () => {
    const text = `global\nzero-warning\n${PLAIN}resolvers r\nnameserver a 127.0.0.1:1\nbackend b\nserver s app.invalid:80 resolvers r init-addr libc,none\n`;
    expect(haproxyCheck(binary, text).status).toBe(rules(text).includes('zero-warning') ? 1 : 0);
  });

  test('takes a sign before an expectation, and ranges of versions', () => {
    const text = `${PLAIN}acl a req_ssl_ver 3.0-3.1\nbackend b\noption tcp-check\ntcp-check expect !rstring a\n`;
    expect(haproxyCheck(binary, text).status).toBe(0);
    expect(lint(text, version).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('does not start with FastCGI alone', () => {
    const text = `${PLAIN}backend b\nserver s 127.0.0.1:9000 proto fcgi\n`;
    expect(haproxyCheck(binary, text).status).toBe(1);
    expect(
      lint(text, version)
        .filter(({ severity }) => severity === 'error')
        .map(({ rule }) => rule),
    ).toEqual([from('1.9').includes(binary.branch) ? 'bad-value' : 'too-new']);
  });
});
