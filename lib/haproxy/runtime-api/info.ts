import type { ObservedRuntime } from '../../contract/probe';
import type { AnswerFormat, LineReader } from './answer';

/** The process, as `show info` shows it. */
type ProcessInfo = Pick<ObservedRuntime, 'version' | 'uptimeSeconds' | 'madeFor' | 'processes'>;

/** The `description` of a generated configuration, before its branch. */
export const MADE_FOR = 'configuration for HAProxy';

/** Lines that are read, by what they give. The first of each counts. */
const FIELDS = {
  /** The release, such as `2.6.12`, without the distribution's suffix. */
  version: /^Version: *(\d{1,3}\.\d{1,3}(?:\.\d{1,3})?)/,
  uptime: /^Uptime_sec: *(\d{1,12})\s*$/,
  processes: /^Nbproc: *(\d{1,4})\s*$/,
  madeFor: new RegExp(`^description: ${MADE_FOR} (\\d{1,3}\\.\\d{1,3})\\s*$`),
} as const;

/** `show info`: one field a line, `Name: HAProxy` first. */
export const INFO: AnswerFormat<ProcessInfo> = { command: 'show info', reader: infoReader };

function infoReader(): LineReader<ProcessInfo> {
  const found: Partial<Record<keyof typeof FIELDS, string>> = {};
  let named = false;
  return {
    line: (line) => {
      if (!named) {
        named = /^Name: *HAProxy\s*$/.test(line);
        return named || line.trim() === '' ? 'more' : 'unexpected';
      }
      for (const [field, pattern] of Object.entries(FIELDS) as [keyof typeof FIELDS, RegExp][]) {
        found[field] ??= pattern.exec(line)?.[1];
      }
      return 'more';
    },
    result: () => {
      const { version, uptime, madeFor, processes } = found;
      if (version === undefined || uptime === undefined) {
        return undefined;
      }
      const several = Number(processes) > 1 ? Number(processes) : undefined;
      return { version, uptimeSeconds: Number(uptime), madeFor, processes: several };
    },
  };
}
