import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';

/** What is found by one rule, as `line:column message → help`. */
function found(rule: string, branch: string, ...lines: string[]): string[] {
  return lint(lines.join('\n'), HaproxyVersion.of(branch))
    .filter((finding) => finding.rule === rule)
    .map(({ line, column, severity, message, help }) => {
      expect(severity).toBe('warning');
      return `${line}:${column} ${message} → ${help}`;
    });
}

const SERVER = '    server s1 elb.test:80 check resolvers dns';
const DNS = ['resolvers dns', '    nameserver d 10.0.0.2:53'];

describe('start-needs-dns', () => {
  const rule = 'start-needs-dns';
  const hit =
    "2:15 HAProxy does not start, or starts without this server permanently, when 'elb.test' does not resolve → add 'init-addr none'";

  test.each(['1.7', '3.4'])('%s', (branch) => {
    expect(found(rule, branch, 'backend b', SERVER)).toEqual([hit]);
    expect(found(rule, branch, 'backend b', `${SERVER} init-addr last,libc`)).toEqual([hit]);
    expect(found(rule, branch, 'backend b', `${SERVER} init-addr none init-addr libc`)).toEqual([hit]);
    expect(found(rule, branch, 'backend b', `${SERVER} init-addr last,none`)).toEqual([]);
    expect(found(rule, branch, 'backend b', `${SERVER} init-addr libc,10.0.0.1`)).toEqual([]);
    expect(found(rule, branch, 'backend b', `${SERVER} init-addr ::1`)).toEqual([]);
    expect(found(rule, branch, 'backend b', '    default-server init-addr none', SERVER)).toEqual([]);
    expect(found(rule, branch, 'backend b', SERVER.replace('elb.test', '10.0.0.1'))).toEqual([]);
  });

  test('a server line without the setting needs it too', () => {
    const lines = ['backend b', '    default-server resolvers dns', '    server s1 elb.test:80'];
    expect(found(rule, '3.2', ...lines)).toEqual([hit.replace('2:', '3:')]);
  });

  test('1.6 cannot do otherwise', () => {
    expect(found(rule, '1.6', 'backend b', SERVER)).toEqual([]);
  });
});

describe('hold-obsolete', () => {
  const rule = 'hold-obsolete';
  const short = (line: string) => `${line} is not longer than the time between two queries → write 'hold obsolete 30s'`;

  const on = (branch: string, ...lines: string[]) =>
    found(rule, branch, ...DNS, ...lines.map((line) => `    ${line}`), 'backend b', SERVER);

  test.each(['1.8', '3.4'])('%s', (branch) => {
    expect(on(branch)).toEqual([
      "1:1 resolvers 'dns' drops an address that is missing in one answer: 'hold obsolete' is 0 by default → write 'hold obsolete 30s'",
    ]);
    expect(on(branch, 'hold obsolete 1s')).toEqual([short("3:5 'hold obsolete 1s'")]);
    expect(on(branch, 'hold obsolete 30s', 'hold obsolete 0')).toEqual([short("4:5 'hold obsolete 0'")]);
    expect(on(branch, 'hold obsolete 1d')).toEqual([]);
  });

  test.each([
    ['1.8', 'hold valid', 10],
    ['2.0', 'hold valid', 10],
    ['2.1', 'timeout resolve', 1],
    ['3.4', 'timeout resolve', 1],
  ])('%s asks every `%s`, %i s by default', (branch, period, seconds) => {
    expect(on(branch, `hold obsolete ${seconds}s`)).toHaveLength(1);
    expect(on(branch, `hold obsolete ${seconds * 1000 + 1}`)).toEqual([]);
    expect(on(branch, `${period} 15s`, 'hold obsolete 15s')).toEqual([short("4:5 'hold obsolete 15s'")]);
    expect(on(branch, `${period} 15s`, 'hold obsolete 16s')).toEqual([]);
    expect(on(branch, `${period} 10m`)).toEqual([
      "1:1 resolvers 'dns' drops an address that is missing in one answer: 'hold obsolete' is 0 by default → write 'hold obsolete 1200s'",
    ]);
  });

  test.each([
    ['8 slots', ['server-template e 8 elb.test:80 resolvers dns'], 0],
    ['8 slots on two lines', Array(2).fill('server-template e 4 elb.test:80 resolvers dns'), 0],
    [
      '8 slots for each of two names',
      ['elb.test', 'b.test'].map((name) => `server-template e 8 ${name}:80 resolvers dns`),
      0,
    ],
    ['9 slots', ['server-template e 9 elb.test:80 resolvers dns'], 1],
    ['9 slots on two lines', [5, 4].map((slots) => `server-template e ${slots} elb.test:80 resolvers dns`), 1],
    [
      '8 slots, and 16 of other resolvers',
      ['server-template e 8 elb.test:80 resolvers dns', 'server-template f 16 b.test:80 resolvers other'],
      0,
    ],
    [
      '8 slots, and 16 for another name',
      ['server-template e 8 elb.test:80 resolvers dns', 'server-template f 16 b.test:80 resolvers dns'],
      1,
    ],
    ['a slot', ['server e elb.test:80 resolvers dns'], 1],
    ['as many slots as a variable says', ['server-template e "$SLOTS" elb.test:80 resolvers dns'], 1],
  ])('a hold of 0 with %s: %i', (_, servers, count) => {
    const lines = servers.map((line) => `    ${line}`);
    const findings = (hold: string[]) => found(rule, '3.2', ...DNS, ...hold, 'backend b', ...lines);
    expect(findings(['    hold obsolete 0s'])).toHaveLength(count);
    // A default.
    expect(findings([])).toHaveLength(1);
  });

  test('is not there before 1.8, nor for resolvers that no server uses', () => {
    expect(found(rule, '1.7', ...DNS, 'backend b', SERVER)).toEqual([]);
    expect(found(rule, '3.2', ...DNS, 'backend b', SERVER.replace('dns', 'other'))).toEqual([]);
  });
});

describe('small-payload', () => {
  const rule = 'small-payload';
  const bytes = (at: string, size: number) =>
    `${at} resolvers 'dns' accepts answers of up to ${size} bytes: about 28 addresses fit → write 'accepted_payload_size 8192'`;

  test.each(['1.8', '3.4'])('%s', (branch) => {
    const on = (...lines: string[]) =>
      found(rule, branch, ...DNS, ...lines.map((line) => `    ${line}`), 'backend b', SERVER);
    expect(on()).toEqual([bytes('1:1', 512)]);
    expect(on('accepted_payload_size 512')).toEqual([bytes('3:5', 512)]);
    expect(on('accepted_payload_size 513')).toEqual([]);
  });

  // Running 2.6.12, 2.8.25 and 3.4.7 count an answer of 60 addresses over TCP as too big, and take it with 8192.
  test('the bound counts for TCP name servers too', () => {
    const tcp = DNS.map((line) => line.replace('10.0.0.2', 'tcp@10.0.0.2'));
    expect(found(rule, '3.4', ...tcp, 'backend b', SERVER)).toEqual([bytes('1:1', 512)]);
  });

  test('is not there before 1.8', () => {
    expect(found(rule, '1.7', ...DNS, 'backend b', SERVER)).toEqual([]);
  });
});

describe('single-slot', () => {
  const hit = (line: number) =>
    `${line}:15 one slot for all addresses of 'elb.test' → use 'server-template PREFIX 16' instead of 'server NAME'`;

  test.each(['1.8', '3.4'])('%s', (branch) => {
    const on = (...lines: string[]) => found('single-slot', branch, 'backend b', ...lines.map((line) => `    ${line}`));
    expect(on(SERVER.trim())).toEqual([hit(2)]);
    expect(on('default-server resolvers dns', 'server s1 elb.test:80')).toEqual([hit(3)]);
    expect(on('server-template s 2 elb.test:80 resolvers dns')).toEqual([]);
    expect(on('server-template s 1-2 elb.test:80 resolvers dns')).toEqual([]);
    expect(on('server-template s 1 elb.test:80 resolvers dns')).toHaveLength(1);
    expect(on('server s1 elb.test:80', 'server s2 10.0.0.1:80 resolvers dns')).toEqual([]);
  });

  test('1.7 has no finding', () => {
    expect(found('single-slot', '1.7', 'backend b', SERVER)).toEqual([]);
  });
});

describe('privileged-port', () => {
  const hit = (at: string, port: number, branch: string) =>
    `${at} port ${port} is below 1024, and the official image of ${branch} does not run as root → listen on port 1024 or above, and let the load balancer or the port mapping translate`;

  test.each(['2.4', '3.4'])('%s', (branch) => {
    const on = (bind: string) => found('privileged-port', branch, 'frontend f', `    bind ${bind}`);
    expect(on('*:80')).toEqual([hit('2:10', 80, branch)]);
    expect(on(':443 ssl')).toEqual([hit('2:10', 443, branch)]);
    expect(on('[::]:1023')).toEqual([hit('2:10', 1023, branch)]);
    expect(on('"10.0.0.1:8080,10.0.0.1:80"')).toEqual([hit('2:10', 80, branch)]);
    expect(['*:1024', ':0', '/run/x.sock', 'fd@3', 'unix@/run/80'].flatMap(on)).toEqual([]);
  });

  test('images before 2.4 run as root', () => {
    expect(found('privileged-port', '2.3', 'frontend f', '    bind *:80')).toEqual([]);
  });
});

describe('check-without-host', () => {
  const on = (branch: string, ...lines: string[]) =>
    found('check-without-host', branch, 'backend b', ...lines.map((line) => `    ${line}`));
  const CHECKED = SERVER.trim();

  test('from 2.2 on the help is http-check send', () => {
    const hit =
      "2:5 the HTTP check of 'b' sends no Host header → add 'http-check send meth GET uri /PATH ver HTTP/1.1 hdr Host NAME'";
    expect(on('2.2', 'option httpchk', CHECKED)).toEqual([hit]);
    expect(on('3.4', 'option httpchk GET /health', CHECKED)).toEqual([hit]);
    expect(on('3.4', 'option httpchk', 'http-check send hdr X-Host a', CHECKED)).toEqual([hit]);
    expect(on('3.4', 'option httpchk', 'http-check send meth GET hdr host a', CHECKED)).toEqual([]);
  });

  test('before, the header hides in the version', () => {
    expect(on('2.1', 'option httpchk GET /', CHECKED)).toEqual([
      "2:5 the HTTP check of 'b' sends no Host header → write 'option httpchk GET /PATH HTTP/1.1\\r\\nHost:\\ NAME'",
    ]);
    expect(on('2.1', 'option httpchk GET / HTTP/1.1\\r\\nHost:\\ a', CHECKED)).toEqual([]);
  });

  test('no check, no name, or a check of another host', () => {
    for (const server of [
      'server s1 elb.test:80 resolvers dns',
      `${CHECKED} no-check`,
      'server s1 10.0.0.1:80 check',
      `${CHECKED} addr 127.0.0.1`,
    ]) {
      expect(on('3.2', 'option httpchk', server)).toEqual([]);
    }
    expect(on('3.2', CHECKED)).toEqual([]);
  });
});

describe('check-without-sni', () => {
  const on = (branch: string, ...lines: string[]) =>
    found('check-without-sni', branch, 'backend b', ...lines.map((line) => `    ${line}`));
  const TLS = `${SERVER.trim()} ssl verify required`;
  const hit = "2:15 the TLS check of 'elb.test' sends no server name → add 'check-sni elb.test'";

  test.each(['1.8', '3.2'])('%s', (branch) => {
    expect(on(branch, TLS)).toEqual([hit]);
    expect(on(branch, `${TLS} check-sni elb.test`)).toEqual([]);
    expect(on(branch, TLS.replace('verify required', 'verify none'))).toEqual([]);
    expect(on(branch, `${TLS} no-ssl`)).toEqual([]);
    expect(on(branch, `${TLS} no-check`)).toEqual([]);
    expect(on(branch, `${TLS} addr 127.0.0.1`)).toEqual([]);
    expect(on(branch, 'default-server ssl check', 'server s1 elb.test:80')).toEqual([hit.replace('2:', '3:')]);
  });

  test.each(['1.7', '3.3', '3.4'])('%s does not have it, or does it automatically', (branch) => {
    expect(on(branch, TLS)).toEqual([]);
  });
});

describe('idle-time', () => {
  test('from 1.9 on in the pool', () => {
    const on = (branch: string, words: string) => found('idle-time', branch, 'backend b', `${SERVER} ${words}`);
    for (const branch of ['1.9', '3.4']) {
      for (const delay of ['60s', '1m', '60000']) {
        expect(on(branch, `pool-purge-delay ${delay}`)).toEqual([
          `2:15 idle connections to 'elb.test' are kept for ${delay} or longer; an Application Load Balancer closes them after 60 s → write 'pool-purge-delay 5s'`,
        ]);
      }
      expect(on(branch, 'pool-purge-delay 59s')).toEqual([]);
      expect(on(branch, '')).toEqual([]);
    }
    expect(on('1.8', 'pool-purge-delay 60s')).toEqual([]);
  });

  test('before, with the client', () => {
    const on = (branch: string, time: string) =>
      found('idle-time', branch, 'defaults', `    timeout http-keep-alive ${time}`, 'backend b', SERVER);
    expect(on('1.8', '60s')).toEqual([
      "2:29 before 1.9 the connection to the load balancer idles as long as the client's, here 60s; an Application Load Balancer closes it after 60 s → write 'timeout http-keep-alive 50s'",
    ]);
    expect(on('1.8', '59s')).toEqual([]);
    expect(on('1.9', '60s')).toEqual([]);
    expect(found('idle-time', '1.8', 'defaults', '    timeout http-keep-alive 60s')).toEqual([]);
  });
});

describe('kept-connections', () => {
  const on = (branch: string, ...lines: string[]) => found('kept-connections', branch, ...lines);
  const HTTP = ['defaults', '    mode http'];
  const hit = (at: string) =>
    `${at} clients that keep their connection stay on the old address of 'elb.test' as long as it answers → add 'option http-server-close', or run 3.0 or later`;

  test.each(['1.6', '2.3', '2.4', '2.9'])('%s stays where an address is replaced in one step', (branch) => {
    expect(on(branch, ...HTTP, 'backend b', SERVER)).toEqual([hit('4:15')]);
    expect(on(branch, 'backend b', '    mode http', SERVER)).toEqual([hit('3:15')]);
    expect(on(branch, ...HTTP, 'listen l', '    mode tcp', SERVER)).toEqual([]);
    expect(on(branch, 'backend b', SERVER)).toEqual([]);
    expect(on(branch, ...HTTP, 'backend b', SERVER.replace(' resolvers dns', ''))).toEqual([]);
    for (const option of ['http-server-close', 'httpclose']) {
      expect(on(branch, ...HTTP, `    option ${option}`, 'backend b', SERVER)).toEqual([]);
    }
  });

  test.each(['proto h2', 'alpn h2,http/1.1'])('the options do not close a connection of HTTP/2: %s', (words) => {
    const http2 = hit('5:15').replace(/→ .*/, '→ run 3.0 or later');
    const server = (slots: string) => `${SERVER.replace('server s1', `server-template s ${slots}`)} ${words}`;
    const lines = (slots: string) => [...HTTP, '    option http-server-close', 'backend b', server(slots)];
    for (const branch of ['2.2', '2.9']) {
      expect(on(branch, ...lines('1')).map((line) => line.replace(/^5:\d+/, '5:15'))).toEqual([http2]);
    }
    // Before 2.4 also an address that DNS takes away, with any number of slots.
    expect(on('2.2', ...lines('16'))).toHaveLength(1);
    expect(on('2.4', ...lines('16'))).toEqual([]);
    expect(on('3.0', ...lines('1'))).toEqual([]);
  });

  test('the defaults above apply, or those that the section names', () => {
    const defaults = ['defaults web', '    mode http', 'defaults', '    mode tcp'];
    expect(on('2.8', ...defaults, 'backend b', SERVER)).toEqual([]);
    expect(on('2.8', ...defaults, 'backend b from web', SERVER)).toEqual([hit('6:15')]);
  });

  test.each(['+0', '-8000'])('with the relative port %s, 2.4 and later leave it', (port) => {
    const server = SERVER.replace(':80', `:${port}`);
    expect(on('2.4', ...HTTP, 'backend b', server)).toEqual([]);
    expect(on('2.9', ...HTTP, 'backend b', server)).toEqual([]);
    expect(on('2.3', ...HTTP, 'backend b', server)).toEqual([hit('4:15')]);
  });

  test('several slots, a pool without room and 3.0 leave it', () => {
    expect(on('2.8', ...HTTP, 'backend b', SERVER.replace('server s1', 'server-template elb 4'))).toEqual([]);
    expect(on('2.8', ...HTTP, 'backend b', `${SERVER} pool-max-conn 0`)).toEqual([]);
    expect(on('3.0', ...HTTP, 'backend b', SERVER)).toEqual([]);
  });
});

test('a file of Windows and one of Unix have the same warnings', () => {
  const lines = [...DNS, 'defaults', ' timeout http-keep-alive 2m', 'frontend f', ' bind *:80', 'backend b', SERVER];
  for (const branch of ['1.8', '3.2']) {
    const version = HaproxyVersion.of(branch);
    expect(lint(lines.join('\r\n'), version)).toEqual(lint(lines.join('\n'), version));
  }
});
