import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { parseSpec, readSpec, SPEC_FILE, specJsonSchema } from '../../bin/spec';
import { InputError } from '../../lib/haproxy/errors';

const ROOT = path.resolve(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const SPEC = `vpc:
  id: vpc-0123456789abcdef0
  availabilityZones: [eu-west-1a]
  privateSubnetIds: [subnet-0aaaaaaaaaaaaaaaa]
proxies:
  orders:
    upstream:
      dnsName: elb.example.com
      port: 80
`;

/** The spec with one text in place of another. */
function changed(from: string | RegExp, to: string): string {
  const text = SPEC.replace(from, to);
  expect(text).not.toBe(SPEC);
  return text;
}

/** The spec up to a word. */
const upTo = (word: string) => SPEC.slice(0, SPEC.indexOf(word));

/** For titles that say what is the matter. */
const named = (cases: [source: string, message: string][]) => cases.map(([source, message]) => ({ source, message }));

const proxyWith = (line: string) => `${SPEC}    ${line}\n`;

describe('the example of this repository', () => {
  test('can be read', () => {
    const { proxies, environment, vpc } = readSpec(path.join(ROOT, SPEC_FILE));
    expect(environment).toEqual({ account: '111111111111', region: 'eu-west-1' });
    expect(vpc.availabilityZones).toHaveLength(vpc.privateSubnetIds.length);
    expect(Object.entries(proxies).map(([name, { haproxyVersion, mode }]) => [name, haproxyVersion, mode])).toEqual([
      ['orders', '3.2', 'http'],
      ['payments', '2.8', 'tcp'],
    ]);
  });

  test('names the schema, and fits it', () => {
    expect(read(SPEC_FILE).split('\n')[0]).toBe('# yaml-language-server: $schema=./haproxy-elb.schema.json');
    const validate = new Ajv({ strict: false }).compile(JSON.parse(read('haproxy-elb.schema.json')));
    expect([validate(parse(read(SPEC_FILE))), validate.errors]).toEqual([true, null]);
  });
});

test('the schema for editors is that of the reader (npm run schema)', () => {
  expect(JSON.parse(read('haproxy-elb.schema.json'))).toEqual(JSON.parse(JSON.stringify(specJsonSchema())));
});

test('what a spec leaves out', () => {
  expect(parseSpec(SPEC, 's.yaml')).toEqual({
    stackName: 'haproxy-elb',
    vpc: {
      id: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a'],
      privateSubnetIds: ['subnet-0aaaaaaaaaaaaaaaa'],
    },
    proxies: {
      orders: {
        haproxyVersion: '3.2',
        upstream: { dnsName: 'elb.example.com', port: 80, tls: false },
        mode: 'http',
        listenPort: 8080,
        holdValid: '10s',
        slots: 16,
        desiredCount: 2,
      },
    },
  });
});

test('a file that is not there', () => {
  expect(() => readSpec('/no/such.yaml')).toThrow(
    new InputError('/no/such.yaml: cannot be read (ENOENT): give the path of a spec file'),
  );
});

describe('what is no YAML, in the words of the parser', () => {
  test.each([
    [
      '11:1: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
      `${SPEC}stackName: [1\n`,
    ],
    ['10:1: not YAML: Tabs are not allowed as indentation', `${SPEC}\tx: 1\n`],
    ['10:1: not YAML: Map keys must be unique', `${SPEC}proxies: {}\n`],
  ])('%s', (message, source) => {
    expect(() => parseSpec(source, 's.yaml')).toThrow(new InputError(`s.yaml:${message}`));
  });

  test('an alias of nothing', () => {
    const read = () => parseSpec(`${SPEC}stackName: *nope\n`, 's.yaml');
    expect(read).toThrow(InputError);
    expect(read).toThrow(
      /^s\.yaml:\d+:\d+: not YAML: Unresolved alias \(the anchor must be set before the alias\): nope$/,
    );
  });
});

describe('an unknown key is shown where it stands', () => {
  const TOP = 'stackName, environment, vpc, proxies';
  const PROXY = 'haproxyVersion, upstream, mode, listenPort, nameservers, holdValid, holdObsolete, slots, desiredCount';
  test.each(
    named([
      [`${SPEC}extra: 1\n`, `10:1: unknown key 'extra' in the file: allowed are ${TOP}`],
      [`${SPEC}extra:\n  a: 1\n`, `10:1: unknown key 'extra' in the file: allowed are ${TOP}`],
      [
        changed('  id:', '  name: a\n  id:'),
        "2:3: unknown key 'name' in vpc: allowed are id, availabilityZones, privateSubnetIds",
      ],
      [
        `${SPEC}environment:\n  account: "111111111111"\n  region: eu-west-1\n  zone: a\n`,
        "13:3: unknown key 'zone' in environment: allowed are account, region",
      ],
      [proxyWith('slot: 4'), `10:5: unknown key 'slot' in proxies.orders: allowed are ${PROXY}`],
      [
        changed('80\n', '80\n      sni: a\n'),
        "10:7: unknown key 'sni' in proxies.orders.upstream: allowed are dnsName, port, tls",
      ],
    ]),
  )('$message', ({ source, message }) => {
    expect(() => parseSpec(source, 's.yaml')).toThrow(new InputError(`s.yaml:${message}`));
  });

  test('so is a name that cannot be one', () => {
    expect(() => parseSpec(changed('orders', 'my_orders'), 's.yaml')).toThrow(
      new InputError(
        's.yaml:6:3: proxies.my_orders is not usable as a name: give a letter, then letters, digits and hyphens, at most 63',
      ),
    );
  });
});

/** Mistakes that an editor can show too, because the schema knows them. */
const STRUCTURAL: [string, string][] = [
  ['', 's.yaml:1:1: the file is null: give a mapping'],
  ['- a', 's.yaml:1:1: the file is ["a"]: give a mapping'],
  ['hello', 's.yaml:1:1: the file is "hello": give a mapping'],
  [SPEC.slice(SPEC.indexOf('proxies:')), 's.yaml:1:1: vpc is missing: give a mapping'],
  [upTo('proxies:'), 's.yaml:1:1: proxies is missing: give a mapping'],
  [`${upTo('upstream')}mode: tcp\n`, 's.yaml:7:5: proxies.orders.upstream is missing: give a mapping'],
  [changed(/ +dnsName.*\n/, ''), 's.yaml:8:7: proxies.orders.upstream.dnsName is missing: give a string'],
  [changed('80', '"80"'), 's.yaml:9:13: proxies.orders.upstream.port is "80": give a number'],
  [changed('80', '80.5'), 's.yaml:9:13: proxies.orders.upstream.port is 80.5: give a whole number'],
  [changed('80', '0'), 's.yaml:9:13: proxies.orders.upstream.port is 0: give at least 1'],
  [changed('80', '70000'), 's.yaml:9:13: proxies.orders.upstream.port is 70000: give at most 65535'],
  [changed('80', '80\n      tls: maybe'), 's.yaml:10:12: proxies.orders.upstream.tls is "maybe": give a boolean'],
  [changed('[eu-west-1a]', '[]'), 's.yaml:3:22: vpc.availabilityZones is []: give at least 1 item'],
  [
    changed('subnet-0a', 'subnet_0a'),
    's.yaml:4:22: vpc.privateSubnetIds.0 is "subnet_0aaaaaaaaaaaaaaaa": give a text that matches /^subnet-[0-9a-f]{8,17}$/',
  ],
  [
    changed('vpc-0123456789abcdef0', 'main'),
    's.yaml:2:7: vpc.id is "main": give a text that matches /^vpc-[0-9a-f]{8,17}$/',
  ],
  [
    `${SPEC}environment: { account: 111111111111, region: eu-west-1 }\n`,
    's.yaml:10:25: environment.account is 111111111111: give a string in quotes',
  ],
  [
    `${SPEC}environment: { account: "1234", region: eu-west-1 }\n`,
    's.yaml:10:25: environment.account is "1234": give a text that matches /^\\d{12}$/',
  ],
  [
    `${SPEC}environment: { account: "111111111111", region: Ireland }\n`,
    's.yaml:10:49: environment.region is "Ireland": give a text that matches /^[a-z]{2}(-[a-z]+)+-\\d$/',
  ],
  [
    `${SPEC}stackName: 1x\n`,
    's.yaml:10:12: stackName is "1x": give a text that matches /^[A-Za-z][A-Za-z0-9-]{0,127}$/',
  ],
  [`${SPEC}    haproxyVersion: 3.2\n`, 's.yaml:10:21: proxies.orders.haproxyVersion is 3.2: give a string in quotes'],
  [`${SPEC}    mode: udp\n`, 's.yaml:10:11: proxies.orders.mode is "udp": allowed are http, tcp'],
  [`${SPEC}    listenPort: 80\n`, 's.yaml:10:17: proxies.orders.listenPort is 80: give at least 1024'],
  [`${SPEC}    nameservers: []\n`, 's.yaml:10:18: proxies.orders.nameservers is []: give at least 1 item'],
  [`${SPEC}    nameservers: 10.0.0.2:53\n`, 's.yaml:10:18: proxies.orders.nameservers is "10.0.0.2:53": give a list'],
  [`${SPEC}    slots: 0\n`, 's.yaml:10:12: proxies.orders.slots is 0: give at least 1'],
  [`${SPEC}    slots: 101\n`, 's.yaml:10:12: proxies.orders.slots is 101: give at most 100'],
  [`${SPEC}    desiredCount: -1\n`, 's.yaml:10:19: proxies.orders.desiredCount is -1: give at least 0'],
];

describe('a mistake that an editor shows too', () => {
  test.each(named(STRUCTURAL))('$message', ({ source, message }) => {
    expect(() => parseSpec(source, 's.yaml')).toThrow(new InputError(message));
    const validate = new Ajv({ strict: false }).compile(specJsonSchema());
    expect(validate(parse(source))).toBe(false);
  });
});

describe('a mistake that only the reader sees', () => {
  const BRANCHES = '1.6, 1.7, 1.8, 1.9, 2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3.0, 3.1, 3.2, 3.3, 3.4';
  test.each(
    named([
      [
        changed('elb.example.com', 'my elb'),
        "8:16: proxies.orders.upstream.dnsName: upstream 'my elb' is not a host name: use letters, digits, '-' and '.', at most 253 characters, 63 between dots",
      ],
      [
        changed('elb.example.com', '10.0.0.1'),
        "8:16: proxies.orders.upstream.dnsName: upstream '10.0.0.1' is an address: give the host name of the load balancer, because its addresses change",
      ],
      [
        proxyWith('haproxyVersion: "3.9"'),
        `10:21: proxies.orders.haproxyVersion: HAProxy 3.9 is of an unknown branch: use one of ${BRANCHES}`,
      ],
      [
        proxyWith('nameservers: ["10.0.0.2:53", "dns:53"]'),
        "10:34: proxies.orders.nameservers.1: name server 'dns:53' is not IP:PORT: give an IP address and a port, such as 169.254.169.253:53",
      ],
      [
        proxyWith('holdValid: ten'),
        "10:16: proxies.orders.holdValid: holdValid 'ten' is not a time: give a whole number and a unit (ms, s, m, h, d), such as 10s",
      ],
      [`${upTo('proxies:')}proxies: {}\n`, '5:10: proxies is empty: give at least one proxy'],
      [
        changed('[eu-west-1a]', '[eu-west-1a, eu-west-1b]'),
        '2:3: vpc needs one private subnet for each availability zone, in the same order',
      ],
    ]),
  )('$message', ({ source, message }) => {
    expect(() => parseSpec(source, 's.yaml')).toThrow(new InputError(`s.yaml:${message}`));
  });
});
