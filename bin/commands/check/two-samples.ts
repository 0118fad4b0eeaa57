import { setTimeout as sleep } from 'node:timers/promises';
import { observationOf, type Probes, questionsOf } from '../../../lambda/controller/check';
import { MIN_PERIODS } from '../../../lambda/controller/domain/activity';
import { type ProxyReport, reportOn } from '../../../lambda/controller/domain/proxy-report';
import { NO_STATE, type ProxyState, type TaskCounters } from '../../../lambda/controller/domain/state';
import type { ObservedRuntime, ProcessAnswer, ProcessQuery, ResolverCounters } from '../../../lib/contract/probe';
import type { RegistryRecord } from '../../../lib/contract/registry-record';

/** Milliseconds between two looks at the counters of the resolvers. */
const PAUSE_MILLIS = 1000;
/** A generated configuration queries DNS every 10 s by default. A process that takes longer stays as the first look saw it. */
const MAX_SECONDS = 12;
/** A single query may be lost: only the next ones show that there is no answer. */
const UNANSWERED = 3;

/**
 * Checks one proxy without a memory of earlier checks. One look at a process shows what its resolvers did since its
 * start, not whether they work now. So it looks again until each has sent a query and got an answer, or got none.
 *
 * @param onWait gets a line when the check begins to wait
 */
export async function checkWithTwoSamples(
  record: RegistryRecord,
  probes: Probes,
  onWait: (line: string) => void,
): Promise<ProxyReport> {
  const [balancers, running] = await Promise.all([
    Promise.all(record.upstreams.map((upstream) => probes.balancer(upstream))),
    probes.tasks(record),
  ]);
  const { names, processes } = questionsOf(record, running, balancers);
  const first = await probes.ask({ names: [], processes }, record);
  await untilShown(first.processes, processes, record, probes, onWait);
  const last = await probes.ask({ names, processes }, record);
  const now = Date.now();
  const readable = running.tasks.filter(({ endpoint }) => endpoint !== undefined);
  const ids = readable.map(({ id }) => id);
  const state = { ...NO_STATE, samples: samplesOf(ids, first.processes, last.processes, record, now) };
  return reportOn(record, state, observationOf(record, running, balancers, last), now);
}

/** Waits until the resolvers of each process have shown whether they work, or the time is over. */
async function untilShown(
  first: readonly ProcessAnswer[],
  queries: readonly ProcessQuery[],
  record: RegistryRecord,
  probes: Probes,
  onWait: (line: string) => void,
): Promise<void> {
  const start = Date.now();
  const all = queries.map((query, i) => ({ query, before: first[i]!, seconds: secondsFor(first[i]!, record) }));
  let open = all.filter(({ seconds }) => seconds > 0);
  if (open.length > 0) {
    const endpoints = open.map(({ query }) => query.endpoint).join(', ');
    onWait(`waiting for a DNS query of ${endpoints}: at most ${Math.max(...open.map(({ seconds }) => seconds))} s`);
  }
  while (open.length > 0) {
    await sleep(PAUSE_MILLIS);
    const { processes } = await probes.ask({ names: [], processes: open.map(({ query }) => query) }, record);
    const passed = (Date.now() - start) / 1000;
    open = open.filter(({ before, seconds }, i) => passed < seconds && !isShown(before, processes[i]!));
  }
}

/** How long to wait for the resolvers of a process. One without a query sends none, once it is old enough to say so. */
function secondsFor(answer: ProcessAnswer, { resolutionSeconds }: RegistryRecord): number {
  if (!('runtime' in answer) || answer.runtime.resolvers === undefined) {
    return 0;
  }
  const { runtime } = answer;
  if (used(runtime).length > 0) {
    return MAX_SECONDS;
  }
  const follows = runtime.slots.some(({ fqdn }) => fqdn !== undefined);
  return follows ? Math.max(0, MIN_PERIODS * resolutionSeconds - runtime.uptimeSeconds) : 0;
}

function used({ resolvers = [] }: ObservedRuntime): readonly ResolverCounters[] {
  return resolvers.filter(({ sent }) => sent > 0);
}

/** Whether the resolvers of a process have shown, since an earlier look at it, whether they work. */
function isShown(before: ProcessAnswer, now: ProcessAnswer): boolean {
  // A process that ended, or another one in its place, shows nothing about the first.
  if (!('runtime' in before) || !('runtime' in now) || now.runtime.uptimeSeconds < before.runtime.uptimeSeconds) {
    return true;
  }
  const sections = used(before.runtime);
  return sections.length === 0
    ? used(now.runtime).length > 0
    : sections.every(({ section, sent, valid }) => {
        const later = now.runtime.resolvers?.find((one) => one.section === section);
        return later === undefined || later.valid > valid || later.sent >= sent + UNANSWERED;
      });
}

/**
 * The first look as a sample that is old enough to compare with, for the processes whose resolvers have shown whether
 * they work. What others did since their start says more about them.
 */
function samplesOf(
  ids: readonly string[],
  first: readonly ProcessAnswer[],
  last: readonly ProcessAnswer[],
  { resolutionSeconds }: RegistryRecord,
  now: number,
): ProxyState['samples'] {
  const seconds = MIN_PERIODS * resolutionSeconds;
  const tasks = ids.flatMap((task, i): TaskCounters[] => {
    const [before, after] = [first[i]!, last[i]!];
    if (!('runtime' in before) || !('runtime' in after) || !isShown(before, after)) {
      return [];
    }
    const counters = used(before.runtime).map(({ section, sent, valid }) => [section, sent, valid] as const);
    const isSame = after.runtime.uptimeSeconds >= before.runtime.uptimeSeconds;
    return isSame && counters.length > 0
      ? [{ task, uptimeSeconds: after.runtime.uptimeSeconds - seconds, sections: counters }]
      : [];
  });
  return [{ at: now - seconds * 1000, tasks }];
}
