import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Token } from 'aws-cdk-lib';
import { BRANCHES, SINCE } from '../../lib/haproxy/branches';
import { InputError } from '../../lib/haproxy/errors';
import { type HaproxyConfigModel, HaproxyMode } from '../../lib/haproxy/model';
import { HaproxyConfig } from '../../lib/haproxy/render';
import { compareBranches, HaproxyVersion } from '../../lib/haproxy/version';

const NAME = 'my-elb-1234567890.eu-west-1.elb.amazonaws.com';
const HTTP: HaproxyConfigModel = {
  upstream: { dnsName: NAME, port: 80 },
  health: { port: 8404 },
  runtimeApi: { port: 9990 },
};
const TCP: HaproxyConfigModel = {
  upstream: { dnsName: NAME, port: 443, tls: true, slots: 8 },
  mode: HaproxyMode.TCP,
  listen: { address: '10.0.0.1', port: 8443 },
  resolution: { nameservers: ['10.0.0.2:53', '[fd00::2]:53'], holdValidMillis: 5000, holdObsoleteMillis: 90_000 },
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
const SHAPES = [HTTP.mode, HaproxyMode.TCP].flatMap((mode) =>
  [false, true].flatMap((tls) =>
    [undefined, { port: 8404 }].flatMap((health) =>
      [undefined, { port: 9990 }].map(
        (runtimeApi): HaproxyConfigModel => ({ upstream: { ...HTTP.upstream, tls }, mode, health, runtimeApi }),
      ),
    ),
  ),
);

describe('the whole text (UPDATE_GOLDEN=1 writes the files)', () => {
  const GOLDEN: [string, string, HaproxyConfigModel][] = [
    ...ALL.map((branch): [string, string, HaproxyConfigModel] => [`${branch}-http.cfg`, branch, HTTP]),
    ...['1.7', '1.8', '2.0', '3.2'].map((branch): [string, string, HaproxyConfigModel] => [
      `${branch}-tcp.cfg`,
      branch,
      TCP,
    ]),
  ];

  test.each(GOLDEN)('%s', (name, branch, model) => {
    const file = path.join(__dirname, '../fixtures/render', name);
    const text = render(branch, model);
    if (process.env.UPDATE_GOLDEN === '1' && !process.env.CI) {
      writeFileSync(file, text);
    }
    expect(existsSync(file)).toBe(true);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });
});

describe('1.6 and 1.7', () => {
  test('the health check that makes the name resolve asks HAProxy itself and cannot take the server down', () => {
    const line = `server elb1 ${NAME}:80 check addr 127.0.0.1 port 8404 inter 5s fall 17280 weight 100 resolvers dns resolve-prefer ipv4`;
    expect(linesOf(render('1.6'), 'server elb1')).toEqual([line]);
    expect(linesOf(render('1.7'), 'server elb1')).toEqual([`${line} init-addr none`]);
  });

  test.each(OLD)('%s: the target of that check is there although nobody asked for one', (branch) => {
    const text = render(branch, { upstream: HTTP.upstream });
    expect(text).toContain('\nfrontend health\n    bind 127.0.0.1:8404\n    mode http\n    monitor-uri /live\n');
    expect(linesOf(text, 'server elb1')[0]).toContain(' check addr 127.0.0.1 port 8404 ');
  });

  test.each(OLD)('%s: that target takes no port from another listener', (branch) => {
    expect(() => render(branch, { upstream: HTTP.upstream, listen: { port: 8404 } })).toThrow(
      new InputError('health port 8404 is taken by listen: give each listener a port of its own'),
    );
    expect(() => render(branch, { upstream: HTTP.upstream, runtimeApi: { port: 8404 } })).toThrow(
      new InputError('runtime API port 8404 is taken by health: give each listener a port of its own'),
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
  test.each(NEW)('%s: several slots, without an address until DNS gives one', (branch) => {
    expect(linesOf(render(branch), 'server-template')).toEqual([
      `server-template elb 16 ${NAME}:80 check inter 2s fastinter 1s fall 2 rise 2 on-marked-down shutdown-sessions resolvers dns resolve-prefer ipv4 init-addr none`,
    ]);
    expect(linesOf(render(branch), 'server elb1')).toEqual([]);
  });

  test.each(NEW)('%s: the period of resolution is the same, whichever of the two words decides it', (branch) => {
    const text = render(branch, { ...HTTP, resolution: { holdValidMillis: 7000 } });
    expect(linesOf(text, 'hold valid')).toEqual(['hold valid 7s']);
    expect(linesOf(text, 'timeout resolve')).toEqual(['timeout resolve 7s']);
  });

  test('an address stays for `hold obsolete` after it left the answer', () => {
    const text = render('3.2', { ...HTTP, resolution: { holdObsoleteMillis: 0 } });
    expect(linesOf(text, 'hold obsolete')).toEqual(['hold obsolete 0ms']);
  });
});

describe('words that a branch does not know', () => {
  const WORDS: Record<Exclude<keyof typeof SINCE, 'autonomousResolution' | 'showResolvers'>, RegExp> = {
    initAddr: /\binit-addr\b/,
    holdErrors: /\bhold (nx|timeout|refused|other)\b/,
    serverTemplate: /\bserver-template\b/,
    holdObsolete: /\bhold obsolete\b/,
    timeoutResolve: /\btimeout resolve\b/,
    acceptedPayloadSize: /\baccepted_payload_size\b/,
    hardStopAfter: /\bhard-stop-after\b/,
    checkSni: /\bcheck-sni\b/,
    logStdout: /\blog (stdout|global)\b/,
  };

  test.each(Object.keys(WORDS) as (keyof typeof WORDS)[])('%s stands in the text from its first branch on', (word) => {
    const model = { ...HTTP, upstream: { ...HTTP.upstream, tls: true } };
    const having = ALL.filter((branch) => WORDS[word].test(code(render(branch, model))));
    expect(having).toEqual(ALL.filter((branch) => compareBranches(branch, SINCE[word]) >= 0));
  });
});

describe.each(ALL)('never on %s', (branch) => {
  test('a server-state file, which brings old addresses back', () => {
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

  test('a privileged port, or a listener that nobody asked for and that the network reaches', () => {
    const liveness = OLD.includes(branch) ? ['bind 127.0.0.1:8404'] : [];
    expect(linesOf(render(branch, { upstream: HTTP.upstream }), 'bind')).toEqual(['bind :8080', ...liveness]);
  });
});

describe('the runtime API', () => {
  test('lets three commands through, byte for byte, and no other', () => {
    const lines = linesOf(render('3.2'), 'tcp-request content');
    const hex = [...lines.join('\n').matchAll(/-m bin ([0-9a-f]+) /g)].map(([, bytes]) => bytes!);
    // `quit` ends the connection before a second line can be read.
    const commands = ['show info;quit\n', 'show servers state;quit\n', 'show resolvers;quit\n'];
    expect(hex.map((bytes) => Buffer.from(bytes, 'hex').toString())).toEqual(commands);
    const lengths = [...lines.join('\n').matchAll(/req\.len (\d+) } { req\.payload\(0,(\d+)\)/g)];
    expect(lengths.map(([, length, payload]) => [Number(length), Number(payload)])).toEqual(
      commands.map((command) => [command.length, command.length]),
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
  test('verifies the certificate against the name, and says the name in requests and checks', () => {
    const tls = `ssl verify required ca-file /etc/ssl/certs/ca-certificates.crt verifyhost ${NAME} sni str(${NAME})`;
    const model = { ...HTTP, upstream: { ...HTTP.upstream, tls: true } };
    expect(render('1.7', model)).toContain(` weight 100 ${tls} resolvers dns`);
    expect(render('1.8', model)).toContain(` shutdown-sessions ${tls} check-sni ${NAME} resolvers dns`);
  });
});

test.each(ALL)('a token of the CDK passes through %s unbroken, wherever the name stands', (branch) => {
  const token = Token.asString({ Ref: 'Elb' });
  for (const model of SHAPES) {
    const text = render(branch, { ...model, upstream: { ...model.upstream, dnsName: token } });
    expect(text).toContain(` ${token}:80 `);
    expect(text.replaceAll(token, NAME)).toBe(render(branch, model));
  }
});
