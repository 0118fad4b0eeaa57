import fc from 'fast-check';
import { DnsServer } from '../../../testbed/dns-server';
import { minutely, NAME, ProxyWithDns, TimedChecker } from './checked';

let dns: DnsServer;
let nameserver: string;

beforeAll(async () => {
  dns = new DnsServer();
  nameserver = (await dns.listen()).address;
});

afterAll(() => dns.close());

test('a pinned proxy is reported by the first run after the grace time, in 100 of 100 trials', async () => {
  const proxy = await ProxyWithDns.start(['127.0.0.1'], { pinnedTo: '127.0.0.1' });
  const trial = fc.record({
    every: fc.integer({ min: 20, max: 300 }),
    graceChecks: fc.integer({ min: 1, max: 5 }),
    dnsWindowSeconds: fc.integer({ min: 61, max: 260 }),
    runsBefore: fc.integer({ min: 1, max: 3 }),
    complete: fc.boolean(),
  });
  let reported = 0;
  try {
    await fc.assert(
      fc.asyncProperty(trial, async ({ every, graceChecks, dnsWindowSeconds, runsBefore, complete }) => {
        const watch = new TimedChecker([proxy.task], nameserver, { graceChecks, dnsWindowSeconds });
        const point = (address: string) => {
          dns.set(NAME, [address]);
          watch.interfaces = complete ? [address] : undefined;
        };
        point('127.0.0.1');
        for (let run = 0; run < runsBefore; run += 1) {
          await watch.check(run * every);
        }
        point('127.0.0.2');
        // A complete truth needs the checks of the grace alone, DNS alone also the window.
        const due = runsBefore + Math.max(graceChecks - 1, complete ? 0 : Math.ceil(dnsWindowSeconds / every));
        const opened: number[] = [];
        for (let run = runsBefore; run <= due; run += 1) {
          const { events } = await watch.check(run * every);
          opened.push(...events.filter(({ incident }) => incident.kind === 'stale-address').map(() => run));
        }
        expect(opened).toEqual([due]);
        reported += 1;
      }),
      { numRuns: 100 },
    );
  } finally {
    await proxy.stop();
  }
  process.stdout.write(`reported by the first run after the grace time: ${reported} of 100\n`);
  expect(reported).toBe(100);
}, 120_000);

test('a proxy that holds all 12 nodes, of which DNS shows 8 at random: 0 incidents in 1,000 runs', async () => {
  const nodes = Array.from({ length: 12 }, (_, i) => `127.0.0.${i + 1}`);
  // Its own name server shows all of them: its slots follow the real clock, which stands still beside that of the runs.
  const proxy = await ProxyWithDns.start(nodes, { slots: 14, shown: nodes.length });
  try {
    await proxy.holds(...nodes);
    dns.set(NAME, nodes);
    const watch = new TimedChecker([proxy.task], nameserver);
    const runs = minutely(60, 60_000);
    const events = await watch.events(...runs);
    process.stdout.write(`incidents without drift: ${events.length} in ${runs.length} runs\n`);
    expect([runs.length, events]).toEqual([1000, []]);
  } finally {
    await proxy.stop();
  }
}, 120_000);
