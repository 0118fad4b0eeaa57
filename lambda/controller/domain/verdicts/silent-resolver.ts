import type { SectionActivity } from '../activity';
import { isFixed, needsCheckToResolve } from '../following';
import { slotNames } from '../slots';
import { defineVerdict, type Holding, type Process, type Subject } from './definition';
import { listOf, plural } from './texts';
import type { Finding } from './verdict';

/**
 * A process sends no more DNS queries, or never sent any, or a line of it has nothing to query: it will not follow the
 * next change. A line with a name and without `resolvers`, in a process whose other lines resolve, looks like one that
 * follows: the runtime API does not show the difference.
 */
export const silentResolver = defineVerdict('silent-resolver', {
  requires: ['history'],
  blocksDeployment: true,
  explanation: {
    what: 'a process, or a line of it, sends no DNS queries and will not follow the next change',
    why: '1.6 and 1.7 query DNS only for servers with a health check, later branches only for servers with `resolvers`',
    remedy:
      '1.6 and 1.7: add `check` to the server line; later branches: add `resolvers`; then start new processes. `cdk-haproxy-elb lint` finds such lines',
  },
  remediation: remediationOf,
  over: ({ proxy, section }) =>
    section === undefined
      ? `every task of ${proxy} queries DNS again`
      : `resolvers '${section}' of ${proxy} query DNS again`,
  evaluate: ({ processes, holdings, observation }) => [
    ...processes.flatMap((process) => {
      const own = holdings.filter(({ task }) => task.id === process.task.id);
      return evaluateProcess(process, own, observation.record.resolutionSeconds);
    }),
    ...holdings.flatMap(fixedSlots),
  ],
});

function remediationOf({ slots = [], tasks, section }: Subject): string {
  if (slots.length > 0) {
    return `give ${listOf(slots)} what HAProxy needs to look a name up (1.6 and 1.7: check; later: a name and resolvers), then start ${listOf(tasks)} with it`;
  }
  const which = section === undefined ? '' : ` '${section}'`;
  return `see in the configuration whether the server lines have resolvers${which}, and start ${listOf(tasks)} with it`;
}

/** Counters since the start have more than one reason to be low, so that they need more than one check. */
const graceOf = ({ basis }: Process['activity']): Pick<Finding, 'graceChecks'> =>
  basis === 'sample' ? { graceChecks: 1 } : {};

function evaluateProcess(process: Process, holdings: readonly Holding[], resolutionSeconds: number): Finding[] {
  const { task, runtime, activity } = process;
  const { basis, seconds, sections } = activity;
  const slots = holdings.flatMap((holding) => holding.slots);
  // On 1.6 and 1.7 the lines decide. A slot of mode `per-request` sends no query by itself.
  if (needsCheckToResolve(runtime) || runtime.resolvers === undefined || basis === 'young') {
    return [];
  }
  if (slots.every((slot) => slot.perRequest || isFixed(slot, runtime))) {
    return [];
  }
  const silent = sections.filter(({ is }) => is === 'silent');
  if (silent.length === sections.length) {
    const sent = sections.reduce((sum, section) => sum + section.sent, 0);
    const message = `${task.id} has sent ${sent} DNS queries in ${seconds} s: it will not follow the next change`;
    return [{ task: task.id, ...graceOf(activity), message }];
  }
  // A section for requests (`do-resolve`) may be silent while there are none.
  const onDemand = runtime.slots.some(({ perRequest }) => perRequest);
  return basis !== 'sample' || onDemand
    ? []
    : silent
        .filter((section) => wasRegular(section, process, resolutionSeconds))
        .map((section) => ({
          task: task.id,
          section: section.section,
          ...graceOf(activity),
          message: `${task.id} has sent ${section.sent} DNS queries by resolvers '${section.section}' in ${seconds} s: the servers of this section will not follow the next change`,
        }));
}

/** Whether a section has sent queries in most of the periods before it fell silent. */
function wasRegular({ section, sent }: SectionActivity, { runtime, activity }: Process, resolutionSeconds: number) {
  const all = runtime.resolvers?.find((one) => one.section === section)?.sent ?? 0;
  const periods = (runtime.uptimeSeconds - activity.seconds) / resolutionSeconds;
  return (all - sent) * 2 >= periods;
}

/** Lines that have nothing to follow: without a health check on 1.6 and 1.7, without a name later. */
function fixedSlots(holding: Holding): Finding[] {
  const { task, runtime, slots, upstream } = holding;
  const fixed = slotNames(slots.filter((slot) => slot.address !== undefined && isFixed(slot, runtime)));
  if (fixed.length === 0) {
    return [];
  }
  const have = `${fixed.join(', ')} of ${task.id} ${plural(fixed.length, 'has', 'have')}`;
  const message = needsCheckToResolve(runtime)
    ? `${have} no health check: HAProxy ${runtime.version} never looks ${upstream.upstream.dnsName} up again`
    : `${have} a fixed address: HAProxy never looks ${upstream.upstream.dnsName} up`;
  return [{ upstream: upstream.name, task: task.id, slots: fixed, message }];
}
