import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import type { IncidentEventDetail } from '../../lib/contract/incident-event';
import type { Severity, VerdictKind } from '../../lib/contract/verdicts';
import { plainText } from './plain-text';
import { instancesOf, type Place, type Resource, resourcesOf } from './resources';

/** A finding of the AWS Security Finding Format. */
export type Finding = AwsSecurityFinding & { readonly Id: string; readonly UpdatedAt: string };

const PRODUCT = 'cdk-haproxy-elb';

const LABELS: Readonly<Record<Severity, 'CRITICAL' | 'MEDIUM' | 'INFORMATIONAL'>> = {
  critical: 'CRITICAL',
  warning: 'MEDIUM',
  info: 'INFORMATIONAL',
};

/** https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-type-taxonomy.html */
const CHECK = 'Software and Configuration Checks/AWS Security Best Practices';
/** Further types. A map, because the verdict of an event may be any text, also `__proto__`. */
const TYPES: ReadonlyMap<VerdictKind, readonly string[]> = new Map([
  // Somebody else may have the address now, and receives the traffic.
  ['stale-address', ['Effects/Data Exposure']],
]);

/**
 * The longest texts, https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html and
 * https://docs.aws.amazon.com/securityhub/latest/userguide/asff-top-level-attributes.html
 */
const MAX = {
  id: 512,
  generator: 512,
  title: 256,
  description: 1024,
  recommendation: 512,
  field: 2048,
  resources: 32,
} as const;

/** The kind of a resource in a finding, and its id. */
const RESOURCES: Readonly<
  Record<Exclude<Resource['kind'], 'group'>, { type: string; idOf: (id: string, place: Place) => string }>
> = {
  service: { type: 'AwsEcsService', idOf: (arn) => arn },
  instance: {
    type: 'AwsEc2Instance',
    idOf: (id, { partition, region, account }) => `arn:${partition}:ec2:${region}:${account}:instance/${id}`,
  },
};

/**
 * The finding of an incident: pure. It has the id of the incident, so that each event updates it, and Security Hub ignores
 * an event that is older than the last one:
 * https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
 *
 * @throws one line for an event that is not that of an incident
 */
export function findingOf(event: unknown, place: Place): Finding {
  const detail = detailOf(event);
  const { partition, region, account } = place;
  const { change, incidentId, monitor, proxy, kind, severity, message, address, remediation, links } = detail;
  const [since, at] = [timeOf('since', detail.since), timeOf('at', detail.at)];
  const Severity = { Label: LABELS[severity], Original: severity };
  const Types = [CHECK, ...(TYPES.get(kind) ?? [])];
  const [runbook, log] = [urlOf(links?.runbook), urlOf(links?.log)];
  return {
    SchemaVersion: '2018-10-08',
    Id: plainText(`${PRODUCT}/${region}/${account}/${monitor}/${incidentId}`, MAX.id),
    ProductArn: `arn:${partition}:securityhub:${region}:${account}:product/${account}/default`,
    ProductName: PRODUCT,
    GeneratorId: plainText(`${PRODUCT}/${kind}`, MAX.generator),
    AwsAccountId: account,
    Types,
    Severity,
    // An update takes severity and types from here alone.
    FindingProviderFields: { Severity, Types },
    FirstObservedAt: since,
    LastObservedAt: at,
    CreatedAt: since,
    UpdatedAt: at,
    Title: plainText(`HAProxy ${proxy}: ${kind}${typeof address === 'string' ? ` ${address}` : ''}`, MAX.title),
    Description: plainText(message, MAX.description),
    Remediation: {
      Recommendation: {
        Text: plainText(remediation, MAX.recommendation),
        ...(runbook !== undefined && { Url: runbook }),
      },
    },
    ...(log !== undefined && { SourceUrl: log }),
    ProductFields: fieldsOf(detail),
    Resources: resourcesFor(detail, place),
    RecordState: change === 'closed' ? 'ARCHIVED' : 'ACTIVE',
  };
}

/** The fields without which there is no finding. Others are left out where they are not as they should be. */
const NEEDED = ['change', 'incidentId', 'monitor', 'proxy', 'kind', 'severity', 'message', 'remediation'] as const;

function detailOf(event: unknown): IncidentEventDetail {
  const { detail } = Object(event) as { detail?: unknown };
  const given = Object(detail) as Record<string, unknown>;
  const missing = NEEDED.filter((name) => typeof given[name] !== 'string');
  if (missing.length > 0) {
    throw new Error(`not the event of an incident: ${missing.join(', ')} of its detail must be texts`);
  }
  if (!Object.hasOwn(LABELS, given.severity as string)) {
    throw new Error(`severity is ${JSON.stringify(given.severity)}: it must be ${Object.keys(LABELS).join(', ')}`);
  }
  return given as unknown as IncidentEventDetail;
}

function timeOf(name: string, value: unknown): string {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new Error(`${name} is ${JSON.stringify(value)}: it must be a time, ISO 8601`);
  }
  return new Date(time).toISOString();
}

/** A link, if it is one that Security Hub takes. */
function urlOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^https:\/\/[\x21-\x7e]+$/.test(value) && URL.canParse(value) ? value : undefined;
}

/** What filters and readers need besides. */
function fieldsOf(detail: IncidentEventDetail): Record<string, string> {
  const { monitor, proxy, kind, incidentId, upstream, address, owner, tasks, taskCount, live } = detail;
  const values = { monitor, proxy, kind, incidentId, upstream, address, owner, tasks, taskCount, live };
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    const texts = [value].flat().filter((one) => typeof one === 'string' || typeof one === 'number');
    if (texts.length > 0) {
      fields[`${PRODUCT}/${name}`] = plainText(texts.join(', '), MAX.field);
    }
  }
  return fields;
}

/** The service, or the instances that the incident is about; of an Auto Scaling group the ARN is not known. */
function resourcesFor({ taskSource, tasks, monitor, proxy }: IncidentEventDetail, place: Place): Finding['Resources'] {
  const ids = [tasks].flat().filter((id) => typeof id === 'string');
  const own = resourcesOf(taskSource, ids, place).flatMap((one) => (one.kind === 'group' ? instancesOf(ids) : one));
  const found = own.slice(0, MAX.resources).map(({ kind, id }) => {
    const { type, idOf } = RESOURCES[kind as keyof typeof RESOURCES];
    return { Type: type, Id: plainText(idOf(id, place), MAX.id), Region: place.region };
  });
  return found.length > 0 ? found : [{ Type: 'Other', Id: plainText(`${PRODUCT}/${monitor}/${proxy}`, MAX.id) }];
}
