import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChaosTestbed, CLIENTS } from './chaos-testbed';
import { checkUntil, type Fault, type FaultContext, listed, type Outcome, onTestbed } from './fault';

/** How far a clock jumps, s. */
const JUMPS = [3600, -3600, 86_400, 0] as const;

/** Between two checks after a jump: four periods of resolution. */
const CHECK_PAUSE_MILLIS = 4000;

/** HAProxy 3.0 and later hang at the start under libfaketime. */
export const CLOCK_BRANCH = '2.6';

/**
 * Requests that a jump forward may cost. Up to 2.6, a jump forward that happens while HAProxy does not wait for events expires all its timeouts at once
 * (HAProxy's issue 2704). It then closes connections on which a client may be sending.
 */
const MAY_LOSE = CLIENTS;

/** A request that is sent later than this after a jump is not lost because of it. */
const JUMP_MILLIS = 1000;

/** HAProxy with a clock that can be set. Its monotonic clock continues, as when a machine's clock is set. */
function clockJumps(): Fault {
  return {
    name: `the clock of HAProxy ${CLOCK_BRANCH} jumps`,
    expected: `at most ${MAY_LOSE} requests lost at each jump forward and none later, the new node is found after each jump, no incident`,
    seconds: 60,
    run: async (context: FaultContext) => {
      const { faketime } = context.tools;
      const binary = context.clockBinary;
      if (faketime === undefined || binary === undefined) {
        return { cannot: `libfaketime, or a HAProxy ${CLOCK_BRANCH} to run under it, is not available` };
      }
      const folder = mkdtempSync(path.join(tmpdir(), 'clock-'));
      const file = path.join(folder, 'offset');
      // In one step: an empty file would be one more jump.
      const set = (seconds: number) => {
        writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}s\n`);
        renameSync(`${file}.new`, file);
      };
      set(0);
      const variables = {
        LD_PRELOAD: faketime.at(-1)!,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      };
      const before = ['env', ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
      const inject = (testbed: ChaosTestbed) => jumpUnderTraffic(testbed, set);
      const fault = onTestbed('', '', 0, inject, () => ({ before }));
      try {
        return await fault.run({ ...context, binary });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

async function jumpUnderTraffic(testbed: ChaosTestbed, set: (seconds: number) => void): Promise<Outcome> {
  let [answered, lost, unexpected, found, before] = [0, 0, 0, 0, 0];
  const open: string[] = [];
  const dates = new Set<string>();
  for (const jump of JUMPS) {
    set(jump);
    const seen = await testbed.trafficDuringScaleOut(5);
    const allowed = jump > before && (seen.lastLostMillis ?? 0) < JUMP_MILLIS ? MAY_LOSE : 0;
    before = jump;
    answered += seen.answered;
    lost += seen.lost;
    unexpected += Math.max(0, seen.lost - allowed);
    found += seen.found ? 1 : 0;
    open.push(...(await testbed.check()).open);
    // Counters of fewer than three periods are not compared with those of the check before.
    await sleep(CHECK_PAUSE_MILLIS);
    open.push(...(await testbed.check()).open);
    // Its log has the time of each request.
    dates.add(/\[(\d+\/\w+\/\d+:\d+):/.exec(testbed.haproxy.output.trimEnd().split('\n').at(-1) ?? '')?.[1] ?? '');
  }
  return {
    ok: unexpected === 0 && found === JUMPS.length && open.length === 0 && dates.size === JUMPS.length,
    seen: `${answered} answered, ${lost} lost, ${unexpected} of them unexpectedly, ${found} of ${JUMPS.length} new nodes found, hours in its log: ${[...dates].join(', ')}; incidents: ${listed(open)}`,
  };
}

/** Processes that end, are stopped, or have the wrong time. */
export const PROCESS_FAULTS: readonly Fault[] = [
  onTestbed('HAProxy is killed', 'an incident opens; after a restart it is resolved', 60, async (testbed) => {
    process.kill(testbed.haproxy.pid!, 'SIGKILL');
    const open = await checkUntil('open', testbed);
    await testbed.restartHaproxy();
    const after = await checkUntil('none', testbed);
    return {
      ok: open.includes('unreachable-task') && after.length === 0,
      seen: `incidents: ${listed(open)}; after the restart: ${listed(after)}`,
    };
  }),
  onTestbed(
    'HAProxy is stopped for a while',
    'an incident opens in bounded time; afterwards it serves',
    60,
    async (testbed) => {
      process.kill(testbed.haproxy.pid!, 'SIGSTOP');
      const open = await checkUntil('open', testbed);
      process.kill(testbed.haproxy.pid!, 'SIGCONT');
      const { answered, lost } = await testbed.traffic(3);
      return {
        ok: open.includes('unreachable-task') && lost === 0,
        seen: `incidents: ${listed(open)}; then ${answered} answered, ${lost} lost`,
      };
    },
  ),
  onTestbed("the checker's clock jumps", 'a healthy proxy has no incident above information', 40, async (testbed) => {
    const now = Date.now();
    const hours = [0, 1, -1, 24, 0];
    const open: string[] = [];
    for (const hour of hours) {
      open.push(...(await testbed.check(now + hour * 3_600_000)).open);
    }
    return { ok: open.length === 0, seen: `incidents: ${listed(open)} at ${hours.join(', ')} h` };
  }),
  clockJumps(),
];
