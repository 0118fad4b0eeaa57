import fc from 'fast-check';
import {
  checkBind,
  checkHostName,
  checkNameserver,
  checkPort,
  formatHostPort,
  isAddress,
  parseBind,
  parseUpstream,
} from '../../lib/haproxy/address';
import { InputError } from '../../lib/haproxy/errors';

const TOKEN = `\${Token[TOKEN.123]}`;
const LABEL_OF_63 = 'a'.repeat(63);
const NAME_OF_253 = [LABEL_OF_63, LABEL_OF_63, LABEL_OF_63, 'b'.repeat(61)].join('.');

describe('host names', () => {
  test.each([
    'my-elb-1234567890.eu-west-1.elb.amazonaws.com',
    'localhost',
    'with.trailing.dot.',
    'under_score.example.com',
    '3com.com',
    `${LABEL_OF_63}.com`,
    NAME_OF_253,
    TOKEN,
    `internal-${TOKEN}.elb.amazonaws.com`,
  ])('%s is taken as it is', (name) => {
    expect(checkHostName(name, 'upstream')).toBe(name);
  });

  test.each([
    '',
    '.',
    'a..b',
    '.a',
    '-a.com',
    'a-.com',
    'a b.com',
    'a/b.com',
    'a:80',
    '"a".com',
    '#a.com',
    '$HOME.com',
    'bücher.example',
    '1.2.3',
    'a.256',
    `a${LABEL_OF_63}.com`,
    `${NAME_OF_253}b`,
  ])('%j is refused', (name) => {
    expect(() => checkHostName(name, 'upstream')).toThrow(
      new InputError(
        `upstream '${name}' is not a host name: use letters, digits, '-' and '.', at most 253 characters, 63 between dots`,
      ),
    );
  });

  test.each(['10.0.0.1', '255.255.255.255', '::1', 'fe80::1', '::ffff:10.0.0.1'])('%s is an address', (name) => {
    expect(() => checkHostName(name, 'upstream')).toThrow(
      new InputError(
        `upstream '${name}' is an address: give the host name of the load balancer, because its addresses change`,
      ),
    );
  });

  test.each([`${TOKEN}\nglobal`, `${TOKEN} check`, `#${TOKEN}`, `\${Token[A\nglobal\n]}`])(
    'the text around a token is checked: %j',
    (name) => {
      expect(checkHostName(TOKEN, 'upstream')).toBe(TOKEN);
      expect(() => checkHostName(name, 'upstream')).toThrow(InputError);
    },
  );
});

describe('addresses', () => {
  test.each(['0.0.0.0', '127.0.0.1', '255.255.255.255', '::', '::1', '2001:db8::8a2e:370:7334', '::ffff:1.2.3.4'])(
    '%s is one',
    (text) => {
      expect(isAddress(text)).toBe(true);
    },
  );

  test.each(['', '1', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1.2.3.4.', ' 1.2.3.4', 'a.b.c.d', 'localhost', '[::1]'])(
    '%j is none',
    (text) => {
      expect(isAddress(text)).toBe(false);
    },
  );

  test.each([':', '1:2', ':::', '1::2::3', '12345::', 'fe:80', '::1.2.3'])(
    '%j is none: HAProxy would not start with it',
    (text) => {
      expect(isAddress(text)).toBe(false);
    },
  );

  test('every IPv4 and IPv6 address is one', () => {
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => isAddress(text)));
  });
});

describe('ports', () => {
  test.each([1, 80, 65535])('%d is one', (port) => {
    expect(checkPort(port, 'listen')).toBe(port);
  });

  test.each([0, -1, 65536, 80.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is none', (port) => {
    expect(() => checkPort(port, 'listen')).toThrow(
      new InputError(`listen '${port}' is not a port: give a whole number from 1 to 65535`),
    );
  });
});

describe('NAME:PORT', () => {
  test.each([
    ['my-elb.example.com:80', { dnsName: 'my-elb.example.com', port: 80 }],
    [`${TOKEN}:443`, { dnsName: TOKEN, port: 443 }],
  ])('%s', (text, upstream) => {
    expect(parseUpstream(text, '--upstream')).toEqual(upstream);
  });

  test.each([
    ['80', "--upstream '80' has no host name: give NAME:PORT"],
    [':80', "--upstream ':80' is not valid: give NAME:PORT"],
    ['a:b:80', "--upstream 'a:b:80' is not valid: give NAME:PORT"],
    ['::1:80', "--upstream '::1:80' is not valid: give NAME:PORT"],
    ['a:0', "port of --upstream 'a:0': '0' is not a port: give a whole number from 1 to 65535"],
    ['a:65536', "port of --upstream 'a:65536': '65536' is not a port: give a whole number from 1 to 65535"],
    [
      'a_b!:80',
      "--upstream 'a_b!' is not a host name: use letters, digits, '-' and '.', at most 253 characters, 63 between dots",
    ],
    [
      '10.0.0.1:80',
      "--upstream '10.0.0.1' is an address: give the host name of the load balancer, because its addresses change",
    ],
    [
      '[::1]:80',
      "--upstream '::1' is an address: give the host name of the load balancer, because its addresses change",
    ],
  ])('%j is refused', (text, message) => {
    expect(() => parseUpstream(text, '--upstream')).toThrow(new InputError(message));
  });

  test.each(['my-elb.example.com', 'my-elb.example.com:', 'my-elb.example.com:http', 'a:-1', 'a:8e1', 'a: 80'])(
    '%j is refused',
    (text) => {
      expect(() => parseUpstream(text, '--upstream')).toThrow(
        new InputError(`--upstream '${text}' is not valid: give NAME:PORT`),
      );
    },
  );
});

describe('[ADDR:]PORT', () => {
  test.each([
    ['8080', { port: 8080 }],
    ['*:8080', { port: 8080 }],
    ['127.0.0.1:8080', { address: '127.0.0.1', port: 8080 }],
    ['[::1]:8080', { address: '::1', port: 8080 }],
  ])('%s', (text, bind) => {
    expect(parseBind(text, '--listen')).toEqual(bind);
  });

  test.each([
    ['localhost:8080', "--listen 'localhost' is not an address to listen on: give [ADDR:]PORT with an IP address"],
    ['::1:8080', "--listen '::1:8080' is not valid: give PORT, ADDR:PORT or [IPV6]:PORT"],
    ['70000', "port of --listen '70000': '70000' is not a port: give a whole number from 1 to 65535"],
  ])('%s is refused', (text, message) => {
    expect(() => parseBind(text, '--listen')).toThrow(new InputError(message));
  });

  test('a bind of a model is checked in the same way', () => {
    expect(checkBind({ port: 80 }, 'health')).toEqual({ port: 80 });
    expect(() => checkBind({ address: 'eth0', port: 80 }, 'health')).toThrow(
      new InputError("health 'eth0' is not an address to listen on: give [ADDR:]PORT with an IP address"),
    );
    expect(() => checkBind({ address: '::', port: 0 }, 'health')).toThrow(
      new InputError("health '0' is not a port: give a whole number from 1 to 65535"),
    );
  });
});

describe('IP:PORT of a name server', () => {
  test.each(['169.254.169.253:53', '[fd00:ec2::253]:53'])('%s', (text) => {
    expect(checkNameserver(text)).toBe(text);
  });

  test.each([
    [
      'dns.example.com:53',
      "name server 'dns.example.com:53' is not IP:PORT: give an IP address and a port, such as 169.254.169.253:53",
    ],
    ['53', "name server '53' is not IP:PORT: give an IP address and a port, such as 169.254.169.253:53"],
    ['::1:53', "name server '::1:53' is not valid: give IP:PORT or [IPV6]:PORT"],
    ['10.0.0.2:0', "port of name server '10.0.0.2:0': '0' is not a port: give a whole number from 1 to 65535"],
  ])('%s is refused', (text, message) => {
    expect(() => checkNameserver(text)).toThrow(new InputError(message));
  });
});

test('HOST:PORT of an IPv6 address has brackets, so that it reads back as the same', () => {
  expect(formatHostPort('10.0.0.1', 53)).toBe('10.0.0.1:53');
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65535 }), (address, port) => {
      expect(parseBind(formatHostPort(address, port), 'listen')).toEqual({ address, port });
    }),
  );
});

test.each([
  () => checkHostName('a\nb', 'upstream'),
  () => parseUpstream('a:8\r\n0', '--upstream'),
  () => checkBind({ address: 'a\nb', port: 80 }, 'listen'),
  () => checkNameserver('a\nb:53'),
])('an error is one line, whatever was given: %#', (act) => {
  let message = '';
  try {
    act();
  } catch (error) {
    message = (error as InputError).message;
  }
  expect(message).toMatch(/^.+$/);
});
