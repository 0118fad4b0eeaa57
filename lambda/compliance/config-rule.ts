import type { Logger } from '@aws-lambda-powertools/logger';
import { readCensus } from './aws/census';
import { evaluatedBefore, groupOf, putEvaluations } from './aws/config-service';
import { type EvaluatedProxy, type EvaluatedResource, evaluatedProxyOf, evaluationsOf } from './evaluations';
import type { Place, Resource } from './resources';

/** What AWS Config sends to the function of a rule. */
export interface ConfigRuleEvent {
  /** JSON. */
  readonly invokingEvent: string;
  readonly configRuleName: string;
  readonly resultToken: string;
}

/** How many results an evaluation has, by compliance. */
export type EvaluationSummary = Readonly<Record<'COMPLIANT' | 'NON_COMPLIANT' | 'NOT_APPLICABLE', number>>;

/**
 * Evaluates every proxy of a monitor: takes a census, and gives AWS Config a result for each resource. Nothing is given
 * unless the whole census was read.
 *
 * @throws when the census fails, or Config does not take a result: Lambda tries again
 */
export async function evaluateForConfig(
  event: ConfigRuleEvent,
  controller: string,
  place: Place,
  logger: Logger,
): Promise<EvaluationSummary> {
  const at = triggeredAt(event);
  const proxies: EvaluatedProxy[] = [];
  for await (const census of readCensus(controller)) {
    proxies.push(evaluatedProxyOf(census, place));
  }
  const idOf = await identifiersOf(proxies);
  const evaluations = evaluationsOf(proxies, place, idOf, await evaluatedBefore(event.configRuleName));
  await putEvaluations(evaluations, event.resultToken, at);
  const summary = { COMPLIANT: 0, NON_COMPLIANT: 0, NOT_APPLICABLE: 0 };
  for (const { compliance } of evaluations) {
    summary[compliance] += 1;
  }
  logger.info(`evaluated ${proxies.length} proxies for ${event.configRuleName}`, { event: 'evaluation', ...summary });
  return summary;
}

/** When Config started the evaluation, by which it orders results. */
function triggeredAt({ invokingEvent }: ConfigRuleEvent): Date {
  const { messageType, notificationCreationTime } = JSON.parse(invokingEvent);
  if (messageType !== 'ScheduledNotification') {
    throw new Error(`messageType is ${JSON.stringify(messageType)}: give the rule a periodic trigger alone`);
  }
  return new Date(notificationCreationTime);
}

/** What Config calls each resource. */
async function identifiersOf(proxies: readonly EvaluatedProxy[]): Promise<(resource: Resource) => EvaluatedResource> {
  const groups = new Map<string, EvaluatedResource>();
  for (const { kind, id } of proxies.flatMap(({ resources }) => resources)) {
    if (kind === 'group' && !groups.has(id)) {
      groups.set(id, await groupOf(id));
    }
  }
  const identifiers: Readonly<Record<Resource['kind'], (id: string) => EvaluatedResource>> = {
    service: (id) => ({ type: 'AWS::ECS::Service', id }),
    group: (id) => groups.get(id)!,
    instance: (id) => ({ type: 'AWS::EC2::Instance', id }),
  };
  return ({ kind, id }) => identifiers[kind](id);
}
