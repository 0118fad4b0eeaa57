import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { parseDuration } from '../../lib/haproxy/duration';
import type { Option, Options } from '../../lib/haproxy/model/option';
import {
  HaproxyLogFormat,
  HaproxyMode,
  HaproxyProtocol,
  HaproxyResolutionMode,
  HaproxyTlsVersion,
  HEALTH_CHECK,
  LIMITS,
  LISTEN_TLS,
  LOG,
  PORTS,
  PROCESS,
  RESOLUTION,
  SHARE_STICKINESS,
  TRAFFIC,
  UPSTREAM,
  UPSTREAM_TLS,
} from '../../lib/haproxy/model/options';
import {
  ALARMS,
  BLUE_GREEN,
  CAPACITY,
  MONITOR,
  NETWORK_LOAD_BALANCER,
  PRIVATE_DNS,
  ROLLING,
  SCALING,
  SERVICE,
} from '../../lib/private/options';

const LIB = path.resolve(__dirname, '../../lib');

// `locality` is a class in the constructs: left out, there is none.
const { resolutionMode, slots, locality: _, ...ofAllUpstreams } = UPSTREAM;

/** The table of options that each struct documents, and the file of the struct. */
const STRUCTS: [struct: string, file: string, table: Options][] = [
  ['HaproxyElbProxyProps', 'proxy/haproxy-elb-proxy-props.ts', PORTS],
  ['HaproxyElbProxyProps', 'proxy/haproxy-elb-proxy-props.ts', TRAFFIC],
  ['HaproxyElbProxyProps', 'proxy/haproxy-elb-proxy-props.ts', PROCESS],
  ['ElbUpstreamOptions', 'proxy/elb-upstream.ts', { resolutionMode, slots }],
  ['UpstreamOptions', 'proxy/upstream.ts', ofAllUpstreams],
  ['HaproxyUpstreamTls', 'proxy/upstream.ts', UPSTREAM_TLS],
  ['UpstreamHealthCheck', 'proxy/upstream.ts', HEALTH_CHECK],
  ['ProxyShareStickiness', 'proxy/options.ts', SHARE_STICKINESS],
  ['ProxyTls', 'proxy/options.ts', LISTEN_TLS],
  ['ProxyLimits', 'proxy/options.ts', LIMITS],
  ['ProxyResolution', 'proxy/options.ts', RESOLUTION],
  ['HaproxyLog', 'proxy/options.ts', LOG],
  ['HaproxyElbProxyProps', 'proxy/haproxy-elb-proxy-props.ts', SERVICE],
  ['FargateCapacityOptions', 'proxy/capacity.ts', CAPACITY],
  ['ProxyScaling', 'proxy/scaling.ts', SCALING],
  ['RollingDeploymentOptions', 'proxy/deployment.ts', ROLLING],
  ['BlueGreenDeploymentOptions', 'proxy/deployment.ts', BLUE_GREEN],
  ['PrivateDnsOptions', 'proxy/private-dns-options.ts', PRIVATE_DNS],
  ['NetworkLoadBalancerOptions', 'proxy/network-load-balancer-options.ts', NETWORK_LOAD_BALANCER],
  ['DriftMonitorProps', 'monitor/drift-monitor.ts', MONITOR],
  ['DriftAlarms', 'monitor/alarms.ts', ALARMS],
];

/** The text of `@default` of each property of a struct. */
function documentedDefaults(struct: string, file: string): Map<string, string> {
  const source = ts.createSourceFile(file, readFileSync(path.join(LIB, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found = new Map<string, string>();
  source.forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== struct) {
      return;
    }
    for (const member of node.members) {
      const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'default');
      found.set((member.name as ts.Identifier).text, ts.getTextOfJSDocComment(tag?.comment) ?? '');
    }
  });
  return found;
}

/** Names of an enum's members by value, as docs write them. */
const MEMBERS = new Map(
  Object.entries({ HaproxyMode, HaproxyProtocol, HaproxyResolutionMode, HaproxyTlsVersion, HaproxyLogFormat }).flatMap(
    ([name, of]) => Object.entries(of).map(([member, value]): [string, string] => [value, `${name}.${member}`]),
  ),
);

const UNITS: Record<string, string> = { millis: 'ms', seconds: 's', minutes: 'm', hours: 'h', days: 'd' };

const BYTES: Record<string, number> = { bytes: 1, kibibytes: 1024, mebibytes: 1024 ** 2 };

/** The value that a text begins with. A text that begins with `-` gives none: it describes the default in words. */
function documentedValue({ kind }: Option, text: string): unknown {
  const [, type, unit, count] = /^(Duration|Size)\.(\w+)\((\d+)\)/.exec(text) ?? [];
  if (text.startsWith('- ')) {
    return 'in words';
  }
  if (type === 'Size') {
    return BYTES[unit!]! * Number(count);
  }
  if (unit !== undefined) {
    return parseDuration(`${count}${UNITS[unit]}`, text);
  }
  const [word = ''] = /^[^\s,:]+/.exec(text) ?? [];
  return kind === 'count' ? Number(word) : kind === 'flag' ? word === 'true' : word;
}

const ROWS = STRUCTS.flatMap(([struct, file, table]) =>
  Object.entries<Option>(table).map(([name, option]) => ({ struct, file, name, option })),
);

test.each(ROWS)('@default of $struct $name is that of the table', ({ struct, file, name, option }) => {
  const text = documentedDefaults(struct, file).get(name);
  expect(text).toMatch(/./);
  const inTable = option.kind === 'choice' ? MEMBERS.get(option.default) : option.default;
  const expected = option.otherwise === undefined ? inTable : 'in words';
  expect(documentedValue(option, text!)).toBe(expected);
});

test('options are documented in the one way that the test above reads', () => {
  const limits = documentedDefaults('ProxyLimits', 'proxy/options.ts');
  expect(documentedValue(LIMITS.connectTimeout, limits.get('connectTimeout')!)).toBe(5000);
  expect(documentedValue(LIMITS.connectTimeout, 'Duration.seconds(6), enough')).not.toBe(5000);
});
