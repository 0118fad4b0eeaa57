import { App, Duration, Fn, Lazy, Mixin, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import * as library from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { CALLS, STRUCTS } from '../../lib/private/public-types';
import { BY_NAME } from './stacks';

/** A public call as plain JavaScript makes it. */
// biome-ignore lint/suspicious/noExplicitAny: callers without types are what this file is about
type Untyped = (...values: any[]) => unknown;

const scope = () => new Stack(new App(), 'Stack');

/** A class as plain JavaScript sees it. */
type UntypedClass = Record<string, Untyped> & (new (...values: unknown[]) => object);
const CLASSES = { ...library } as unknown as Record<string, UntypedClass>;

/** Makes a call by its name in the table: a constructor (a mixin has no scope), a static method or a method of a monitor. */
function call(name: string): Untyped {
  const [type, method] = name.split('.') as [string, string?];
  const target = CLASSES[type]!;
  if (method === undefined) {
    const place = target.prototype instanceof Mixin ? [] : [scope(), 'Id'];
    return (...values) => new target(...place, ...values);
  }
  if (name === 'DriftMonitor.onIncident') {
    return (options) => new library.DriftMonitor(scope(), 'Monitor').onIncident('Id', options);
  }
  if (type === 'DriftHub' && method === 'onIncident') {
    return (options) => new library.DriftHub(scope(), 'Hub').onIncident('Id', options);
  }
  if (method === 'forwardIncidents') {
    return (hub, options) => new library.DriftMonitor(scope(), 'Monitor').forwardIncidents('Id', hub, options);
  }
  // These make a construct.
  const isImport = ['fromName', 'fromBusArn', 'fromHaproxyElbProxyAttributes'].includes(method);
  return (...values) => (isImport ? target[method]!(scope(), 'Id', ...values) : target[method]!(...values));
}

const proxy = (props: object) => () => call('HaproxyElbProxy')({ upstream: BY_NAME, ...props });
const vpc = Vpc.fromVpcAttributes(scope(), 'Vpc', {
  vpcId: 'vpc-1',
  availabilityZones: ['eu-west-1a'],
  privateSubnetIds: ['subnet-1'],
});

const ERRORS: [make: () => unknown, message: string][] = [
  [() => call('HaproxyElbProxy')(), 'upstream is missing: give an ElbUpstream'],
  [() => call('HaproxyElbProxy')({ vpc, upstream: null }), 'upstream is null: give an ElbUpstream'],
  [() => call('HaproxyElbProxy')('text'), "props 'text' is a text: give an object"],
  [proxy({ upstream: 'elb.test' }), "upstream 'elb.test' is a text: give an ElbUpstream"],
  [proxy({ upstream: { dnsName: 'elb.test', port: 80 } }), 'upstream is an object: give an ElbUpstream'],
  [proxy({ version: '3.2' }), "version '3.2' is a text: give a HaproxyVersion"],
  [proxy({ vpc: 'vpc-1' }), "vpc 'vpc-1' is a text: give an IVpc"],
  [proxy({ listenPort: '8080' }), "listenPort '8080' is a text: give a number"],
  [proxy({ metrics: 'no' }), "metrics 'no' is a text: give true or false"],
  [proxy({ drainTime: 30 }), "drainTime '30' is a number: give a Duration"],
  [proxy({ mode: 'HTTP' }), "mode 'HTTP' is a text: give 'http' or 'tcp'"],
  [proxy({ allowFrom: '10.0.0.0/8' }), "allowFrom '10.0.0.0/8' is a text: give a list"],
  [proxy({ allowFrom: [10] }), "allowFrom[0] '10' is a number: give a text"],
  [proxy({ routes: { name: 'a' } }), 'routes is an object: give a list'],
  [proxy({ routes: [{ host: 'a.test', upstream: BY_NAME }] }), 'routes[0].name is missing: give a text'],
  [proxy({ rawLines: { global: 'nbthread 1' } }), "rawLines.global 'nbthread 1' is a text: give a list"],
  [proxy({ requestHeaders: { set: { 'X-A': true } } }), "requestHeaders.set.X-A 'true' is a boolean: give a text"],
  [proxy({ listenTls: {} }), 'listenTls.secret is missing: give an ISecret'],
  [proxy({ listenport: 8080 }), 'listenport is not a property: did you mean listenPort?'],
  [proxy({ limits: { maxConnection: 9 } }), 'limits.maxConnection is not a property: did you mean maxConnections?'],
  [
    proxy({ routes: [{ name: 'a', hots: 'a.test', upstream: BY_NAME }] }),
    'routes[0].hots is not a property: did you mean host?',
  ],
  [proxy({ frontDoor: library.ProxyIngress.none() }), 'frontDoor has a new name: give ingress'],
  [() => call('DriftMonitor')({ interval: 60 }), "interval '60' is a number: give a Duration"],
  [() => call('DriftMonitor')({ intervall: 60 }), 'intervall is not a property: did you mean interval?'],
  [() => call('DriftMonitor')({ repair: 'redeploy' }), "repair 'redeploy' is a text: give a Repair"],
  [() => call('MonitoredHaproxy')({ upstreams: [] }), 'monitor is missing: give an IDriftMonitor'],
  [() => call('ElbUpstream.fromDnsName')('elb.test'), 'port is missing: give a number'],
  [() => call('ElbUpstream.fromDnsName')({ port: 80 }), 'dnsName is an object: give a text'],
  [
    () => call('ElbUpstream.fromLoadBalancer')(undefined, { port: 80 }),
    'loadBalancer is missing: give an ILoadBalancerV2',
  ],
  [
    () => call('HaproxyTasks.atEndpoints')('10.0.0.1:9990', { vpc }),
    "endpoints '10.0.0.1:9990' is a text: give a list",
  ],
  [() => call('HaproxyVersion.of')(3.2), "HAProxy version '3.2' is not a text: give one such as '3.2'"],
];

test.each(ERRORS)('a caller without types gets one clear line: %#', (make, message) => {
  expect(make).toThrow(new InputError(message));
});

test('what TypeScript accepts is accepted: more properties, and tokens', () => {
  const stack = scope();
  const own = { team: 'orders', vpc: new Vpc(stack, 'Vpc'), upstream: BY_NAME, upstreams: 3 };
  const tokens = { proxyName: Fn.ref('Name'), allowFrom: [Fn.ref('Net')] };
  expect(() => new library.HaproxyElbProxy(stack, 'Proxy', { ...own, ...tokens } as never)).not.toThrow();
  expect(() => call('DriftMonitor')({ dashboard: Lazy.any({ produce: () => true }) })).not.toThrow();
  expect(() => call('DriftMonitor')({ interval: Duration.minutes(1), stack })).not.toThrow();
});

/** A value that a type does not have. */
const wrong = (type: string) => (/^(string|[A-Z]\w*Mode)/.test(type) ? 1 : 'wrong');

/** Every property of every struct that a call takes, as the text of its place and arguments that have it wrong. */
function wrongProperties(struct: string, around: (value: object) => object, prefix = ''): [string, object][] {
  return Object.entries(STRUCTS[struct]!).flatMap(([name, type]): [string, object][] => {
    const at = (value: unknown) => around({ [name]: value });
    const inner = type.replace(/!$/, '');
    return inner in STRUCTS
      ? [[prefix + name, at('wrong')], ...wrongProperties(inner, at, `${prefix}${name}.`)]
      : [[prefix + name, at(wrong(inner))]];
  });
}

const CASES = Object.entries(CALLS).flatMap(([name, parameters]) =>
  Object.entries<string>(parameters).flatMap(([parameter, type], i) => {
    const struct = type.replace(/!$/, '');
    const wrongs: [string, unknown][] =
      struct in STRUCTS ? wrongProperties(struct, (value) => value) : [[parameter, wrong(struct)]];
    return wrongs.map(([place, value]) => ({ name, place, values: [...Array<undefined>(i).fill(undefined), value] }));
  }),
);

test('every argument and property of every public call is checked', () => {
  const unchecked = CASES.filter(({ name, place, values }) => {
    try {
      call(name)(...values);
      return true;
    } catch (error) {
      return !(error instanceof InputError && error.message.startsWith(`${place} '`) && !error.message.includes('\n'));
    }
  });
  expect(unchecked).toEqual([]);
  expect(CASES.length).toBeGreaterThan(250);
});
