import { readRuntime } from '../../lambda/probe/runtime-client';
import { startIdleProxy } from '../../testbed/idle-proxy';
import { ElbDns } from '../../testbed/load-balancer';
import type { ProxyUnderTest } from '../../testbed/proxy-under-test';
import { type BehaviourName, RuntimeFarm, recordRuntime } from '../../testbed/runtime-farm';
import { anyBinary } from '../support/binaries';

const HELD = '127.0.0.1';

let dns: ElbDns;
let proxy: ProxyUnderTest;
let farm: RuntimeFarm;

beforeAll(async () => {
  dns = new ElbDns();
  dns.point(HELD);
  proxy = await startIdleProxy(anyBinary(), await dns.listen());
  farm = await RuntimeFarm.start(await recordRuntime(proxy.listeners.runtimeApi.port), 300);
}, 60_000);

afterAll(async () => {
  await farm?.close();
  await proxy?.stop();
  await dns.close();
});

afterEach(() => {
  farm.set({});
  farm.extraSeconds = 0;
});

const read = (address: string) => readRuntime(`${address}:${farm.port}`);
const [first, second] = ['127.100.0.1', '127.100.0.2'] as const;

test('each endpoint has an address of its own and answers as the real process', async () => {
  expect(new Set(farm.addresses).size).toBe(300);
  const real = await readRuntime(proxy.endpoint);
  for (const address of farm.addresses.slice(250)) {
    const { slots, version } = await read(address);
    expect(version).toBe(real.version);
    expect(slots.map((slot) => [slot.name, slot.address, slot.fqdn])).toEqual(
      real.slots.map((slot) => [slot.name, slot.address, slot.fqdn]),
    );
  }
});

test('uptime and counters go on with the time', async () => {
  const before = await read(first);
  farm.extraSeconds = 600;
  const after = await read(first);
  expect(after.uptimeSeconds - before.uptimeSeconds).toBeGreaterThanOrEqual(600);
  const sent = ({ resolvers = [] }: typeof after) => resolvers.find((section) => section.sent > 0)?.sent ?? 0;
  expect(sent(after) - sent(before)).toBeGreaterThanOrEqual(600);
});

test('an endpoint may hold another address than the others', async () => {
  farm.set({ edit: (answer) => answer.replaceAll(` ${HELD} `, ' 10.9.9.9 ') }, second);
  const held = async (address: string) => (await read(address)).slots.flatMap((slot) => slot.address ?? []);
  expect(await held(first)).toEqual([HELD]);
  expect(await held(second)).toEqual(['10.9.9.9']);
});

test.each<[BehaviourName, RegExp]>([
  ['huge', /./],
  ['hugeLines', /./],
  ['garbage', /./],
  ['empty', /./],
  ['cut', /./],
  ['silent', /within 3000 ms/],
  ['slow', /within 3000 ms/],
])('an endpoint that is %s is not readable, and the others are', async (behaviour, reason) => {
  farm.set({ behaviour }, second);
  await expect(read(second)).rejects.toThrow(reason);
  expect((await read(first)).version).toMatch(/^\d/);
});
