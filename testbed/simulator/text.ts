import { flagsOf, type SimulationOptions } from './options';
import type { SimulationResult } from './simulate';

/** The result of a simulation for people: a few lines. */
export function textOf(result: SimulationResult, options: SimulationOptions): string {
  const { checks, days, falseCritical, falseWarning, harmlessCritical, missed, latencyP50Seconds, latencyP95Seconds } =
    result;
  const kinds = Object.entries(result.incidents).map(([kind, counts]) => {
    const parts = Object.entries(counts).map(([severity, count]) => `${count} ${severity}`);
    return `  ${kind.padEnd(18)}${parts.join(', ')}`;
  });
  const drifts = Object.entries(result.drifts).map(([kind, { count, found, undecidable }]) => {
    const unknown = undecidable === 0 ? '' : `, ${undecidable} undecidable`;
    return `  ${kind.padEnd(18)}${found} of ${count} found${unknown}`;
  });
  const latency =
    latencyP50Seconds === undefined
      ? 'no drift was found'
      : `median ${latencyP50Seconds} s, 95th percentile ${latencyP95Seconds} s`;
  return [
    `${checks} checks in ${days.toFixed(1)} days (${flagsOf(options)})`,
    kinds.length === 0 ? 'incidents: none' : 'incidents:',
    ...kinds,
    `false: ${falseCritical} critical, ${falseWarning} warning; about a harmless address: ${harmlessCritical} critical`,
    drifts.length === 0 ? 'drifts: none' : 'drifts:',
    ...drifts,
    `missed: ${missed}`,
    `detection latency: ${latency}`,
    ...result.findings.map(({ at, what, flags }) => `- ${at} s: ${what} (${flags})`),
  ].join('\n');
}
