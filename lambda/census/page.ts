import type {
  CensusBlind,
  CensusEndedIncident,
  CensusIncident,
  CensusProxy,
  CensusUpstream,
} from '../../lib/contract/census';
import type { Census, MonitorCensus, MonitorMonth, MonitorSummary, Month } from './documents';
import { Html, html } from './html';
import { STYLE } from './style';

type Piece = Html | string;

/** The page about a census of all monitors: one file that needs no network and no script. Pure. */
export function censusPage({ census, startedAt, endedAt, totals, since, monitors }: Census): string {
  const wrong = monitors.flatMap(({ monitor, nonCompliantProxies }) =>
    nonCompliantProxies.map((one) => ({ monitor, ...one })),
  );
  const unseen = monitors.flatMap(({ monitor, failed, notSeen }) => [
    ...(failed === undefined ? [] : [{ monitor, why: failed }]),
    ...notSeen.map((one) => ({ monitor, ...one })),
  ]);
  return pageOf(
    `Census ${census}`,
    html`<p class="soft">${timeOf(startedAt)} to ${timeOf(endedAt)}.${since === undefined ? '' : ` The oldest incident lasts since ${timeOf(since)}.`}</p>
<div class="cards">
${card('Monitors', [
  [totals.monitorsSeen, `of ${totals.monitors} answered`, totals.monitorsSeen === totals.monitors],
  [totals.proxies, 'proxies'],
])}
${card('Proxies', [
  [totals.compliant, 'compliant', true],
  [totals.nonCompliant, 'not compliant', totals.nonCompliant === 0],
  [totals.unknown, 'not seen as a whole', totals.unknown === 0],
  [totals.partialTruth, 'compliant by a truth that is not complete'],
])}
</div>
<h2>Not compliant</h2>
${table(
  ['monitor', 'proxy', 'since', 'incidents'],
  wrong.map(({ monitor, proxy, since: begin, kinds, suppressed }) => [
    monitor,
    proxy,
    timeOf(begin),
    `${kinds.join(', ')}${suppressed ? ' (suppressed)' : ''}`,
  ]),
)}
<h2>Not seen</h2>
${table(
  ['monitor', 'proxy', 'last seen as a whole', 'why'],
  unseen.map((one) => [
    one.monitor,
    'proxy' in one && one.proxy !== undefined ? one.proxy : 'the monitor',
    'lastWholeAt' in one && one.lastWholeAt !== undefined ? timeOf(one.lastWholeAt) : '',
    one.why,
  ]),
)}
<h2>Monitors</h2>
${table(['monitor', 'proxies', 'compliant', 'not compliant', 'unknown', 'document and its SHA-256'], monitors.map(monitorRow))}`,
  );
}

function monitorRow({ monitor, proxies, compliant, nonCompliant, unknown, document, leftOut = [] }: MonitorSummary) {
  const where = document === undefined ? 'none' : `${document.key} ${document.sha256}`;
  const left = leftOut.length === 0 ? '' : `; not named here: ${leftOut.join(', ')}`;
  return [monitor, String(proxies), String(compliant), String(nonCompliant), String(unknown), `${where}${left}`];
}

/** The page about one monitor in a census: what was compared with what. Pure. */
export function monitorPage({
  census,
  monitor,
  startedAt,
  endedAt,
  proxies,
  total,
  failed,
  degraded,
}: MonitorCensus): string {
  const lines = [...(failed === undefined ? [] : [failed]), ...degraded];
  return pageOf(
    `${monitor} in census ${census}`,
    html`<p class="soft">${timeOf(startedAt)} to ${timeOf(endedAt)}. ${proxies.length} of ${total} proxies.</p>
${lines.map((line) => html`<p>${line}</p>`)}
${proxies.map(proxyPart)}`,
  );
}

const COMPLIANCE: Readonly<Record<CensusProxy['compliance'], string>> = {
  compliant: 'compliant',
  'non-compliant': 'not compliant',
  unknown: 'not seen as a whole',
};

function proxyPart(proxy: CensusProxy): Html {
  const { upstreams, held, gaps, incidents, blind, ended, leftOut = [], tasks, tasksRead, at } = proxy;
  return html`<details><summary>${proxy.name}: ${COMPLIANCE[proxy.compliance]}</summary>
<p class="soft">Compared at ${timeOf(at)}: ${tasksRead} of ${tasks} tasks.${proxy.lastWholeAt === undefined ? '' : ` All of it was last seen at ${timeOf(proxy.lastWholeAt)}.`}</p>
${table(['load balancer', 'truth', 'addresses', 'problems'], upstreams.map(upstreamRow))}
${table(
  ['tasks', 'load balancer', 'held addresses'],
  held.flatMap(({ tasks: ids, taskCount, addresses }) =>
    addresses.map((some, i) => [
      taskCount > ids.length ? `${ids.join(', ')} and ${taskCount - ids.length} more` : ids.join(', '),
      upstreams[i]?.dnsName ?? '',
      some.join(', ') || 'none',
    ]),
  ),
)}
${
  gaps.length === 0
    ? ''
    : html`<p>Not seen:</p>${table(
        ['what', 'which', 'why'],
        gaps.map(({ what, id = '', why }) => [what, id, why]),
      )}`
}
${incidents.length === 0 ? '' : html`<p>Incidents:</p>${table(INCIDENT_HEADS, incidents.map(incidentRow))}`}
${blind.length === 0 ? '' : html`<p>Blind times:</p>${table(['from', 'until', 'why'], blind.map(blindRow))}`}
${ended.length === 0 ? '' : html`<p>Incidents that are over:</p>${table([...INCIDENT_HEADS.slice(0, 3), 'end', 'why'], ended.map(endedRow))}`}
${leftOut.length === 0 ? '' : html`<p>Left out for want of room: ${leftOut.join('; ')}.</p>`}
</details>
`;
}

function blindRow({ from, until, why }: CensusBlind): Piece[] {
  return [timeOf(from), until === undefined ? 'still' : timeOf(until), why];
}

function endedRow({ kind, severity, since, overAt, message }: CensusEndedIncident): Piece[] {
  return [kind, severity, timeOf(since), timeOf(overAt), message];
}

function upstreamRow({ dnsName, port, completeness, live, problems }: CensusUpstream): Piece[] {
  return [`${dnsName}:${port}`, completeness, live.join(', ') || 'none', problems.join('; ')];
}

const INCIDENT_HEADS = ['incident', 'severity', 'begin', 'message'];

function incidentRow({ kind, severity, since, message, suppressed }: CensusIncident): Piece[] {
  const reason = suppressed === undefined ? '' : ` (suppressed: ${suppressed})`;
  return [kind, severity, timeOf(since), `${message}${reason}`];
}

/** The page about a monitor in a month: when each proxy was blind, and each incident with begin and end. Pure. */
export function monthPage({ month, monitor, censuses, proxies }: MonitorMonth): string {
  return pageOf(
    `${monitor} in ${month}`,
    html`<p class="soft">${censuses.length} censuses. Incidents and blind times have the begin and the end that the runs of the monitor saw. Where an end is "by" a time, it is that of the first census after it.</p>
<h2>Proxies</h2>
${table(
  ['proxy', 'compliant', 'compliant since', 'registered'],
  proxies.map(({ name, compliant, censuses: all, compliantSince, goneSince, leftOut = [] }) => [
    name,
    `${compliant} of ${all} censuses`,
    compliantSince === undefined ? 'not in the last census' : timeOf(compliantSince),
    [goneSince === undefined ? 'yes' : `not since ${timeOf(goneSince)}`, ...leftOut].join('; '),
  ]),
)}
<h2>Blind</h2>
${table(
  ['proxy', 'from', 'until', 'why'],
  proxies.flatMap(({ name, blind, unanswered }) =>
    [...blind, ...(unanswered === undefined ? [] : [{ ...unanswered, until: undefined }])].map(
      ({ from, until, why }) => [name, timeOf(from), until === undefined ? 'still' : timeOf(until), why],
    ),
  ),
)}
<h2>Incidents</h2>
${table(
  ['proxy', ...INCIDENT_HEADS.slice(0, 3), 'end', 'message'],
  proxies.flatMap(({ name, incidents }) =>
    incidents.map((one) => {
      const [kind, severity, begin, message] = incidentRow(one);
      return [name, kind!, severity!, begin!, endOf(one), message!];
    }),
  ),
)}
<h2>Censuses</h2>
${table(
  ['census', 'at', 'SHA-256 of its document', 'not seen'],
  censuses.map(({ census, at, sha256 = 'none', failed = '' }) => [census, timeOf(at), sha256, failed]),
)}`,
  );
}

function endOf({ overAt, overBy }: MonitorMonth['proxies'][number]['incidents'][number]): string {
  if (overAt !== undefined) {
    return timeOf(overAt);
  }
  return overBy === undefined ? 'open' : `by ${timeOf(overBy)}`;
}

/** The page about a month of all monitors. Pure. */
export function monthsPage({ month, totals, monitors }: Month): string {
  return pageOf(
    `Month ${month}`,
    html`<div class="cards">
${card('Monitors', [
  [totals.monitorsSeen, `of ${totals.monitors} in a census`, totals.monitorsSeen === totals.monitors],
  [totals.proxies, 'proxies'],
])}
${card('Proxies', [
  [totals.proxiesWithIncidents, 'with incidents', totals.proxiesWithIncidents === 0],
  [totals.blindProxies, 'not seen as a whole for a time', totals.blindProxies === 0],
])}
${card('Incidents', [
  [totals.incidents, 'incidents', totals.incidents === 0],
  [totals.openIncidents, 'open at the end', totals.openIncidents === 0],
])}
</div>
<h2>Incidents</h2>
${table(
  ['monitor', 'proxy', 'first', 'incidents', 'open', 'kinds'],
  monitors.flatMap(({ monitor, withIncidents }) =>
    withIncidents.map(({ proxy, first, incidents, open, kinds }) => {
      return [monitor, proxy, timeOf(first), String(incidents), String(open), kinds.join(', ')];
    }),
  ),
)}
<h2>Blind</h2>
${table(
  ['monitor', 'proxy', 'times', 'minutes', 'first reason'],
  monitors.flatMap(({ monitor, blind }) =>
    blind.map(({ proxy, times, seconds, still, why }) => {
      return [monitor, proxy, String(times), `${Math.ceil(seconds / 60)}${still ? ', still blind' : ''}`, why];
    }),
  ),
)}
<h2>Monitors</h2>
${table(
  ['monitor', 'proxies', 'censuses', 'not answered', 'document and its SHA-256'],
  monitors.map(({ monitor, proxies, censuses, failedCensuses, document, failed, leftOut = [] }) => [
    monitor,
    String(proxies),
    String(censuses),
    String(failedCensuses),
    [document === undefined ? (failed ?? 'none') : `${document.key} ${document.sha256}`, ...leftOut].join('; '),
  ]),
)}`,
  );
}

const timeOf = (iso: string) => iso.replace(/T(\d\d:\d\d:\d\d).*/, ' $1 UTC');

function card(title: string, figures: readonly (readonly [value: number, text: string, good?: boolean])[]): Html {
  const rows = figures.map(([value, text, good]) => {
    const tone = good === undefined ? '' : good ? 'good' : 'bad';
    return html`<dt class="${tone}">${value}</dt><dd>${text}</dd>`;
  });
  return html`<div class="card"><h3>${title}</h3><dl>${rows}</dl></div>`;
}

function table(heads: readonly string[], rows: readonly (readonly Piece[])[]): Html {
  if (rows.length === 0) {
    return html`<p>None.</p>`;
  }
  return html`<div class="scroll"><table><tr>${heads.map((head) => html`<th class="text">${head}</th>`)}</tr>
${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td class="long">${cell}</td>`)}</tr>\n`)}</table></div>`;
}

function pageOf(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body><main>
<h1>${title}</h1>
${body}
</main></body>
</html>
`.toString();
}
