import { type EventPattern, Match } from 'aws-cdk-lib/aws-events';
import { EVENT_SOURCE } from '../../contract/incident-event';
import { InputError } from '../../haproxy/errors';
import { IncidentSeverity, type OnIncidentOptions } from '../../monitor/incident-rule';

/** `severityLevel` of an event. */
const LEVELS: Readonly<Record<IncidentSeverity, number>> = {
  [IncidentSeverity.INFO]: 1,
  [IncidentSeverity.WARNING]: 2,
  [IncidentSeverity.CRITICAL]: 3,
};

/** Every event of an incident. */
export const EVERY_INCIDENT: EventPattern = { source: [EVENT_SOURCE] };

/** The severity that a rule takes without options. */
export const severityOf = ({ minSeverity }: OnIncidentOptions) => minSeverity ?? IncidentSeverity.WARNING;

/**
 * The pattern of the incidents that a rule asks for.
 *
 * @param id the id of the rule, for errors
 * @param monitorNames of these monitors. Default: of all
 */
export function incidentPattern(id: string, options: OnIncidentOptions, monitorNames?: string[]): EventPattern {
  const { changes, proxyNames } = options;
  refuseEmpty(id, { changes, proxyNames });
  return {
    ...EVERY_INCIDENT,
    detail: {
      ...(monitorNames && { monitor: monitorNames }),
      severityLevel: Match.greaterThanOrEqual(LEVELS[severityOf(options)]),
      ...(changes && { change: changes }),
      ...(proxyNames && { proxy: proxyNames }),
    },
  };
}

/** An empty list in a pattern matches nothing. */
export function refuseEmpty(id: string, lists: Readonly<Record<string, readonly unknown[] | undefined>>): void {
  for (const [name, list] of Object.entries(lists)) {
    if (list?.length === 0) {
      throw new InputError(`${name} of '${id}' is empty: name at least one, or leave it out for all`);
    }
  }
}
