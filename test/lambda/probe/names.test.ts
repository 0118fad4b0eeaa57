import { CONCURRENT_NAMES, probe } from '../../../lambda/probe/probe';
import { addressesOf, NameServer } from '../../support/name-server';

let server: NameServer;
afterEach(() => server.close());

test('a name that several proxies have is asked once, and each of them has the answer', async () => {
  server = await NameServer.start(addressesOf(['10.0.0.1']));
  const names = Array.from({ length: 200 }, () => ({ name: 'elb.test', nameservers: [server.address] }));
  const { names: answers } = await probe({ millis: 10_000, names, processes: [] });
  expect(answers.map(({ addresses }) => addresses)).toEqual(names.map(() => ['10.0.0.1']));
  expect(server.asked).toEqual({ udp: 2, tcp: 0 });
});

test('of many names only some are asked at the same time: a resolver of a VPC drops what comes in bursts', async () => {
  const asked = new Set<string>();
  server = await NameServer.start(({ name }) => {
    asked.add(name);
    return undefined;
  });
  const names = Array.from({ length: 200 }, (_, i) => ({ name: `elb${i}.test`, nameservers: [server.address] }));
  // No name is answered in this time, so that those that wait are not asked.
  await probe({ millis: 500, names, processes: [] });
  expect(asked.size).toBeGreaterThan(0);
  expect(asked.size).toBeLessThanOrEqual(CONCURRENT_NAMES);
});
