import cliTruncate from 'cli-truncate';
import { createLogUpdate } from 'log-update';
import { canRedraw } from '../terminal';

/** Shows one report after the other: in place on a terminal, otherwise below each other, each with its time. */
export function openWatch(): (report: string) => void {
  if (!canRedraw()) {
    return (report) => process.stdout.write(`${new Date().toISOString()}\n${report}\n`);
  }
  // The cursor stays visible: nothing has to be restored, however the process ends.
  const draw = createLogUpdate(process.stdout, { showCursor: true });
  return (report) => {
    const lines = [...report.split('\n'), `as of ${new Date().toLocaleTimeString('en-GB')}, Ctrl-C to stop`];
    draw(lines.map((line) => cliTruncate(line, process.stdout.columns)).join('\n'));
  };
}
