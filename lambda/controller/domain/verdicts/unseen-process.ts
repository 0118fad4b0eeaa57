import { defineVerdict, type Process } from './definition';
import { listOf } from './texts';
import type { Finding } from './verdict';

/** The runtime API shows one of several processes, or another process than before, which may live on. */
export const unseenProcess = defineVerdict('unseen-process', {
  explanation: {
    what: 'the runtime API shows one process of several (`nbproc`), or a reload has replaced the process that it showed',
    why: 'each process has its own addresses; after a reload the old process serves its sessions to their end, with the old addresses',
    remedy: 'use threads in place of `nbproc`, and `hard-stop-after` to end old processes',
  },
  remediation: ({ tasks }) =>
    `use threads in place of nbproc, and hard-stop-after to end old processes, on ${listOf(tasks)}`,
  over: ({ proxy }) => `every process of ${proxy} is seen`,
  evaluate: ({ processes, replaced }) => [
    ...processes.flatMap(severalProcesses),
    ...processes
      .filter(
        ({ task, runtime: { processes: count = 1 } }) => count <= 1 && replaced.some((one) => one.task === task.id),
      )
      .map(({ task }) => ({
        task: task.id,
        severity: 'info' as const,
        graceChecks: 1,
        message: `another process answers behind ${task.id} than before: the old one may serve its sessions to their end, with the addresses of then`,
      })),
  ],
});

function severalProcesses({ task, runtime: { processes = 1 } }: Process): Finding[] {
  return processes > 1
    ? [{ task: task.id, message: `1 of ${processes} processes of ${task.id} is seen (nbproc)` }]
    : [];
}
