import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the HAProxy processes that a process has started and that have not ended, in the order of their start. */
export function haproxyChildren(parent: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        const ppid = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        return ppid === String(parent) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('haproxy');
      } catch {
        // It ended meanwhile.
        return false;
      }
    })
    .map(Number)
    .sort((a, b) => a - b);
}
