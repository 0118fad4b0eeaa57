import type { DemoResult, Lane } from '../../lab/demo';
import { reportPage } from '../../lab/report-page';
import { CHICK, EGG } from '../../lab/world';

const HOSTILE = `</title><script>alert("1" && '2')</script>`;
const ESCAPED = '&#60;/title&#62;&#60;script&#62;alert(&#34;1&#34; &#38;&#38; &#39;2&#39;)&#60;/script&#62;';

const PINNED: Lane = {
  version: '2.6.12',
  source: 'Debian bookworm',
  kind: 'pinned',
  configuration: 'backend upstream\n    server pinned elb.lab.test:80\n',
  samples: [
    { at: 0.2, answer: EGG },
    { at: 5, answer: EGG },
    { at: 6 },
    { at: 9, answer: CHICK },
    { at: 10, answer: CHICK },
  ],
  incidents: [
    {
      id: '0123456789abcdef',
      kind: 'stale-address',
      address: '127.0.0.1',
      message: '2.6-pinned sends to 127.0.0.1 (upstream/pinned), which elb.lab.test no longer has',
      openedAt: 6,
      resolvedAt: 9,
    },
  ],
  queries: 0,
  lastOld: 5,
};

const GENERATED: Lane = { ...PINNED, kind: 'generated', incidents: [], queries: 4, firstNew: 5.25 };

const RESULT: DemoResult = { lanes: [PINNED, GENERATED], movedAt: 4, mendedAt: 8, endedAt: 10 };

const rowsOf = (page: string) =>
  [...page.matchAll(/<tr>(<td>.*)<\/tr>/g)].map(([, cells]) => cells!.split('<td>').slice(1));

test('the page needs nothing but itself', () => {
  expect(reportPage(RESULT)).not.toMatch(/https?:|\bsrc\s*=|\bhref\s*=|url\(|@import|<script|<link|<iframe/i);
});

test('each HAProxy has a row that says whether it followed, how often it asked and what was found', () => {
  expect(rowsOf(reportPage(RESULT))).toEqual([
    ['2.6.12', 'Debian bookworm', 'pinned', 'never', '0', 'stale-address'],
    ['2.6.12', 'Debian bookworm', 'generated', '1.3 s', '4', 'none'],
  ]);
});

test('the first sentence counts the generated ones that followed', () => {
  expect(reportPage(RESULT)).toContain('<p>1 of 1 generated configurations followed;');
  const { firstNew: _, ...lost } = GENERATED;
  expect(reportPage({ ...RESULT, lanes: [PINNED, lost] })).toContain('<p>0 of 1 generated configurations followed;');
});

test('each HAProxy has a bar of its answers, and its incidents below', () => {
  const page = reportPage(RESULT);
  const fills = [...page.matchAll(/fill="var\(--(old|new|none)\)"/g)].map(([, fill]) => fill);
  expect(fills).toEqual(['old', 'none', 'new', 'old', 'none', 'new']);
  expect(page.match(/fill="var\(--incident\)"/g)).toHaveLength(1);
  expect(page).toContain(
    '<title>stale-address: 2.6-pinned sends to 127.0.0.1 (upstream/pinned), which elb.lab.test no longer has</title>',
  );
  // The two dashed lines: the move and the mending.
  expect(page.match(/stroke-dasharray/g)).toHaveLength(2);
});

test('an incident that is not over lasts to the end of the bar', () => {
  const [incident] = PINNED.incidents;
  const { resolvedAt: _, ...open } = incident!;
  const page = reportPage({ ...RESULT, lanes: [{ ...PINNED, incidents: [open] }] });
  const [, x, width] = /<rect x="(\d+)" y="20" width="(\d+)"/.exec(page)!;
  expect(Number(x) + Number(width)).toBe(1000);
});

test('each configuration can be read', () => {
  expect(reportPage(RESULT)).toContain(
    '<summary>HAProxy 2.6.12, pinned</summary><pre>backend upstream\n    server pinned elb.lab.test:80\n</pre>',
  );
});

test.each<[what: string, lane: Lane]>([
  ['version', { ...PINNED, version: HOSTILE }],
  ['source', { ...PINNED, source: HOSTILE }],
  ['configuration', { ...PINNED, configuration: HOSTILE }],
  ['message of an incident', { ...PINNED, incidents: [{ ...PINNED.incidents[0]!, message: HOSTILE }] }],
])('the %s is a text and never HTML', (_what, lane) => {
  const page = reportPage({ ...RESULT, lanes: [lane] });
  expect(page).not.toContain('<script');
  expect(page).toContain(ESCAPED);
});

test('no number on the page is a NaN, also without any sample', () => {
  expect(reportPage({ ...RESULT, lanes: [{ ...PINNED, samples: [], incidents: [] }] })).not.toContain('NaN');
});
