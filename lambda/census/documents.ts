/**
 * The documents of a census: what a monitor answers, one for each monitor, one over all monitors; and the same two for a
 * month. Their schema is `census.schema.json`. Times are ISO 8601.
 */
import { z } from 'zod';
import type { CensusPage, CensusProxy } from '../../lib/contract/census';
import type { TaskSource } from '../../lib/contract/registry-record';
import { VERDICTS, type VerdictKind } from '../../lib/contract/verdicts';

const text = z.string();
const texts = z.array(text);
const count = z.int().min(0);
const time = z.iso.datetime();
const severity = z.enum(['critical', 'warning', 'info']);
const kind = z.enum(Object.keys(VERDICTS) as [VerdictKind, ...VerdictKind[]]);
const compliance = z.enum(['compliant', 'non-compliant', 'unknown']);

/** An incident of a proxy. Without an `id` it has no event: the next run opens it, or it is suppressed. */
const incident = z.object({
  id: text.optional(),
  kind,
  severity,
  message: text,
  upstream: text.optional(),
  address: text.optional(),
  taskCount: count,
  since: time,
  openedAt: time.optional(),
  suppressed: text.optional(),
});

/** An incident that is over. */
const ended = incident.omit({ suppressed: true }).required({ id: true, openedAt: true }).extend({ overAt: time });

/** A time in which a proxy, or a part of it, was not seen. */
const blind = z.object({ from: time, until: time.optional(), why: text });
const port = { runtimeApiPort: count };
const taskSource = z.union([
  z.object({ cluster: text, service: text, ...port }),
  z.object({ autoScalingGroup: text, ...port }),
  z.object({ instanceTags: z.record(text, text), ...port }),
  z.object({ cloudMapNamespace: text, cloudMapService: text, ...port }),
  z.object({ name: text, ...port }),
  z.object({ endpoints: texts }),
]) satisfies z.ZodType<TaskSource>;

const proxy = z.object({
  name: text,
  proxy: text,
  at: time,
  compliance,
  taskSource: taskSource.optional(),
  since: time.optional(),
  lastWholeAt: time.optional(),
  recordedSince: time.optional(),
  blind: z.array(blind),
  ended: z.array(ended),
  upstreams: z.array(
    z.object({
      dnsName: text,
      port: count,
      completeness: z.enum(['complete', 'partial', 'unknown']),
      live: texts,
      leaving: texts,
      interfacesAgeSeconds: z.number().min(0).optional(),
      problems: texts,
    }),
  ),
  held: z.array(z.object({ tasks: texts, taskCount: count, addresses: z.array(texts) })),
  tasks: count,
  tasksRead: count,
  gaps: z.array(
    z.object({ what: z.enum(['proxy', 'task', 'process', 'upstream', 'record']), id: text.optional(), why: text }),
  ),
  incidents: z.array(incident),
  pending: z.array(kind),
  leftOut: texts.optional(),
}) satisfies z.ZodType<CensusProxy>;

const page = {
  version: z.literal('1'),
  /** In a document: `ACCOUNT/REGION/NAME`. */
  monitor: text,
  startedAt: time,
  endedAt: time,
  total: count,
  proxies: z.array(proxy),
  degraded: texts,
};

/** What the controller of a monitor answers. Another account sent it: the hub takes it only in this shape. */
export const CENSUS_PAGE = (z.object({ ...page, next: text.optional() }) satisfies z.ZodType<CensusPage>).meta({
  id: 'CensusPage',
});

/** All pages of one monitor. */
export const MONITOR_CENSUS = z
  .object({
    ...page,
    /** Id of the census. */
    census: text,
    /** Why the monitor, or its later proxies, were not asked. */
    failed: text.optional(),
  })
  .meta({ id: 'MonitorCensus' });

const counts = { proxies: count, compliant: count, nonCompliant: count, unknown: count, partialTruth: count };
const notSeen = z.object({ proxy: text.optional(), lastWholeAt: time.optional(), why: text });
const finding = z.object({ proxy: text, since: time, kinds: z.array(kind), suppressed: z.boolean().optional() });

/** The summary of one monitor; at most some 60 KB. */
export const MONITOR_SUMMARY = z.object({
  monitor: text,
  /** Its document: what this summary is made of. */
  document: z.object({ key: text, sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: count }).optional(),
  ...counts,
  /** Since when the oldest incident lasts. */
  since: time.optional(),
  nonCompliantProxies: z.array(finding),
  notSeen: z.array(notSeen),
  failed: text.optional(),
  /** What had no room. */
  leftOut: texts.optional(),
});

/** One census over all monitors. */
export const CENSUS = z
  .object({
    version: z.literal('1'),
    census: text,
    startedAt: time,
    endedAt: time,
    /** How many monitors were to be asked, and how many answered about all of their proxies. */
    totals: z.object({ monitors: count, monitorsSeen: count, ...counts }),
    since: time.optional(),
    /** By name: each monitor that was to be asked, once. */
    monitors: z.array(MONITOR_SUMMARY),
  })
  .meta({ id: 'Census' });

const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** An incident in the course of a month. */
const pastIncident = incident.extend({
  /** The last census that had it open. Missing: it was over before the next census. */
  lastSeenAt: time.optional(),
  /** When it was over: the first check that did not find it. */
  overAt: time.optional(),
  /** Where that is not recorded: the first census that saw the proxy without it. Missing both: it is not known to be over. */
  overBy: time.optional(),
  /** Why it is over. */
  over: text.optional(),
});

/** A proxy in the course of a month. */
const pastProxy = z.object({
  name: text,
  proxy: text,
  /** How many censuses have it, and in how many it was compliant. */
  censuses: count,
  compliant: count,
  /** Since which census it is compliant, without an incident or a blind time. Missing: it was not in the last one. */
  compliantSince: time.optional(),
  /** When all of it was last seen. */
  lastWholeAt: time.optional(),
  /** Since when the monitor has a record of it, by the last census. */
  recordedSince: time.optional(),
  /** The first census that no longer had it. */
  goneSince: time.optional(),
  /** Since when its monitor does not answer: what was since is not known. */
  unanswered: blind.omit({ until: true }).optional(),
  blind: z.array(blind),
  incidents: z.array(pastIncident),
  leftOut: texts.optional(),
});

/** What the censuses of a month say of one monitor. */
export const MONITOR_MONTH = z
  .object({
    version: z.literal('1'),
    month,
    monitor: text,
    /** The censuses that it is made of, the first one first, with the checksums of their documents. */
    censuses: z.array(z.object({ census: text, at: time, sha256: sha256.optional(), failed: text.optional() })),
    proxies: z.array(pastProxy),
  })
  .meta({ id: 'MonitorMonth' });

const monthCounts = {
  /** How many proxies; of these, how many had an incident above `info`, and how many were not seen for a time. */
  proxies: count,
  proxiesWithIncidents: count,
  blindProxies: count,
  /** How many incidents above `info`, and how many of them are not known to be over. */
  incidents: count,
  openIncidents: count,
};

/** One monitor in a month; some 60 KB at most. */
export const MONTH_SUMMARY = z.object({
  monitor: text,
  document: z.object({ key: text, sha256, bytes: count }).optional(),
  /** How many censuses, and in how many the monitor did not answer about all of its proxies. */
  censuses: count,
  failedCensuses: count,
  ...monthCounts,
  withIncidents: z.array(z.object({ proxy: text, kinds: z.array(kind), incidents: count, open: count, first: time })),
  blind: z.array(z.object({ proxy: text, times: count, seconds: count, still: z.boolean().optional(), why: text })),
  failed: text.optional(),
  leftOut: texts.optional(),
});

/** One month over all monitors. */
export const MONTH = z
  .object({
    version: z.literal('1'),
    month,
    totals: z.object({ monitors: count, monitorsSeen: count, ...monthCounts }),
    /** By name: each monitor that was to be asked, once. */
    monitors: z.array(MONTH_SUMMARY),
  })
  .meta({ id: 'Month' });

export type MonitorCensus = Omit<z.infer<typeof MONITOR_CENSUS>, 'proxies'> & {
  readonly proxies: readonly CensusProxy[];
};
export type MonitorSummary = z.infer<typeof MONITOR_SUMMARY>;
export type Census = z.infer<typeof CENSUS>;
export type MonitorMonth = z.infer<typeof MONITOR_MONTH>;
export type MonthSummary = z.infer<typeof MONTH_SUMMARY>;
export type Month = z.infer<typeof MONTH>;

/** The JSON Schema of all documents. */
export function censusJsonSchema(): object {
  return z.toJSONSchema(z.union([CENSUS, MONITOR_CENSUS, MONTH, MONITOR_MONTH, CENSUS_PAGE]), { target: 'draft-7' });
}
