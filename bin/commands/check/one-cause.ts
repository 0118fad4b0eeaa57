import type { ProxyReport } from '../../../lambda/controller/domain/proxy-report';

/**
 * A report without `unchecked` where each task that was not read has its own `unreachable-task`: the monitor counts how
 * long a proxy is not read, and a single check has nothing to count.
 */
export function withoutRepeatedCause(report: ProxyReport): ProxyReport {
  const { verdicts, observation } = report;
  const unreachable = new Set(verdicts.filter(({ kind }) => kind === 'unreachable-task').map(({ task }) => task));
  const unread = observation.tasks.filter((task) => !('runtime' in task));
  const isRepeated = unread.length > 0 && unread.every(({ task }) => unreachable.has(task.id));
  return isRepeated ? { ...report, verdicts: verdicts.filter(({ kind }) => kind !== 'unchecked') } : report;
}
