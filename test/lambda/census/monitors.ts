import fc from 'fast-check';
import type { MonitorCensus } from '../../../lambda/census/documents';
import { censusOf } from '../../../lambda/controller/domain/census';
import { reportOn, reportUnchecked } from '../../../lambda/controller/domain/proxy-report';
import type { RawObservation } from '../../../lambda/controller/domain/raw-observation';
import { NO_STATE } from '../../../lambda/controller/domain/state';
import { anyRaw } from '../arbitrary-observations';
import { RECORD, START } from '../observations';

const MINUTE = 60_000;

/**
 * What a monitor sees in one check: undefined where the proxy cannot be read, `down` where the monitor does not answer and
 * makes no run, `stopped` where it answers and makes no run.
 */
type Seen = RawObservation | undefined | 'down' | 'stopped';

/**
 * The censuses of a monitor with one proxy. Runs check it each minute and save its state, and a census is taken each
 * minute, half a minute after the run.
 */
export function censusesOf(checks: readonly Seen[], name = 'orders-1'): MonitorCensus[] {
  let state = NO_STATE;
  return checks.map((seen, i) => {
    const at = START + i * MINUTE;
    const frame = { version: '1', census: `c-${i}`, monitor: '111122223333/eu-west-1/fleet' } as const;
    const times = { startedAt: timeOf(at), endedAt: timeOf(at + 30_000) };
    if (seen === 'down') {
      return { ...frame, ...times, total: 0, proxies: [], degraded: [], failed: 'AccessDenied' };
    }
    const report = (now: number) =>
      seen === undefined || seen === 'stopped'
        ? reportUnchecked(RECORD, state, 'no time', now)
        : reportOn(RECORD, state, seen, now);
    if (seen !== 'stopped') {
      ({ state } = report(at));
    }
    const proxies = [censusOf(name, report(at + 30_000))];
    return { ...frame, ...times, total: 1, proxies, degraded: [] };
  });
}

export const timeOf = (millis: number) => new Date(millis).toISOString();

/** Any checks, some of them of a monitor that does not answer. */
export const anySeen: fc.Arbitrary<Seen[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: anyRaw as fc.Arbitrary<Seen> },
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant('down' as const) },
  ),
  { minLength: 1, maxLength: 8 },
);
