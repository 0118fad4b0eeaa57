import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { parseSpec, readSpec, SPEC_FILE, specJsonSchema } from '../../bin/spec';
import { InputError } from '../../lib/haproxy/errors';

const ROOT = path.resolve(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const SPEC = `environments:
  test:
    vpc:
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

/** For titles with the expected error. */
const named = (cases: [source: string, message: string][]) => cases.map(([source, message]) => ({ source, message }));

const proxyWith = (line: string) => `${SPEC}    ${line}\n`;

describe('the example of this repository', () => {
  test('can be read', () => {
    const { production } = readSpec(path.join(ROOT, SPEC_FILE)).environments;
    const { account, region, vpc, proxies } = production!;
    expect([account, region]).toEqual(['111111111111', 'eu-west-1']);
    expect(vpc.availabilityZones).toHaveLength(vpc.privateSubnetIds!.length);
    expect(Object.entries(proxies).map(([name, { haproxyVersion, mode }]) => [name, haproxyVersion, mode])).toEqual([
      ['orders', '3.2', undefined],
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

test('what a spec leaves out is left to the constructs', () => {
  expect(parseSpec(SPEC, 's.yaml')).toEqual({
    stackName: 'haproxy-elb',
    monitor: {},
    environments: {
      test: {
        vpc: {
          id: 'vpc-0123456789abcdef0',
          availabilityZones: ['eu-west-1a'],
          privateSubnetIds: ['subnet-0aaaaaaaaaaaaaaaa'],
        },
        proxies: { orders: { upstream: { dnsName: 'elb.example.com', port: 80 } } },
      },
    },
  });
});

describe('the keys of a proxy in an environment', () => {
  const OWN = changed(
    'proxies:\n',
    `    proxies:
      orders:
        desiredCount: 1
        upstream: { loadBalancerName: orders, port: 443 }
  live:
    vpc: { id: vpc-0123456789abcdef0, availabilityZones: [eu-west-1a], privateSubnetIds: [subnet-0aaaaaaaaaaaaaaaa] }
proxies:
`,
  );

  test('replace the keys in this environment only', () => {
    const { test: own, live } = parseSpec(
      `${OWN}    slots: 3\n`.replace('    slots: 3\n', '    listenPort: 9000\n'),
      's.yaml',
    ).environments;
    expect(own!.proxies.orders).toEqual({
      listenPort: 9000,
      desiredCount: 1,
      upstream: { loadBalancerName: 'orders', port: 443 },
    });
    expect(live!.proxies.orders).toEqual({ listenPort: 9000, upstream: { dnsName: 'elb.example.com', port: 80 } });
  });

  test('may complete it', () => {
    const source = OWN.replace(/ {4}upstream:\n.*\n.*port: 80\n/, '    desiredCount: 3\n');
    expect(() => parseSpec(source, 's.yaml')).toThrow(
      new InputError('s.yaml:15:5: proxies.orders.upstream is missing: give a mapping'),
    );
    expect(() => parseSpec(source.replace(/ {2}live:\n.*\n/, ''), 's.yaml')).not.toThrow();
  });

  test('must fit together with the rest, and are shown at their place', () => {
    const source = OWN.replace('desiredCount: 1', 'listenPort: 8404');
    expect(() => parseSpec(source, 's.yaml')).toThrow(
      new InputError(
        "s.yaml:9:9: environments.test.proxies.orders: listenPort '8404' is the port of the health checks of HAProxy: give another port",
      ),
    );
  });

  test('must be of a proxy that there is', () => {
    expect(() => parseSpec(OWN.replace('      orders:', '      oders:'), 's.yaml')).toThrow(
      new InputError("s.yaml:9:9: environments.test.proxies has 'oders', which is not in proxies: give one of orders"),
    );
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
      '13:1: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
      `${SPEC}stackName: [1\n`,
    ],
    ['12:1: not YAML: Tabs are not allowed as indentation', `${SPEC}\tx: 1\n`],
    ['12:1: not YAML: Map keys must be unique', `${SPEC}proxies: {}\n`],
  ])('%s', (message, source) => {
    expect(() => parseSpec(source, 's.yaml')).toThrow(new InputError(`s.yaml:${message}`));
  });

  test('an alias of nothing', () => {
    expect(() => parseSpec(`${SPEC}stackName: *nope\n`, 's.yaml')).toThrow(
      new InputError("s.yaml:12:12: '*nope' has no anchor '&nope' above it: add one"),
    );
  });
});

describe('a key of an earlier release', () => {
  test.each([
    ['frontDoor: { none: true }', "12:5: key 'frontDoor' in proxies.orders has a new name: write 'ingress'"],
    [
      'limits: { maxBodyBytes: 1000 }',
      "12:15: key 'maxBodyBytes' in proxies.orders.limits has a new name: write 'maxBodySize'",
    ],
    [
      'limits: { maxHeaderBytes: 8192 }',
      "12:15: key 'maxHeaderBytes' in proxies.orders.limits has a new name: write 'maxHeaderSize'",
    ],
    [
      'executeCommand: true',
      "12:5: key 'executeCommand' in proxies.orders has a new name: write 'enableExecuteCommand'",
    ],
  ])('%s', (line, message) => {
    expect(() => parseSpec(proxyWith(line), 's.yaml')).toThrow(new InputError(`s.yaml:${message}`));
  });

  test('is any unknown key elsewhere', () => {
    expect(() => parseSpec(`${SPEC}frontDoor: 1\n`, 's.yaml')).toThrow(
      new InputError(
        "s.yaml:12:1: unknown key 'frontDoor' in the file: allowed are stackName, environments, monitor, hub, proxies",
      ),
    );
  });
});

describe('an unknown key is shown at its place', () => {
  const TOP = 'stackName, environments, monitor, hub, proxies';
  test.each(
    named([
      [`${SPEC}extra: 1\n`, `12:1: unknown key 'extra' in the file: allowed are ${TOP}`],
      [`${SPEC}extra:\n  a: 1\n`, `12:1: unknown key 'extra' in the file: allowed are ${TOP}`],
      [
        changed('      id:', '      name: a\n      id:'),
        "4:7: unknown key 'name' in environments.test.vpc: allowed are id, availabilityZones, privateSubnetIds",
      ],
      [
        changed('  test:\n', '  test:\n    acount: "1"\n'),
        "3:5: unknown key 'acount' in environments.test: did you mean 'account'?",
      ],
      [proxyWith('listenport: 8080'), "12:5: unknown key 'listenport' in proxies.orders: did you mean 'listenPort'?"],
      [proxyWith('slots: 4'), "12:5: unknown key 'slots' in proxies.orders: did you mean 'upstream.slots'?"],
      [
        proxyWith('holdvalid: 4s'),
        "12:5: unknown key 'holdvalid' in proxies.orders: did you mean 'resolution.holdValid'?",
      ],
      [
        changed('80\n', '80\n      sni: a\n'),
        "12:7: unknown key 'sni' in proxies.orders.upstream: allowed are dnsName, loadBalancerArn, loadBalancerName, port, tls, healthCheck, identity, protocol, resolutionMode, slots, locality, sendProxyProtocol, slowStart, idleTimeout, zones, securityGroupIds",
      ],
      [
        proxyWith('routes: [{ name: a, hots: b, upstream: { dnsName: c, port: 1 } }]'),
        "12:25: unknown key 'hots' in proxies.orders.routes.0: did you mean 'host'?",
      ],
    ]),
  )('$message', ({ source, message }) => {
    expect(() => parseSpec(source, 's.yaml')).toThrow(new InputError(`s.yaml:${message}`));
  });

  test('so is a name that cannot be one', () => {
    expect(() => parseSpec(changed('orders', 'my_orders'), 's.yaml')).toThrow(
      new InputError(
        's.yaml:8:3: proxies.my_orders is not a valid name: give a letter, then letters, digits and hyphens, at most 63',
      ),
    );
  });
});

/** Mistakes that an editor can show too, because the schema has them. */
const STRUCTURAL: [string, string][] = [
  ['', 's.yaml:1:1: the file is null: give a mapping'],
  ['- a', 's.yaml:1:1: the file is ["a"]: give a mapping'],
  ['hello', 's.yaml:1:1: the file is "hello": give a mapping'],
  [SPEC.slice(SPEC.indexOf('proxies:')), 's.yaml:1:1: environments is missing: give a mapping'],
  [upTo('proxies:'), 's.yaml:1:1: proxies is missing: give a mapping'],
  [changed('80', '"80"'), 's.yaml:11:13: proxies.orders.upstream.port is "80": give a number'],
  [changed('80', '80.5'), 's.yaml:11:13: proxies.orders.upstream.port is 80.5: give a whole number'],
  [changed('80', '0'), 's.yaml:11:13: proxies.orders.upstream.port is 0: give at least 1'],
  [changed('80', '70000'), 's.yaml:11:13: proxies.orders.upstream.port is 70000: give at most 65535'],
  [changed('80', '80\n      tls: maybe'), 's.yaml:12:12: proxies.orders.upstream.tls is "maybe": give a mapping'],
  [changed('[eu-west-1a]', '[]'), 's.yaml:5:26: environments.test.vpc.availabilityZones is []: give at least 1 item'],
  [
    changed('subnet-0a', 'subnet_0a'),
    's.yaml:6:26: environments.test.vpc.privateSubnetIds.0 is "subnet_0aaaaaaaaaaaaaaaa": give the id of a subnet, such as subnet-0123456789abcdef0',
  ],
  [
    changed('vpc-0123456789abcdef0', 'main'),
    's.yaml:4:11: environments.test.vpc.id is "main": give the id of a VPC, such as vpc-0123456789abcdef0',
  ],
  [
    changed('  test:\n', '  test:\n    account: 111111111111\n'),
    's.yaml:3:14: environments.test.account is 111111111111: give a text in quotes',
  ],
  [
    changed('  test:\n', '  test:\n    account: "1234"\n'),
    's.yaml:3:14: environments.test.account is "1234": give the 12 digits of an account, in quotes',
  ],
  [
    changed('  test:\n', '  test:\n    region: Ireland\n'),
    's.yaml:3:13: environments.test.region is "Ireland": give the name of a region, such as eu-west-1',
  ],
  [
    proxyWith('listenTls: { secretArn: cert }'),
    's.yaml:12:29: proxies.orders.listenTls.secretArn is a value that is not shown here: give the ARN of a secret, such as arn:aws:secretsmanager:eu-west-1:111111111111:secret:name-AbCdEf',
  ],
  [
    proxyWith('resolution: { holdValid: 10 }'),
    's.yaml:12:30: proxies.orders.resolution.holdValid is 10: give a time with its unit, such as 10s',
  ],
  [
    proxyWith('limits: { maxBodySize: 1000 }'),
    's.yaml:12:28: proxies.orders.limits.maxBodySize is 1000: give a size with its unit, such as 1000B',
  ],
  [
    `${SPEC}stackName: 1x\n`,
    's.yaml:12:12: stackName is "1x": give a letter, then letters, digits and hyphens, at most 64',
  ],
  [`${SPEC}    haproxyVersion: 3.2\n`, 's.yaml:12:21: proxies.orders.haproxyVersion is 3.2: give a text in quotes'],
  [`${SPEC}    mode: udp\n`, 's.yaml:12:11: proxies.orders.mode is "udp": allowed are http, tcp'],
  [`${SPEC}    listenPort: 80\n`, 's.yaml:12:17: proxies.orders.listenPort is 80: give at least 1024'],
  [
    proxyWith('resolution: { nameservers: [] }'),
    's.yaml:12:32: proxies.orders.resolution.nameservers is []: give at least 1 item',
  ],
  [
    proxyWith('resolution: { nameservers: 10.0.0.2:53 }'),
    's.yaml:12:32: proxies.orders.resolution.nameservers is "10.0.0.2:53": give a list',
  ],
  [changed('80\n', '80\n      slots: 0\n'), 's.yaml:12:14: proxies.orders.upstream.slots is 0: give at least 1'],
  [changed('80\n', '80\n      slots: 101\n'), 's.yaml:12:14: proxies.orders.upstream.slots is 101: give at most 100'],
  [`${SPEC}    desiredCount: -1\n`, 's.yaml:12:19: proxies.orders.desiredCount is -1: give at least 0'],
];

describe('a mistake that an editor shows too', () => {
  test.each(named(STRUCTURAL))('$message', ({ source, message }) => {
    expect(() => parseSpec(source, 's.yaml')).toThrow(new InputError(message));
    const validate = new Ajv({ strict: false }).compile(specJsonSchema());
    expect(validate(parse(source))).toBe(false);
  });
});

describe('a mistake that only the reader finds', () => {
  const BRANCHES = '1.6, 1.7, 1.8, 1.9, 2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3.0, 3.1, 3.2, 3.3, 3.4, 3.5';
  test.each(
    named([
      [
        changed('elb.example.com', 'my elb'),
        "10:16: proxies.orders.upstream.dnsName: upstream 'my elb' is not a host name: use letters, digits, '-' and '.', at most 253 characters, 63 between dots",
      ],
      [
        changed('elb.example.com', '10.0.0.1'),
        "10:16: proxies.orders.upstream.dnsName: upstream '10.0.0.1' is an address: give the host name of the load balancer, because its addresses change",
      ],
      [
        proxyWith('haproxyVersion: "2.10"'),
        `12:21: proxies.orders.haproxyVersion: HAProxy 2.10 is not of a known branch: use one of ${BRANCHES}`,
      ],
      [
        proxyWith('resolution: { nameservers: ["10.0.0.2:53", "dns:53"] }'),
        "12:48: proxies.orders.resolution.nameservers.1: nameservers 'dns:53' is not IP:PORT: give an IP address and a port, such as 169.254.169.253:53",
      ],
      [
        proxyWith('resolution: { holdValid: ten }'),
        "12:30: proxies.orders.resolution.holdValid: holdValid 'ten' is not a time: give a whole number and a unit (ms, s, m, h, d), such as 10s",
      ],
      [
        proxyWith('resolution: { holdValid: 2d }'),
        "12:30: proxies.orders.resolution.holdValid: holdValid '2d' is out of range: give 100ms to 1d, in whole milliseconds",
      ],
      ...['spot: true', 'cpuArchitecture: arm64'].map((key): [string, string] => [
        proxyWith(`capacity: { capacityProvider: instances, ${key} }`),
        '12:15: proxies.orders.capacity: has capacityProvider, which gives instances, and spot or cpuArchitecture of Fargate: leave one out',
      ]),
      [
        proxyWith('limits: { maxBodySize: 64k }'),
        "12:28: proxies.orders.limits.maxBodySize: maxBodySize '64k' is not a size: give a whole number and a unit (B, KiB, MiB, GiB), such as 64KiB",
      ],
      [
        proxyWith('limits: { maxHeaderSize: 512B }'),
        "12:30: proxies.orders.limits.maxHeaderSize: maxHeaderSize '512B' is out of range: give 4KiB to 256KiB, in whole bytes",
      ],
      [
        proxyWith('log: { syslog: "logs:514" }'),
        "12:20: proxies.orders.log.syslog: syslog 'logs:514' is not IP:PORT: give an IP address and a port, such as 169.254.169.253:53",
      ],
      [`${upTo('upstream')}mode: tcp\n`, '9:5: proxies.orders.upstream is missing: give a mapping'],
      [
        changed(/ +dnsName.*\n/, ''),
        '10:7: proxies.orders.upstream needs one of dnsName, loadBalancerArn and loadBalancerName',
      ],
      [
        changed('80', '80\n      zones: { eu-west-1a: [10.0.0.0/24] }'),
        '10:7: proxies.orders.upstream needs locality: zone, which alone reads zones: give it, or leave zones out',
      ],
      [
        changed('80', '80\n      locality: zone\n      zones: { eu-west-1a: [fd00::/64] }'),
        "13:14: proxies.orders.upstream.zones: zone 'eu-west-1a' of locality has 'fd00::/64', which is no IPv4 network: give one such as 10.0.0.0/24",
      ],
      [
        changed('80', '80\n      locality: zone\n      zones: { eu-west-1a: [10.0.0.0/33] }'),
        "13:14: proxies.orders.upstream.zones: zone 'eu-west-1a' of locality has '10.0.0.0/33', which is no IPv4 network: give one such as 10.0.0.0/24",
      ],
      [
        changed('80', '80\n      locality: zone\n      zones: { EU-WEST-1A: [10.0.0.0/24] }'),
        "13:14: proxies.orders.upstream.zones: zone 'EU-WEST-1A' of locality is not valid: give the name of a zone, such as eu-west-1a",
      ],
      [
        changed('80', '80\n      locality: zone\n      zones: {}'),
        '13:14: proxies.orders.upstream.zones: the zones of locality are empty: give the networks of each zone, or leave them out',
      ],
      [
        changed('80', '80\n      locality: zone\n      zones: { eu-west-1a: [] }'),
        "13:14: proxies.orders.upstream.zones: zone 'eu-west-1a' of locality has no network: give at least one, such as 10.0.0.0/24",
      ],
      [
        proxyWith('ingress: { privateDns: { name: a b } }'),
        "12:36: proxies.orders.ingress.privateDns.name: name 'a b' of the ingress is not valid: give letters, digits, '-', '_' and '.', at most 127 characters, 63 between dots",
      ],
      [
        changed('80', '80\n      loadBalancerName: orders'),
        '10:7: proxies.orders.upstream needs one of dnsName, loadBalancerArn and loadBalancerName',
      ],
      [
        proxyWith('shares: [{ name: a, percent: 5, upstream: { port: 80 } }]'),
        '12:47: proxies.orders.shares.0.upstream needs one of addresses, dnsName, loadBalancerArn and loadBalancerName',
      ],
      [
        proxyWith('shares: [{ name: a, percent: 5, upstream: { addresses: [10.0.0.1], dnsName: b, port: 80 } }]'),
        '12:47: proxies.orders.shares.0.upstream needs one of addresses, dnsName, loadBalancerArn and loadBalancerName',
      ],
      [
        proxyWith('shares: [{ name: a, percent: 5, upstream: { addresses: [10.0.0.1], slots: 4, port: 80 } }]'),
        '12:47: proxies.orders.shares.0.upstream is fixed addresses, and slots is for load balancers: leave it out',
      ],
      [
        proxyWith(
          'shares: [{ name: a, percent: 5, upstream: { addresses: [10.0.0.1], port: 80, tls: {}, identity: { certificate: {} } } }]',
        ),
        '12:47: proxies.orders.shares.0.upstream is fixed addresses, and identity is for load balancers: leave it out',
      ],
      [
        changed('80', '80\n      identity: {}'),
        '12:17: proxies.orders.upstream.identity needs one of certificate and response',
      ],
      [
        changed('80', '80\n      identity: { response: { path: /identity, body: OK } }'),
        '12:54: proxies.orders.upstream.identity.response.body: body "OK" proves nothing: give 8 to 200 characters of ASCII that only the load balancer returns, without a blank at an end',
      ],
      [
        proxyWith('shares: [{ name: a, percent: 5, upstream: { addresses: [a.test], port: 80 } }]'),
        "12:61: proxies.orders.shares.0.upstream.addresses.0: addresses 'a.test' is not an address: give IPv4 or IPv6 addresses without port, or a DNS name in place of addresses",
      ],
      [
        proxyWith('shareStickiness: { cookie: a }'),
        '9:5: proxies.orders: shareStickiness is given, and there are no shares: give shares, or leave it out',
      ],
      [
        changed(
          /dnsName.*/,
          'loadBalancerArn: arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/a/50dc6c495c0c9188\n      protocol: h2',
        ),
        "10:7: proxies.orders.upstream: protocol 'h2' to an Application Load Balancer needs TLS, because its HTTP listeners speak HTTP/1.1 alone: give tls, and the port of an HTTPS listener",
      ],
      [
        changed(/ +availabilityZones.*\n.*\n/, ''),
        '3:5: environments.test needs account and region to look up its vpc: give them, or availabilityZones and privateSubnetIds',
      ],
      [
        proxyWith('capacity: { memoryMiB: 1000 }'),
        "9:5: proxies.orders: memoryMiB '1000' is not valid for cpu 256: give 512, 1024, 2048",
      ],
      [
        proxyWith('ingress: {}'),
        '12:14: proxies.orders.ingress needs one of applicationListener, latticeTargetGroupArn, networkLoadBalancer, none, privateDns and targetGroupArn',
      ],
      [`${upTo('proxies:')}proxies: {}\n`, '7:10: proxies is empty: give at least one proxy'],
      [
        changed('[eu-west-1a]', '[eu-west-1a, eu-west-1b]'),
        '4:7: environments.test.vpc needs one private subnet for each availability zone, in the same order',
      ],
    ]),
  )('$message', ({ source, message }) => {
    expect(() => parseSpec(source, 's.yaml')).toThrow(new InputError(`s.yaml:${message}`));
  });
});

describe('a file with several mistakes', () => {
  test('has a line for each, in the order of the text', () => {
    const source = `${SPEC.replace('80', '0').replace('  test:\n', '  test:\n    acount: "1"\n    rgion: a\n')}    listenPort: 80\n`;
    expect(() => parseSpec(source, 's.yaml')).toThrow(
      new Error(
        [
          "s.yaml:3:5: unknown key 'acount' in environments.test: did you mean 'account'?",
          "s.yaml:4:5: unknown key 'rgion' in environments.test: did you mean 'region'?",
          's.yaml:13:13: proxies.orders.upstream.port is 0: give at least 1',
          's.yaml:14:17: proxies.orders.listenPort is 80: give at least 1024',
        ].join('\n'),
      ),
    );
  });

  test('and a key with a typing error is not missing as well', () => {
    expect(() => parseSpec(changed('proxies:', 'proxys:'), 's.yaml')).toThrow(
      new InputError("s.yaml:7:1: unknown key 'proxys' in the file: did you mean 'proxies'?"),
    );
  });

  test('all proxies are checked', () => {
    const source = proxyWith('listenPort: 8404').replace(
      'proxies:\n',
      'proxies:\n  payments: { listenPort: 8404, upstream: { dnsName: elb.example.com, port: 80 } }\n',
    );
    expect(() => parseSpec(source, 's.yaml')).toThrow(
      /^s\.yaml:8:13: proxies\.payments: listenPort '8404' is the port of .*\ns\.yaml:10:5: proxies\.orders: listenPort '8404' is/,
    );
  });
});

describe('what is shared', () => {
  const COMMON = 'x-common: &common\n  desiredCount: 3\n';

  test('comes from an anchor, with a merge key, below a key that begins with x-', () => {
    const source = `${COMMON}${proxyWith('<<: *common')}`;
    expect(parseSpec(source, 's.yaml').environments.test!.proxies.orders!.desiredCount).toBe(3);
  });

  test('must be there', () => {
    expect(() => parseSpec(proxyWith('<<: *common'), 's.yaml')).toThrow(
      new InputError("s.yaml:12:9: '*common' has no anchor '&common' above it: add one"),
    );
  });
});

test('keys are looked for at every level below', () => {
  expect(() => parseSpec(`${SPEC}holdObsolet: 30s\n`, 's.yaml')).toThrow(
    /^s\.yaml:12:1: unknown key 'holdObsolet' in the file: did you mean '.*resolution\.holdObsolete'\?$/,
  );
});

test.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
  'a proxy can be called %s, and a key cannot',
  (name) => {
    const { proxies } = parseSpec(changed('orders', name), 's.yaml').environments.test!;
    expect(Object.keys(proxies)).toEqual([name]);
    expect(() => parseSpec(`${SPEC}    ${name}: 1\n`, 's.yaml')).toThrow(/^s\.yaml:12:5: unknown key/);
  },
);

test('a second document', () => {
  expect(() => parseSpec(`${SPEC}---\n${SPEC}`, 's.yaml')).toThrow(
    /^s\.yaml:12:1: the file has a second document, after '---': keep one$/,
  );
});

test('a long value is cut', () => {
  expect(() => parseSpec(`stackName: ${'a'.repeat(5000)}\n`, 's.yaml')).toThrow(/^.{0,400}$/s);
});

describe('files that are no text', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'spec-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: Buffer) => {
    const at = path.join(folder, name);
    writeFileSync(at, content);
    return at;
  };

  test('are named', () => {
    const utf16 = file('utf16.yaml', Buffer.from(`\ufeff${SPEC}`, 'utf16le'));
    expect(() => readSpec(utf16)).toThrow(
      new InputError(`${utf16}: is in UTF-16, as its byte order mark says: save it as UTF-8`),
    );
    const binary = file('binary.yaml', Buffer.from(`${SPEC}\0`));
    expect(() => readSpec(binary)).toThrow(new InputError(`${binary}: is a binary file: give a spec file in YAML`));
    expect(readSpec(file('bom.yaml', Buffer.from(`\ufeff${SPEC}`))).stackName).toBe('haproxy-elb');
  });
});
