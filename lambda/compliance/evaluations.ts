import type { CensusIncident, CensusProxy, Compliance } from '../../lib/contract/census';
import { isUnseen } from '../controller/domain/gaps';
import { plainText } from './plain-text';
import { type Place, type Resource, resourcesOf } from './resources';

/** What AWS Config evaluates: a type and an id as Config has them. */
export interface EvaluatedResource {
  readonly type: string;
  readonly id: string;
}

/**
 * A result for AWS Config. `NOT_APPLICABLE` takes the result of a resource away, after which Config answers
 * `INSUFFICIENT_DATA` for it. A rule cannot give `INSUFFICIENT_DATA` itself:
 * https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html
 */
export interface Evaluation {
  readonly resource: EvaluatedResource;
  readonly compliance: 'COMPLIANT' | 'NON_COMPLIANT' | 'NOT_APPLICABLE';
  /** 1 to 256 characters. */
  readonly annotation: string;
}

/** The longest annotation. */
const MAX_ANNOTATION = 256;

/** The longest id of a resource. */
const MAX_ID = 768;

/** What each compliance of a proxy is for Config, the one that hides the others first. */
const RESULTS: Readonly<Record<Compliance, Evaluation['compliance']>> = {
  'non-compliant': 'NON_COMPLIANT',
  unknown: 'NOT_APPLICABLE',
  compliant: 'COMPLIANT',
};
const ORDER = Object.keys(RESULTS) as Compliance[];

/** One proxy of a census, for the resources of its processes. */
export interface EvaluatedProxy {
  readonly proxy: string;
  readonly compliance: Compliance;
  readonly annotation: string;
  /** @default - none: it counts for the account */
  readonly resources: readonly Resource[];
}

/** The part of a proxy's census that Config gets: pure. */
export function evaluatedProxyOf(census: CensusProxy, place: Place): EvaluatedProxy {
  const { proxy, compliance, taskSource, held, gaps } = census;
  const unread = gaps.flatMap(({ what, id }) => (what === 'task' && id !== undefined ? [id] : []));
  const tasks = [...held.flatMap((row) => row.tasks), ...unread];
  return { proxy, compliance, annotation: annotationOf(census), resources: resourcesOf(taskSource, tasks, place) };
}

/**
 * A result for each resource: pure. Of several proxies in one resource the worst counts. Those that have no resource of
 * their own count for the account.
 *
 * @param idOf what Config calls a resource
 * @param before resources that have a result of an earlier evaluation
 */
export function evaluationsOf(
  proxies: readonly EvaluatedProxy[],
  { account }: Place,
  idOf: (resource: Resource) => EvaluatedResource,
  before: readonly EvaluatedResource[],
): Evaluation[] {
  const rows = new Map<string, { resource: EvaluatedResource; proxies: EvaluatedProxy[] }>();
  for (const proxy of proxies) {
    const own = proxy.resources.map(idOf).filter(({ id }) => id.length > 0 && id.length <= MAX_ID);
    for (const resource of own.length > 0 ? own : [{ type: 'AWS::::Account', id: account }]) {
      const row = rows.get(keyOf(resource)) ?? { resource, proxies: [] };
      rows.set(keyOf(resource), row);
      row.proxies.push(proxy);
    }
  }
  const now = [...rows.values()].map((row) => evaluationOf(row.resource, row.proxies));
  const gone = before.filter((resource) => !rows.has(keyOf(resource)));
  return [
    ...now,
    ...gone.map((resource): Evaluation => {
      return { resource, compliance: 'NOT_APPLICABLE', annotation: 'no HAProxy of the monitor runs in it' };
    }),
  ];
}

const keyOf = ({ type, id }: EvaluatedResource) => `${type} ${id}`;

function evaluationOf(resource: EvaluatedResource, proxies: readonly EvaluatedProxy[]): Evaluation {
  const worst = ORDER.find((one) => proxies.some(({ compliance }) => compliance === one))!;
  const some = proxies.filter(({ compliance }) => compliance === worst);
  const [{ proxy, annotation }] = some as [EvaluatedProxy];
  const text =
    proxies.length === 1 ? annotation : `${some.length} of ${proxies.length} ${worst}: ${proxy}: ${annotation}`;
  return { resource, compliance: RESULTS[worst], annotation: plainText(text, MAX_ANNOTATION) };
}

/** What Config shows of a proxy: the incident, or what was compared, or why nothing was. */
function annotationOf({ compliance, incidents, gaps, upstreams, tasksRead }: CensusProxy): string {
  if (compliance === 'compliant') {
    return `${tasksRead} ${tasksRead === 1 ? 'task' : 'tasks'} compared with ${upstreams.map(({ dnsName }) => dnsName).join(', ')}`;
  }
  if (compliance === 'unknown') {
    return withEnd(`not evaluated: ${gaps[0]?.why ?? 'nothing was seen'}`, more(gaps.length, 'reason'));
  }
  const wrong = incidents.filter(({ kind, severity }) => severity !== 'info' && !isUnseen(kind));
  const [{ kind, message, since, suppressed }] = wrong as [CensusIncident];
  const accepted = suppressed === undefined ? [] : [`suppressed: ${suppressed}`];
  return withEnd(`${kind}: ${message}`, [`since ${since}`, ...more(wrong.length, 'incident'), ...accepted]);
}

const more = (count: number, what: string) => (count < 2 ? [] : [`${count - 1} more ${what}${count === 2 ? '' : 's'}`]);

/** A text and what follows in brackets, which is not cut with it. */
function withEnd(text: string, parts: readonly string[]): string {
  if (parts.length === 0) {
    return plainText(text, MAX_ANNOTATION);
  }
  const end = ` (${plainText(parts.join(', '), MAX_ANNOTATION / 2)})`;
  return plainText(text, MAX_ANNOTATION - end.length) + end;
}
