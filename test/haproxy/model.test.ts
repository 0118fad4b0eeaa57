import { InputError } from '../../lib/haproxy/errors';
import { checkModel, DEFAULTS, type HaproxyConfigModel, HaproxyMode } from '../../lib/haproxy/model';

const UPSTREAM = { dnsName: 'my-elb.example.com', port: 80 };

type Change = Partial<Omit<HaproxyConfigModel, 'upstream'>> & { upstream?: Partial<HaproxyConfigModel['upstream']> };

function check({ upstream, ...rest }: Change) {
  return checkModel({ upstream: { ...UPSTREAM, ...upstream }, ...rest });
}

test('what a model leaves out', () => {
  expect(check({})).toEqual({
    upstream: { dnsName: 'my-elb.example.com', port: 80, tls: false, slots: 16 },
    mode: HaproxyMode.HTTP,
    listen: { port: 8080 },
    resolution: { nameservers: ['169.254.169.253:53'], holdValidMillis: 10_000, holdObsoleteMillis: 30_000 },
    health: undefined,
    runtimeApi: undefined,
  });
  expect(DEFAULTS).toMatchObject({ healthPort: 8404, runtimeApiPort: 9990 });
});

test('what a model says is kept', () => {
  const model = {
    upstream: { ...UPSTREAM, tls: true, slots: 100 },
    mode: HaproxyMode.TCP,
    listen: { address: '127.0.0.1', port: 1 },
    resolution: { nameservers: ['10.0.0.2:53', '10.0.0.3:53'], holdValidMillis: 100, holdObsoleteMillis: 0 },
    health: { address: '::1', port: 2 },
    runtimeApi: { port: 65535 },
  };
  expect(checkModel(model)).toEqual(model);
});

describe('values at their limits', () => {
  test.each<Change>([
    { upstream: { slots: 1 } },
    { upstream: { slots: 100 } },
    { resolution: { holdValidMillis: 100 } },
    { resolution: { holdValidMillis: 86_400_000 } },
    { resolution: { holdObsoleteMillis: 0 } },
    { resolution: { holdObsoleteMillis: 86_400_000 } },
  ])('%j is taken', (change) => {
    const { upstream, resolution } = check(change);
    expect({ upstream, resolution }).toMatchObject(change);
  });

  test.each<[Change, string]>([
    [{ upstream: { slots: 0 } }, "slots '0' is out of range: give a whole number from 1 to 100"],
    [{ upstream: { slots: 101 } }, "slots '101' is out of range: give a whole number from 1 to 100"],
    [{ upstream: { slots: 1.5 } }, "slots '1.5' is out of range: give a whole number from 1 to 100"],
    [
      { resolution: { holdValidMillis: 99 } },
      "hold valid (ms) '99' is out of range: give a whole number from 100 to 86400000",
    ],
    [
      { resolution: { holdValidMillis: 86_400_001 } },
      "hold valid (ms) '86400001' is out of range: give a whole number from 100 to 86400000",
    ],
    [
      { resolution: { holdObsoleteMillis: -1 } },
      "hold obsolete (ms) '-1' is out of range: give a whole number from 0 to 86400000",
    ],
    [
      { resolution: { holdObsoleteMillis: 86_400_001 } },
      "hold obsolete (ms) '86400001' is out of range: give a whole number from 0 to 86400000",
    ],
    [{ resolution: { nameservers: [] } }, 'name servers: none given; give at least one IP:PORT, or leave the list out'],
    [
      { resolution: { nameservers: ['10.0.0.2:53', 'dns:53'] } },
      "name server 'dns:53' is not IP:PORT: give an IP address and a port, such as 169.254.169.253:53",
    ],
    [{ upstream: { port: 0 } }, "upstream port '0' is not a port: give a whole number from 1 to 65535"],
    [
      { upstream: { dnsName: 'my elb' } },
      "upstream 'my elb' is not a host name: use letters, digits, '-' and '.', at most 253 characters, 63 between dots",
    ],
    [{ listen: { port: 65536 } }, "listen '65536' is not a port: give a whole number from 1 to 65535"],
    [{ health: { port: 0 } }, "health '0' is not a port: give a whole number from 1 to 65535"],
    [
      { runtimeApi: { address: 'localhost', port: 9990 } },
      "runtime API 'localhost' is not an address to listen on: give [ADDR:]PORT with an IP address",
    ],
  ])('%j is refused', (change, message) => {
    expect(() => check(change)).toThrow(new InputError(message));
  });
});

describe('listeners', () => {
  test.each<[Change, string]>([
    [
      { listen: { port: 8404 }, health: { port: 8404 } },
      'health port 8404 is taken by listen: give each listener a port of its own',
    ],
    [{ health: { port: 8080 } }, 'health port 8080 is taken by listen: give each listener a port of its own'],
    [
      { listen: { address: '127.0.0.1', port: 9990 }, runtimeApi: { port: 9990 } },
      'runtime API port 9990 is taken by listen: give each listener a port of its own',
    ],
    [
      { health: { address: '::1', port: 9990 }, runtimeApi: { address: '::1', port: 9990 } },
      'runtime API port 9990 is taken by health: give each listener a port of its own',
    ],
  ])('%j share a port', (change, message) => {
    expect(() => check(change)).toThrow(new InputError(message));
  });

  test('one port on different addresses is no conflict', () => {
    const listen = { address: '127.0.0.1', port: 8080 };
    const health = { address: '127.0.0.2', port: 8080 };
    expect(check({ listen, health })).toMatchObject({ listen, health });
  });
});
