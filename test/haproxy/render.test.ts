import { Token } from 'aws-cdk-lib';
import { InputError } from '../../lib/haproxy/errors';
import type { HaproxyConfigModel, HaproxyIdentity, HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import { HaproxyLocality, HaproxyMode, HaproxyProtocol, HaproxyResolutionMode } from '../../lib/haproxy/model/options';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { RUNTIME_COMMANDS } from '../../lib/haproxy/runtime-api/commands';
import { BRANCHES, branchOrder } from '../../lib/haproxy/version/branches';
import { CAPABILITIES } from '../../lib/haproxy/version/capabilities';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { NAME } from './models';

const HTTP: HaproxyConfigModel = {
  upstream: { dnsName: NAME, port: 80 },
  health: { port: 8404 },
  runtimeApi: { port: 9990 },
};
const ALL = BRANCHES.map(({ branch }) => branch);
const OLD = ['1.6', '1.7'];
const NEW = ALL.slice(2);

function render(branch: string, model: HaproxyConfigModel = HTTP): string {
  return HaproxyConfig.render(HaproxyVersion.of(branch), model);
}

/** The lines that begin with a word, without their indent; no comment is one of them. */
function linesOf(text: string, start: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line === start || line.startsWith(`${start} `));
}

/** Without comments. */
const code = (text: string) => text.replace(/^\s*#.*$/gm, '');

/** Every mode with and without every option. */
const SHAPES = [HaproxyMode.HTTP, HaproxyMode.TCP].flatMap((mode) =>
  [undefined, {}].flatMap((tls) =>
    [undefined, { port: 8404 }].flatMap((health) =>
      [undefined, { port: 9990 }].map(
        (runtimeApi): HaproxyConfigModel => ({ upstream: { ...HTTP.upstream, tls }, mode, health, runtimeApi }),
      ),
    ),
  ),
);

describe('1.6 and 1.7', () => {
  test('the health check that makes the name resolve asks HAProxy itself and cannot take the server down', () => {
    const line = `server elb1 ${NAME}:80 check addr 127.0.0.1 port 8404 inter 5s fall 17280 weight 100 resolvers dns resolve-prefer ipv4`;
    expect(linesOf(render('1.6'), 'server elb1')).toEqual([line]);
    expect(linesOf(render('1.7'), 'server elb1')).toEqual([`${line} init-addr none`]);
  });

  test.each(OLD)('%s: the target of that check exists although it was not requested', (branch) => {
    const text = render(branch, { upstream: HTTP.upstream });
    expect(text).toContain(
      '\nfrontend health\n    bind 127.0.0.1:8404\n    mode http\n    no log\n    maxconn 100\n    monitor-uri /ready\n',
    );
    expect(text).toContain('\n    http-request deny deny_status 200 if { path /live }\n');
    expect(linesOf(text, 'server elb1')[0]).toContain(' check addr 127.0.0.1 port 8404 ');
  });

  test.each(OLD)('%s: that target takes no port from another listener', (branch) => {
    expect(() => render(branch, { upstream: HTTP.upstream, listen: { port: 8404 } })).toThrow(
      new InputError('port 8404 is used by listen and by health: give each listener its own port'),
    );
    expect(() => render(branch, { upstream: HTTP.upstream, runtimeApi: { port: 8404 } })).toThrow(
      new InputError('port 8404 is used by health and by runtimeApi: give each listener its own port'),
    );
  });

  test('the check follows the health listener, and is made twice in each period of resolution', () => {
    const text = render('1.7', {
      ...HTTP,
      health: { address: '127.0.0.9', port: 8500 },
      resolution: { holdValidMillis: 3000 },
    });
    expect(linesOf(text, 'server elb1')[0]).toContain(' check addr 127.0.0.9 port 8500 inter 1500ms ');
  });
});

describe('1.8 and later', () => {
  /** Idle connections are given up before the load balancer does it, where HAProxy can. */
  const pool = (branch: string) => (branch === '1.8' ? '' : ' pool-purge-delay 5s pool-max-conn 100');

  test.each(NEW)('%s: several slots, without an address until DNS gives one', (branch) => {
    // A relative port, where a kept connection would not leave an address that its slot changes in one step.
    const relative = /^2[.][4-9]$/.test(branch);
    expect(linesOf(render(branch), 'http-request set-dst-port')).toEqual(
      relative ? ['http-request set-dst-port int(80)'] : [],
    );
    expect(linesOf(render(branch), 'server-template')).toEqual([
      `server-template elb 16 ${NAME}:${relative ? '+0 check port 80' : '80 check'} inter 2s fastinter 1s fall 2 rise 2${pool(branch)} resolvers dns resolve-prefer ipv4 init-addr none`,
    ]);
    expect(linesOf(render(branch), 'server elb1')).toEqual([]);
  });

  test.each(NEW)(
    '%s: a slot that goes down ends its sessions in TCP mode, and lets requests end in HTTP mode',
    (branch) => {
      const template = (mode: HaproxyMode) => linesOf(render(branch, { ...HTTP, mode }), 'server-template')[0];
      expect(template(HaproxyMode.TCP)).toContain(' fall 2 rise 2 on-marked-down shutdown-sessions ');
      expect(template(HaproxyMode.HTTP)).not.toContain('on-marked-down');
    },
  );

  test.each(NEW)('%s: the period of resolution is the same, whichever of the two words decides it', (branch) => {
    const text = render(branch, { ...HTTP, resolution: { holdValidMillis: 7000 } });
    expect(linesOf(text, 'hold valid')).toEqual(['hold valid 7s']);
    expect(linesOf(text, 'timeout resolve')).toEqual(['timeout resolve 7s']);
  });

  test.each(NEW)(
    '%s: what must prove its identity is checked at least every 10 s while it is down, for 10 s at most',
    (branch) => {
      const words = (identity: HaproxyIdentity) =>
        [2000, 10_000, 60_000, 3_600_000].map((intervalMillis) => {
          const upstream = { ...HTTP.upstream, tls: {}, identity, healthCheck: { intervalMillis } };
          const text = render(branch, { ...HTTP, upstream });
          const [template] = linesOf(text, 'server-template') as [string];
          return [/ (downinter \S+) /.exec(template)?.[1], ...linesOf(text, 'timeout check')];
        });
      // From 3.1 on a new address is down until its first check.
      const usual =
        branchOrder(branch) >= branchOrder('3.1')
          ? [['downinter 500ms'], ['downinter 2500ms']]
          : [[undefined], [undefined]];
      const seldom = ['downinter 10s', 'timeout check 10s'];
      for (const identity of [{ response: { path: '/identity', body: 'this load balancer' } }, { certificate: {} }]) {
        expect(words(identity)).toEqual([...usual, seldom, seldom]);
      }
    },
  );

  test('an address stays for `hold obsolete` after it left the answer', () => {
    const text = render('3.2', { ...HTTP, resolution: { holdObsoleteMillis: 10_001 } });
    expect(linesOf(text, 'hold obsolete')).toEqual(['hold obsolete 10001ms']);
  });
});

describe('HTTP/2 to the load balancer', () => {
  const server = (branch: string, more: Partial<HaproxyUpstream> = {}) => {
    const upstream = { ...HTTP.upstream, protocol: HaproxyProtocol.HTTP2, ...more };
    const text = render(branch, { ...HTTP, upstream });
    return [...linesOf(text, 'server-template'), ...linesOf(text, 'server elb')].join();
  };

  test('in clear text, with TLS, with an address for each request', () => {
    expect(server('3.2')).toContain(' rise 2 proto h2 ws h1 pool-purge-delay ');
    expect(server('3.2', { tls: { verify: false } })).toContain(
      ` sni str(${NAME}) check-sni ${NAME} alpn h2 check-alpn h2 ws h1 pool-purge-delay `,
    );
    expect(server('3.2', { resolutionMode: HaproxyResolutionMode.PER_REQUEST, tls: { verify: false } })).toContain(
      ` sni str(${NAME}) alpn h2 ws h1 pool-purge-delay `,
    );
  });

  test('with the PROXY protocol each connection belongs to one client', () => {
    const upstream = { ...HTTP.upstream, protocol: HaproxyProtocol.HTTP2, sendProxyProtocol: true };
    expect(linesOf(render('3.0', { ...HTTP, upstream }), 'http-reuse')).toEqual(['http-reuse never']);
  });

  test('2.4 leaves WebSockets to the load balancer', () => {
    expect(server('2.4')).toContain(' proto h2 pool-purge-delay ');
  });

  test('makes the buffer large enough for a frame', () => {
    const limits = { maxHeaderBytes: 4096 };
    const upstream = { ...HTTP.upstream, protocol: HaproxyProtocol.HTTP2 };
    expect(linesOf(render('3.2', { ...HTTP, limits }), 'tune.bufsize')).toEqual(['tune.bufsize 5120']);
    expect(linesOf(render('3.2', { ...HTTP, limits, upstream }), 'tune.bufsize')).toEqual(['tune.bufsize 16384']);
    const routes = [{ name: 'grpc', pathPrefix: '/g', upstream }];
    expect(linesOf(render('3.2', { ...HTTP, limits, routes }), 'tune.bufsize')).toEqual(['tune.bufsize 16384']);
  });
});

describe('words that a branch does not have', () => {
  type Word = Exclude<
    keyof typeof CAPABILITIES,
    | 'autonomousResolution'
    | 'showResolvers'
    | 'parseResolvConf'
    | 'doResolve'
    | 'doResolveTcp'
    | 'prometheus'
    | 'sessionRules'
    | 'sha1'
    | 'sha2'
    | 'nameFormat'
    | 'leavesInPlace'
    | 'http2Upstream'
    | 'websocketProtocol'
    | 'luaWeights'
    | 'luaBooleans'
  >;
  const WORDS: Record<Word, RegExp> = {
    initAddr: /\binit-addr\b/,
    holdErrors: /\bhold (nx|timeout|refused|other)\b/,
    serverTemplate: /\bserver-template\b/,
    holdObsolete: /\bhold obsolete\b/,
    timeoutResolve: /\btimeout resolve\b/,
    acceptedPayloadSize: /\baccepted_payload_size\b/,
    hardStopAfter: /\bhard-stop-after\b/,
    checkSni: /\bcheck-sni\b/,
    sslMinVer: /\bssl-min-ver\b/,
    http2: /\balpn h2,http\/1\.1\b/,
    logStdout: /\blog (stdout|global)\b/,
    poolPurgeDelay: /\bpool-purge-delay\b/,
    retryOn: /\bretry-on\b/,
    httpCheckSend: /\bhttp-check send\b/,
    httpRequestReturn: /\bhttp-request return\b/,
    httpAfterResponse: /\bhttp-after-response\b/,
    countsRate: /\bsc-inc-gpc0\(0\)/,
    ipv6Mask: /\bipmask\(32,64\)/,
    processVariables: /\bproc\.stopping\b/,
    reusesRightly: /\bhttp-reuse safe\b/,
    ownView: /\bdo-resolve\b/,
    headerPatterns: /\bdel-header \S+ -m reg\b/,
    dropTrailers: /\boption http-drop-request-trailers\b/,
    initState: /\binit-state down\b/,
  };

  test.each(Object.keys(WORDS) as Word[])('%s is in the text from its first branch on', (word) => {
    const upstream = { ...HTTP.upstream, tls: {}, identity: { certificate: {} }, healthCheck: { path: '/' } };
    const model = {
      ...HTTP,
      upstream,
      listenTls: {
        certificateFile: '/site.pem',
        clientCertificates: { trustStoreFile: '/ca.pem', verifiedHeader: 'X-Verified' },
      },
      drainTimeMillis: 1000,
      rateLimits: [{ requests: 1 }],
    };
    const having = ALL.filter((branch) => WORDS[word].test(code(render(branch, model))));
    expect(having).toEqual(ALL.filter((branch) => branchOrder(branch) >= branchOrder(CAPABILITIES[word].since)));
  });

  const upstream = { ...HTTP.upstream, resolutionMode: HaproxyResolutionMode.PER_REQUEST };
  const ASKED: [keyof typeof CAPABILITIES, HaproxyConfigModel, RegExp, string][] = [
    [
      'parseResolvConf',
      { ...HTTP, resolution: { parseResolvConf: true } },
      /\bparse-resolv-conf\b/,
      'parseResolvConf needs HAProxy 1.9 or later, and this is BRANCH: give nameservers',
    ],
    [
      'prometheus',
      { ...HTTP, metrics: true },
      /\bprometheus-exporter\b/,
      'metrics needs HAProxy 2.0 or later, and this is BRANCH: leave it out',
    ],
    [
      'sessionRules',
      { ...HTTP, rateLimits: [{ connections: 1 }] },
      /\btcp-request session track-sc0\b/,
      'rateLimits[0].connections needs HAProxy 1.7 or later, and this is BRANCH: give requests',
    ],
    [
      'sha1',
      { ...HTTP, rateLimits: [{ requests: 10 }, { requests: 1, header: 'X-Key' }] },
      /\breq\.fhdr\(X-Key\),sha1\b/,
      'rateLimits[1].header needs HAProxy 1.8 or later, and this is BRANCH: leave it out',
    ],
    ...(['subjectHeader', 'issuerHeader', 'fingerprintHeader'] as const).map(
      (option): [keyof typeof CAPABILITIES, HaproxyConfigModel, RegExp, string] => [
        option === 'fingerprintHeader' ? 'sha2' : 'nameFormat',
        {
          ...HTTP,
          listenTls: { certificateFile: '/a', clientCertificates: { trustStoreFile: '/b', [option]: 'X-Id' } },
        },
        /\bset-header X-Id %\[ssl_c_(s_dn\(,0,rfc2253\)|i_dn\(,0,rfc2253\)|der,sha2\(256\),hex)\] if \{ ssl_c_used \}/,
        `listenTls.clientCertificates.${option} needs HAProxy ${option === 'fingerprintHeader' ? '2.1' : '2.2'} or later, and this is BRANCH: give certificateHeader, which every version has`,
      ],
    ),
    [
      'http2Upstream',
      { ...HTTP, upstream: { ...HTTP.upstream, protocol: HaproxyProtocol.HTTP2 } },
      /^ {4}server-template .* proto h2 /m,
      "protocol 'h2' needs HAProxy 2.4 or later, and this is BRANCH, which keeps HTTP/2 connections to old addresses: use 'h1'",
    ],
    [
      'luaWeights',
      { ...HTTP, upstream: { ...HTTP.upstream, locality: HaproxyLocality.ZONE } },
      /^ {4}setenv HAPROXY_ZONE_BACKENDS upstream\n( {4}tune\.lua\.bool-sample-conversion normal\n)? {4}lua-load \/dev\/fd\/4$/m,
      "locality 'zone' needs HAProxy 2.2 or later, and this is BRANCH: leave it out",
    ],
    [
      'httpRequestReturn',
      { ...HTTP, errorPages: [{ status: 503, body: 'a\nb' }] },
      /\bhttp-error status 503 content-type 'text\/html; charset=utf-8' string a\\nb$/m,
      'errorPages[0].body needs HAProxy 2.2 or later, and this is BRANCH, which reads bodies only from files, and the task has none: leave it out',
    ],
    [
      'httpRequestReturn',
      { ...HTTP, routes: [{ name: 'all', fixedResponse: { status: 404 } }] },
      /^backend fixed-response-all\n {4}http-request return status 404$/m,
      "fixedResponse of route 'all'.status '404' needs HAProxy 2.2 or later, and this is BRANCH: give one of 200, 400, 403, 405, 408, 429, 500, 502, 503, 504",
    ],
    [
      'doResolve',
      { ...HTTP, upstream },
      /\bhttp-request do-resolve\b/,
      "resolutionMode 'per-request' in http mode needs HAProxy 2.0 or later, and this is BRANCH: use 'slots'",
    ],
    [
      'doResolveTcp',
      { ...HTTP, upstream, mode: HaproxyMode.TCP },
      /\btcp-request content do-resolve\b/,
      "resolutionMode 'per-request' in tcp mode needs HAProxy 2.1 or later, and this is BRANCH: use 'slots'",
    ],
  ];

  test.each(ASKED)(
    '%s is written where asked for, and refused before its first branch',
    (word, model, regex, message) => {
      for (const branch of ALL) {
        if (branchOrder(branch) >= branchOrder(CAPABILITIES[word].since)) {
          expect(render(branch, model)).toMatch(regex);
        } else {
          expect(() => render(branch, model)).toThrow(new InputError(message.replace('BRANCH', branch)));
        }
      }
    },
  );
});

describe.each(ALL)('never on %s', (branch) => {
  test('a server-state file, which restores old addresses', () => {
    for (const model of SHAPES) {
      expect(render(branch, model)).not.toMatch(/state-file|state-from-file|state-base/);
    }
  });

  test('a stats socket on the network, with TLS words, or above level user', () => {
    for (const model of SHAPES) {
      const expected = model.runtimeApi ? ['stats socket abns@haproxy-runtime-api-any-9990 level user'] : [];
      expect(linesOf(render(branch, model), 'stats socket')).toEqual(expected);
    }
  });

  test('a privileged port, or a listener that was not requested and that the network reaches', () => {
    const liveness = OLD.includes(branch) ? ['bind 127.0.0.1:8404'] : [];
    expect(linesOf(render(branch, { upstream: HTTP.upstream }), 'bind')).toEqual(['bind :8080', ...liveness]);
  });
});

describe('the runtime API', () => {
  test('passes the commands of the checker, byte for byte, and no other', () => {
    const lines = linesOf(render('3.2'), 'tcp-request content');
    const hex = [...lines.join('\n').matchAll(/-m bin ([0-9a-f]+) /g)].map(([, bytes]) => bytes!);
    const allowed = Object.values(RUNTIME_COMMANDS).map((command) => `${command}\n`);
    expect(hex.map((bytes) => Buffer.from(bytes, 'hex').toString())).toEqual(allowed);
    const lengths = [...lines.join('\n').matchAll(/req\.len (\d+) } { req\.payload\(0,(\d+)\)/g)];
    expect(lengths.map(([, length, payload]) => [length, payload])).toEqual(
      allowed.map(({ length }) => [`${length}`, `${length}`]),
    );
    expect(lines.at(-1)).toBe('tcp-request content reject');
  });

  test('proxies on one host do not share a socket', () => {
    const sockets = [{ port: 9990 }, { port: 9991 }, { address: '::1', port: 9990 }].map((runtimeApi) => {
      const text = render('3.2', { ...HTTP, runtimeApi });
      const [, socket] = /stats socket (\S+)/.exec(text)!;
      expect(linesOf(text, 'server local')).toEqual([`server local ${socket}`]);
      return socket;
    });
    expect(new Set(sockets).size).toBe(3);
  });
});

describe('TLS to the load balancer', () => {
  test('verifies the certificate against the name, and sends the name in requests and checks', () => {
    const tls = `ssl verify required ca-file /etc/ssl/certs/ca-certificates.crt verifyhost ${NAME} sni str(${NAME})`;
    const model = { ...HTTP, upstream: { ...HTTP.upstream, tls: {} } };
    expect(render('1.7', model)).toContain(` weight 100 ${tls} resolvers dns`);
    expect(render('1.8', model)).toContain(` rise 2 ${tls} check-sni ${NAME} resolvers dns`);
    expect(render('1.9', model)).toContain(` check-sni ${NAME} pool-purge-delay 5s pool-max-conn 100 resolvers dns`);
  });
});

describe('raw lines', () => {
  test('are at the end of their section, unchanged', () => {
    const text = render('3.2', {
      ...HTTP,
      rawLines: { global: ['nbthread 2 # two', ''], 'backend upstream': ['fullconn 5'] },
    });
    expect(text).toContain('\n    stats timeout 10s\n    nbthread 2 # two\n\ndefaults\n');
    expect(text).toContain(' init-addr none\n    fullconn 5\n\nfrontend health\n');
  });

  test('need a section that is there', () => {
    expect(() => render('3.2', { upstream: HTTP.upstream, rawLines: { 'backend other': ['fullconn 5'] } })).toThrow(
      new InputError(
        "rawLines has the unknown section 'backend other': allowed are global, defaults, resolvers dns, frontend traffic, backend upstream",
      ),
    );
  });

  test.each(['a\nb', 'a\r'])('are one line each: %j is not', (line) => {
    expect(() => render('3.2', { ...HTTP, rawLines: { global: ['nbthread 2', line] } })).toThrow(
      new InputError(
        `rawLines of 'global' has ${JSON.stringify(line)}, which is more than one line: give one item for each line`,
      ),
    );
  });
});

test.each(ALL)('a token of the CDK passes through %s unchanged, at each place of the name', (branch) => {
  const token = Token.asString({ Ref: 'Elb' });
  for (const model of SHAPES) {
    const text = render(branch, { ...model, upstream: { ...model.upstream, dnsName: token } });
    expect([` ${token}:80 `, ` ${token}:+0 check port 80 `].some((word) => text.includes(word))).toBe(true);
    expect(text.replaceAll(token, NAME)).toBe(render(branch, model));
  }
});

test('the cookie of a share is for HTTPS alone where clients speak TLS, also where it ends before HAProxy', () => {
  const shared: HaproxyConfigModel = {
    ...HTTP,
    shares: [{ name: 'new', percent: 10, upstream: { dnsName: NAME, port: 81 } }],
    shareStickiness: { cookie: 'part' },
  };
  const attributes = (more: Partial<HaproxyConfigModel>) =>
    linesOf(render('3.2', { ...shared, ...more }), 'http-response add-header Set-Cookie').map((line) =>
      line.slice(line.indexOf('; ') + 2, line.lastIndexOf("'")),
    );
  expect(attributes({})).toEqual(['Path=/; HttpOnly; SameSite=Lax']);
  expect(attributes({ tlsInFront: true })).toEqual(['Path=/; HttpOnly; SameSite=Lax; Secure']);
  expect(attributes({ listenTls: { certificateFile: '/certificate.pem' } })).toEqual([
    'Path=/; HttpOnly; SameSite=Lax; Secure',
  ]);
});
