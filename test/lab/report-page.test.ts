import type { DemoResult } from '../../lab/figures';
import { reportPage } from '../../lab/report/page';
import type { Timeline } from '../../lab/timeline';
import { GENERATED, PINNED, RESULT } from './results';

const HOSTILE = `</title><script>alert("1" && '2')</script>`;
const ESCAPED = '&#60;/title&#62;&#60;script&#62;alert(&#34;1&#34; &#38;&#38; &#39;2&#39;)&#60;/script&#62;';

const textOf = (html: string) =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
const rowsOf = (page: string, table: number) =>
  [
    ...page
      .split('<table>')
      [table + 1]!.split('</table>')[0]!
      .matchAll(/<tr>(<td.*?)<\/tr>/g),
  ].map(([, cells]) => cells!.split('</td>').slice(0, -1).map(textOf));

test('the page needs nothing but itself', () => {
  expect(reportPage(RESULT)).not.toMatch(/https?:|\bsrc\s*=|\bhref\s*=|url\(|@import|<script|<link|<iframe/i);
});

test('it begins with what the run means when all is as expected, and with all that is not', () => {
  const expected: DemoResult = { ...RESULT, scenario: { ...RESULT.scenario, expectations: [] } };
  expect(textOf(reportPage(expected))).toContain(RESULT.scenario.meaning);
  const lost: DemoResult = {
    ...RESULT,
    scenario: { ...RESULT.scenario, expectations: [{ of: 'pinned', figure: 'lost', max: 0 }] },
  };
  expect(textOf(reportPage(lost))).toContain(
    'Not as expected HAProxy 2.6.12 (pinned): lost requests 1, expected at most 0',
  );
  expect(textOf(reportPage({ ...lost, lateness: 2 }))).toContain(
    'expected at most 0 This machine was too busy to judge: a request without HAProxy took up to 2.0 s.',
  );
});

test('two cards show the result of each kind', () => {
  const text = textOf(reportPage({ ...RESULT, timelines: [PINNED, PINNED, GENERATED] }));
  expect(text).toContain(
    'Pinned: a server line that never resolves again 0 of 2 followed the load balancer 2 requests lost 0 DNS queries sent 2 critical incidents',
  );
  expect(text).toContain(
    'Generated: what this project writes 1 of 1 followed the load balancer 0 requests lost 5 DNS queries sent 0 critical incidents',
  );
});

test('each HAProxy has a row of figures', () => {
  expect(rowsOf(reportPage(RESULT), 0)).toEqual([
    ['2.6.12', 'pinned', 'never', 'never', '1', '0', 'never', '2.0 s', '0'],
    ['2.6.12', 'generated', '1.0 s', '2.0 s', '0', '5', 'never', 'never', '0'],
  ]);
});

test('each incident has a row, also an open one', () => {
  const message = PINNED.incidents[0]!.message;
  expect(rowsOf(reportPage(RESULT), 1)).toEqual([
    ['2.6.12 pinned', 'stale-address', 'critical', '6.0 s', '9.0 s', message],
  ]);
  const open: Timeline = { ...PINNED, incidents: [{ ...PINNED.incidents[0]!, resolvedAt: undefined }] };
  expect(rowsOf(reportPage({ ...RESULT, timelines: [open] }), 1)[0]![4]).toBe('still open');
  expect(textOf(reportPage({ ...RESULT, timelines: [GENERATED] }))).toContain('Incidents None.');
});

/** The colours of the columns of a timeline's strip, with their tops and heights. */
const columnsOf = (page: string, timeline: number) =>
  [
    ...page
      .split('<svg viewBox="0 0 100.0')
      [timeline + 1]!.split('</svg>')[0]!
      .matchAll(/<path d="M([\d.]+) ([\d.]+)h[\d.]+v([\d.]+)h[-\d.]+z" fill="var\(--(\w+)\)"/g),
  ].map(([, x, top, height, colour]) => ({ second: Math.floor(Number(x) / 10), top, height, colour }));

test('each second is a column of the shares of its answers, with the queries below', () => {
  const columns = columnsOf(reportPage(RESULT), 1);
  expect(columns.filter(({ colour }) => colour !== 'query')).toEqual([
    { second: 0, top: '0.0', height: '30.0', colour: 'old' },
    { second: 4, top: '0.0', height: '30.0', colour: 'old' },
    { second: 5, top: '15.0', height: '15.0', colour: 'new' },
    { second: 5, top: '0.0', height: '15.0', colour: 'old' },
    { second: 6, top: '0.0', height: '30.0', colour: 'new' },
    { second: 9, top: '0.0', height: '30.0', colour: 'new' },
  ]);
  expect(columns.filter(({ colour }) => colour === 'query').map(({ second }) => second)).toEqual([1, 5, 9]);
  expect(columnsOf(reportPage(RESULT), 0).filter(({ colour }) => colour === 'lost')).toEqual([
    { second: 6, top: '0.0', height: '30.0', colour: 'lost' },
  ]);
});

test('events are numbered on the axis and listed below, and cross every strip', () => {
  const page = reportPage(RESULT);
  expect(page).toContain('<b style="left:40.00%" title="moves">1</b>');
  expect(textOf(page)).toContain('1 4.0 s the load balancer moves 2 8.0 s the pinned ones are repaired');
  expect(page.match(/stroke-dasharray/g)).toHaveLength(2 * RESULT.timelines.length);
});

test('an incident is a bar from its opening to its end, or to the end of the run', () => {
  const bar = (page: string) => /<b class="critical" style="([^"]*)"/.exec(page)![1];
  expect(bar(reportPage(RESULT))).toBe('left:60.00%;width:30.00%');
  const open: Timeline = { ...PINNED, incidents: [{ ...PINNED.incidents[0]!, resolvedAt: undefined }] };
  expect(bar(reportPage({ ...RESULT, timelines: [open] }))).toBe('left:60.00%;width:40.00%');
});

test('each release shows both configurations as one, with the lines in which they differ', () => {
  expect(reportPage(RESULT)).toContain(
    '<summary>HAProxy 2.6.12, Debian bookworm</summary><pre><span class="same">backend upstream</span><span class="same">    balance roundrobin</span><span class="gone">    server pinned elb.test:80</span><span class="added">    server-template elb 16 elb.test:80</span></pre>',
  );
});

test.each<[what: string, change: Partial<Timeline>]>([
  ['version', { version: HOSTILE }],
  ['source', { source: HOSTILE }],
  ['configuration', { configuration: HOSTILE }],
  ['message of an incident', { incidents: [{ ...PINNED.incidents[0]!, message: HOSTILE }] }],
  ['reason of a crash', { crash: { at: 1, why: HOSTILE } }],
])('the %s is a text and never HTML', (_what, change) => {
  const page = reportPage({ ...RESULT, timelines: [{ ...PINNED, ...change }] });
  expect(page).not.toContain('<script');
  expect(page).toContain(ESCAPED);
});

test('no number on the page is a NaN or infinite, also without any sample or look', () => {
  const empty: Timeline = { ...PINNED, requests: [], checks: [], incidents: [] };
  expect(reportPage({ ...RESULT, timelines: [empty] })).not.toMatch(/NaN|Infinity|undefined/);
});
