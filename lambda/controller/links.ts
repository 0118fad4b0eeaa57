/** Where the verdicts are explained. */
const RUNBOOK = 'https://github.com/cdk-haproxy-elb/cdk-haproxy-elb/blob/main/docs/troubleshooting.md';

/** Host of the console by the start of the region, where it is another one. */
const CONSOLES: readonly (readonly [start: string, host: string])[] = [
  ['cn-', 'console.amazonaws.cn'],
  ['us-gov-', 'console.amazonaws-us-gov.com'],
  ['', 'console.aws.amazon.com'],
];

/** The troubleshooting page, at a verdict. */
export function runbookOf(kind: string): string {
  return `${RUNBOOK}#${kind}`;
}

/** The log of the monitor in the console, with the query of one incident. */
export function logOf(region: string, logGroup: string, incidentId: string): string {
  const query = [
    'fields @timestamp, event, incident.severity, message',
    'filter event like /^incident-/',
    `filter incident.incidentId = "${incidentId}"`,
    'sort @timestamp desc',
  ].join('\n| ');
  const host = CONSOLES.find(([start]) => region.startsWith(start))![1];
  const detail = `~(end~0~start~-604800~timeType~'RELATIVE~unit~'seconds~editorString~'${consoleText(query)}~source~(~'${consoleText(logGroup)}))`;
  return `https://${region}.${host}/cloudwatch/home?region=${region}#logsV2:logs-insights$3FqueryDetail$3D${detail}`;
}

/** As the console writes a text of a query into its address. */
function consoleText(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replace(/%(..)/g, (_, hex: string) => `*${hex.toLowerCase()}`);
}
