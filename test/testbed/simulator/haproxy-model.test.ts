import { setTimeout as sleep } from 'node:timers/promises';
import { readViews } from '../../../lambda/probe/views';
import { VIEW_PATH } from '../../../lib/contract/registry-record';
import { UPSTREAM_BACKEND } from '../../../lib/haproxy/model/check-upstream';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import { ElbDns, nodeAddress } from '../../../testbed/load-balancer';
import { LocalHost, ProxyUnderTest } from '../../../testbed/proxy-under-test';
import { HaproxyModel } from '../../../testbed/simulator/haproxy-model';
import type { Answer } from '../../../testbed/simulator/resolvers';
import { availableBinaries } from '../../support/binaries';

/** One branch for each generation of HAProxy's resolver. */
const BRANCHES = ['2.2', '2.6', '3.0', '3.4'];
const PERIOD = 1;
const HOLD_OBSOLETE = 2;
const HOLD_OUTAGE = 4;
const SLOTS = 4;

/** What DNS answers from each second on; nothing at all where there are no addresses. */
const SCHEDULE: readonly { readonly at: number; readonly nodes: readonly number[] }[] = [
  { at: 0, nodes: [1, 2, 3, 4] },
  // One address is replaced: its slot is free for the new one only after `hold obsolete`.
  { at: 3, nodes: [2, 3, 4, 5] },
  // More addresses than slots: the slots keep theirs.
  { at: 8, nodes: [2, 3, 4, 5, 6] },
  { at: 11, nodes: [3, 4, 5, 6] },
  // DNS is silent until the slots lose their addresses.
  { at: 16, nodes: [] },
  { at: 26, nodes: [7] },
];
/** `resolve_retries`, one a second. */
const RETRIES = 3;
const END = 30;
const SILENT_AT = 16;

const binaries = availableBinaries().filter(({ branch }) => BRANCHES.includes(branch));

/** The changes of what is held: the addresses and the second. */
interface Change {
  readonly at: number;
  readonly held: string;
}

const textOf = (held: readonly (string | undefined)[]) =>
  held
    .filter((address) => address !== undefined)
    .sort()
    .join(' ');

function addChange(changes: Change[], at: number, held: readonly (string | undefined)[]): void {
  const text = textOf(held);
  if (changes.at(-1)?.held !== text) {
    changes.push({ at, held: text });
  }
}

function answerAt(at: number): Answer {
  const index = SCHEDULE.findLastIndex((step) => step.at <= at);
  const { nodes } = SCHEDULE[Math.max(0, index)]!;
  const until = SCHEDULE[index + 1]?.at ?? Number.POSITIVE_INFINITY;
  return nodes.length === 0
    ? { failure: 'timeout', until }
    : { addresses: nodes.map(nodeAddress), ttlSeconds: 1, until };
}

/** What the slots hold, and what the resolver says that it knows; a silent DNS has no answer to the latter. */
interface Seen {
  readonly held: Change[];
  readonly view: Change[];
}

function modelChanges(): Seen {
  const model = new HaproxyModel({
    startedAt: 0,
    period: PERIOD,
    holdObsolete: HOLD_OBSOLETE,
    holdOutage: HOLD_OUTAGE,
    slots: SLOTS,
    ask: answerAt,
  });
  const seen: Seen = { held: [], view: [] };
  for (let at = 0; at <= END; at += 0.1) {
    model.advance(at);
    addChange(seen.held, at, model.slots);
    if (at < SILENT_AT) {
      addChange(seen.view, at, model.known);
    }
  }
  return seen;
}

async function realChanges(binary: (typeof binaries)[number]): Promise<Seen> {
  const dns = new ElbDns();
  const proxy = new ProxyUnderTest(binary, new LocalHost(binary, await dns.listen()), {
    model: {
      upstream: { port: 80, slots: SLOTS, healthCheck: { enabled: false } },
      resolution: {
        holdValidMillis: PERIOD * 1000,
        holdObsoleteMillis: HOLD_OBSOLETE * 1000,
        holdOutageMillis: HOLD_OUTAGE * 1000,
      },
    },
  });
  dns.point(...SCHEDULE[0]!.nodes.map(nodeAddress));
  try {
    await proxy.start(() =>
      proxy.held().then(
        (held) => held.length === SLOTS,
        () => false,
      ),
    );
    const start = Date.now();
    const seen: Seen = { held: [], view: [] };
    let step = 0;
    for (let at = 0; at < END; at = (Date.now() - start) / 1000) {
      const index = SCHEDULE.findLastIndex((one) => one.at <= at);
      if (index !== step) {
        step = index;
        const { nodes } = SCHEDULE[step]!;
        dns.failAll(nodes.length === 0 ? 'silent' : undefined);
        dns.point(...nodes.map(nodeAddress));
      }
      addChange(seen.held, at, await proxy.held());
      const view = saysItsView(binary) && at < SILENT_AT ? await viewOf(proxy) : undefined;
      if (view !== undefined) {
        addChange(seen.view, at, view);
      }
      await sleep(100);
    }
    return seen;
  } finally {
    await proxy.stop();
    await dns.close();
  }
}

function saysItsView({ branch }: (typeof binaries)[number]): boolean {
  return HaproxyVersion.of(branch)._capabilities.ownView;
}

/** What the process says that its own resolver answers. */
async function viewOf(proxy: ProxyUnderTest): Promise<readonly string[] | undefined> {
  const endpoint = `127.0.0.1:${proxy.listeners.health.port}`;
  const views = await readViews({ name: { endpoint, path: `${VIEW_PATH}${UPSTREAM_BACKEND}` } }, Date.now() + 2000);
  return views.name;
}

test('the binaries that this needs', () => {
  const missing = BRANCHES.filter((branch) => !binaries.some((binary) => binary.branch === branch));
  for (const branch of missing) {
    console.log(`not available: HAProxy ${branch}: the model of the simulator is not compared with it`);
  }
  expect(binaries.length).toBeGreaterThan(0);
});

describe('what a process holds while DNS changes', () => {
  let real: Map<string, Seen>;

  beforeAll(async () => {
    // Side by side: they wait most of the time.
    const all = await Promise.all(binaries.map(async (binary) => [binary.branch, await realChanges(binary)] as const));
    real = new Map(all);
  }, 120_000);

  test.each(binaries)('HAProxy $branch: the same addresses as the model, in the same order', ({ branch }) => {
    const held = modelChanges().held.map((change) => change.held);
    expect(held).toEqual([
      '127.0.0.2 127.0.0.3 127.0.0.4 127.0.0.5',
      '127.0.0.3 127.0.0.4 127.0.0.5 127.0.0.6',
      '127.0.0.4 127.0.0.5 127.0.0.6 127.0.0.7',
      '',
      '127.0.0.8',
    ]);
    expect(real.get(branch)!.held.map((change) => change.held)).toEqual(held);
  });

  test.each(binaries)(
    'HAProxy $branch: each change within a period of the model, and the retries of a query',
    ({ branch }) => {
      const changes = modelChanges().held;
      const apart = real.get(branch)!.held.map(({ at }, i) => Math.abs(at - changes[i]!.at));
      expect(Math.max(...apart)).toBeLessThanOrEqual(PERIOD + RETRIES);
      expect(apart).toHaveLength(changes.length);
    },
  );

  test.each(binaries.filter(saysItsView))('HAProxy $branch: it says the view that the model has', ({ branch }) => {
    const view = modelChanges().view.map((change) => change.held);
    expect(real.get(branch)!.view.map((change) => change.held)).toEqual(view);
  });
});

test.each(binaries.filter(saysItsView))(
  'HAProxy $branch: where no slot resolves the name, each question for the view is one query',
  async (binary) => {
    const dns = new ElbDns();
    const listener = await dns.listen();
    dns.point(...[1, 2, 3].map(nodeAddress));
    const proxy = new ProxyUnderTest(binary, new LocalHost(binary, listener), {
      kind: 'pinned',
      model: { upstream: { port: 80 }, resolution: { holdValidMillis: 1000 } },
    });
    try {
      await proxy.start(() =>
        proxy.held().then(
          (held) => held.length > 0,
          () => false,
        ),
      );
      for (const queries of [1, 2, 3]) {
        expect(await viewOf(proxy)).toEqual([1, 2, 3].map(nodeAddress));
        // Longer than `hold valid`, after which an answer does not count any more.
        await sleep(1500);
        expect(listener.queries).toBe(queries);
      }
    } finally {
      await proxy.stop();
      await dns.close();
    }
  },
  30_000,
);
