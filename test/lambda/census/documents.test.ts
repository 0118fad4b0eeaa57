import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { censusJsonSchema, type MonitorCensus } from '../../../lambda/census/documents';
import { monthOf } from '../../../lambda/census/month';
import { censusPage, monitorPage, monthPage } from '../../../lambda/census/page';
import { summarize, summaryOf } from '../../../lambda/census/summarize';
import { raw, read, START, slots, unread } from '../observations';
import { anySeen, censusesOf, timeOf } from './monitors';

const MONITOR = '111122223333/eu-west-1/fleet';
const FRAME = { census: 'c-1', startedAt: timeOf(START), endedAt: timeOf(START + 60_000) };
const schema = JSON.parse(readFileSync(join(__dirname, '../../../census.schema.json'), 'utf8'));
const validate = addFormats(new Ajv({ strict: false, allErrors: true })).compile(schema);

/** What is wrong with a document by the published schema. */
const faultsOf = (document: unknown) => {
  validate(JSON.parse(JSON.stringify(document)));
  return validate.errors ?? [];
};

const healthy = raw();
const stale = raw({ tasks: [read('task-1', { slots: slots('10.0.0.1', '10.0.0.9') })] });
const silent = raw({ tasks: [unread('task-1')] });

test('the schema file is that of the code', () => {
  expect(schema).toEqual(JSON.parse(JSON.stringify(censusJsonSchema())));
});

test('whatever was seen: every document is valid against the schema of the repository', () => {
  fc.assert(
    fc.property(anySeen, (checks) => {
      const censuses = censusesOf(checks);
      const document = { key: 'a', sha256: '0'.repeat(64), bytes: 1 };
      const all = [
        ...censuses,
        monthOf('2026-11', MONITOR, censuses),
        summarize(FRAME, [MONITOR, 'other'], [summaryOf(censuses.at(-1)!, document)]),
      ];
      expect(all.flatMap(faultsOf)).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

describe('the summary', () => {
  const [seen] = censusesOf([healthy]);
  const drifted = censusesOf([stale, stale, stale, stale]).at(-1)!;
  const down = censusesOf(['down'])[0]!;
  const at = (monitor: string, census: MonitorCensus) => summaryOf({ ...census, monitor });

  test('counts each proxy once, and names who is not compliant since when, and who was not seen', () => {
    const results = [at('a', seen!), at('b', drifted), at('c', down), at('e', censusesOf([silent])[0]!)];
    const census = summarize(FRAME, ['a', 'b', 'c', 'd', 'e'], results);
    expect(census.totals).toEqual({
      monitors: 5,
      monitorsSeen: 3,
      proxies: 3,
      compliant: 1,
      nonCompliant: 1,
      unknown: 1,
      partialTruth: 0,
    });
    expect(census.since).toBe(timeOf(START));
    expect(census.monitors.map(({ monitor, failed }) => [monitor, failed])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', 'AccessDenied'],
      ['d', 'it left no result: it was not asked, or the function that asks it was stopped'],
      ['e', undefined],
    ]);
    expect(census.monitors[1]!.nonCompliantProxies).toEqual([
      { proxy: 'orders-1', since: timeOf(START), kinds: ['stale-address'] },
    ]);
    expect(census.monitors[4]!.notSeen).toEqual([{ proxy: 'orders-1', why: 'connection refused (and 2 more)' }]);
  });

  test('proxies that the answer of a monitor lacks were not seen', () => {
    const half = summaryOf({ ...seen!, total: 3, failed: 'Timeout' });
    expect(half).toMatchObject({ proxies: 3, compliant: 1, unknown: 2 });
    expect(half.notSeen).toEqual([{ why: '2 of 3 proxies are not in the answer: Timeout' }]);
  });

  test('of many proxies it names the first, and says how many it does not name', () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ ...drifted.proxies[0]!, name: `proxy-${i}` }));
    const summary = summaryOf({ ...drifted, proxies: many, total: 300 });
    expect(summary).toMatchObject({ nonCompliant: 300, leftOut: ['proxies that are not compliant: 200 of 300'] });
    expect(summary.nonCompliantProxies).toHaveLength(100);
  });
});

describe('a page', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('</style><script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'", '&lt;', '__proto__'),
  );
  /** The document with every text that a stranger may choose replaced. */
  const withTexts = (value: unknown, text: () => string): unknown => {
    if (Array.isArray(value)) {
      return value.map((one) => withTexts(one, text));
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withTexts(one, text)]));
    }
    const isFree = typeof value === 'string' && !/^(\d{4}-|1$|compliant|non-compliant|unknown)/.test(value);
    return isFree ? text() : value;
  };
  const tagsOf = (page: string) => page.replace(/<style>[^<]*<\/style>/, '').match(/<[^>]*>/g);
  const censuses = censusesOf([healthy, stale, stale, stale, stale, silent]);
  const documents = [
    { page: monitorPage, document: censuses.at(-2)! },
    { page: monitorPage, document: censuses.at(-1)! },
    { page: monthPage, document: monthOf('2026-11', MONITOR, censuses) },
    {
      page: censusPage,
      document: summarize(
        FRAME,
        ['a', MONITOR],
        censuses.slice(-2).map((one) => summaryOf(one)),
      ),
    },
  ] as { page: (document: unknown) => string; document: unknown }[];

  test('no name, address or message can add a tag to it, or leave one out', () => {
    for (const { page, document } of documents) {
      const plain = tagsOf(page(withTexts(document, () => 'x')));
      fc.assert(
        fc.property(fc.array(anyText, { minLength: 1 }), (texts) => {
          let i = 0;
          const hostile = withTexts(document, () => texts[i++ % texts.length] || 'x');
          expect(tagsOf(page(hostile))).toEqual(plain);
          expect(JSON.parse(JSON.stringify(hostile))).toEqual(hostile);
        }),
        { numRuns: 50 },
      );
    }
  });

  test('of a monitor says what was compared with what', () => {
    const page = monitorPage(censuses.at(-2)!);
    for (const text of ['10.0.0.1, 10.0.0.9', '10.0.0.1, 10.0.0.2', 'complete', 'stale-address', 'elb.test:80']) {
      expect(page).toContain(text);
    }
  });

  test('of a month says when a proxy was blind, and when an incident began', () => {
    const page = monthPage(monthOf('2026-11', MONITOR, censuses));
    expect(page).toContain('connection refused');
    expect(page).toContain('2026-11-22 12:00:00 UTC');
  });
});
