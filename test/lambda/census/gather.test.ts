import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { encode, gather } from '../../../lambda/census/gather';
import type { CensusPage, CensusRequest } from '../../../lib/contract/census';
import { raw } from '../observations';
import { censusesOf } from './monitors';

const WHO = { census: 'c-1', monitor: '111122223333/eu-west-1/fleet' };
const [healthy] = censusesOf([raw()])[0]!.proxies;

/** The pages of a monitor with these proxies, in order, as a controller answers them. */
function controller(names: readonly string[], size: number) {
  return async ({ after = '' }: CensusRequest): Promise<CensusPage> => {
    const rest = names.filter((name) => name > after);
    const proxies = rest.slice(0, size).map((name) => ({ ...healthy!, name }));
    const more = rest.length > proxies.length;
    const at = '2026-11-22T12:00:00.000Z';
    const page = { version: '1', monitor: 'fleet', startedAt: at, endedAt: at, total: names.length } as const;
    return { ...page, proxies, degraded: [], ...(more && { next: proxies.at(-1)!.name }) };
  };
}

/** Answers that replace the page of a controller. */
const changed = (change: (page: CensusPage) => unknown) => async (request: CensusRequest) =>
  change(await controller(['a', 'b'], 2)(request));

test('pages of any size have every proxy once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 20 }),
      async (some, size) => {
        const names = [...some].sort((a, b) => (a < b ? -1 : 1));
        const census = await gather(WHO, controller(names, size));
        expect(census.proxies.map(({ name }) => name)).toEqual(names);
        expect(census).toMatchObject({ ...WHO, version: '1', total: names.length });
        expect(census).not.toHaveProperty('failed');
      },
    ),
  );
});

test('a monitor that fails after some pages keeps them, and the reason', async () => {
  const pages = controller(['a', 'b', 'c'], 1);
  const census = await gather(WHO, async (request) => {
    if (request.after === 'b') {
      throw Object.assign(new Error('not authorized\nto invoke'), { name: 'AccessDeniedException' });
    }
    return pages(request);
  });
  expect(census.proxies.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(census).toMatchObject({ total: 3, failed: 'AccessDeniedException: not authorized to invoke' });
});

test.each([
  [
    'the summary of a run',
    () => ({ checkedProxies: 2 }),
    'the answer is no census of this version: version: Invalid input: expected "1": upgrade the monitor, or this hub',
  ],
  [
    'nothing',
    () => null,
    'the answer is no census of this version: it: Invalid input: expected object, received null: upgrade the monitor, or this hub',
  ],
  [
    'another version',
    (page: CensusPage) => ({ ...page, version: '2' }),
    'the answer is no census of this version: version: Invalid input: expected "1": upgrade the monitor, or this hub',
  ],
  [
    'a number for a name',
    ({ proxies: [one], ...page }: CensusPage) => ({ ...page, proxies: [{ ...one, name: 1 }] }),
    'the answer is no census of this version: proxies.0.name: Invalid input: expected string, received number: upgrade the monitor, or this hub',
  ],
  [
    'the same page again',
    (page: CensusPage) => ({ ...page, next: 'b' }),
    'the answer repeats proxies, or they are not in the order of their names: upgrade the monitor',
  ],
  [
    'another next',
    (page: CensusPage) => ({ ...page, next: 'a' }),
    'the answer repeats proxies, or they are not in the order of their names: upgrade the monitor',
  ],
])('an answer that is %s fails with one line, and ends', async (_, change, failed) => {
  let asked = 0;
  const census = await gather(WHO, (request) => {
    asked += 1;
    return changed(change as (page: CensusPage) => unknown)(asked > 1 ? { census: true } : request);
  });
  expect(census.failed).toBe(failed);
  expect(asked).toBeLessThanOrEqual(2);
});

test('unknown members of a newer monitor are left out', async () => {
  const census = await gather(
    WHO,
    changed((page) => ({ ...page, more: 1 })),
  );
  expect(census).not.toHaveProperty('failed');
  expect(census).not.toHaveProperty('more');
});

test('a monitor with more pages than allowed is named', async () => {
  const names = Array.from({ length: 30 }, (_, i) => String(i).padStart(2, '0'));
  const census = await gather(WHO, controller(names, 1));
  expect(census).toMatchObject({
    total: 30,
    failed: 'the monitor has more than 25 pages: split it into several monitors',
  });
  expect(census.proxies).toHaveLength(25);
});

test('the checksum is what sha256sum says, whatever is in the document', () => {
  for (const name of ['orders', 'ö\u{1f423}\ud800', '</script>']) {
    const { body, sha256 } = encode({ name });
    expect(execFileSync('sha256sum', { input: body, encoding: 'utf8' }).split(' ')[0]).toBe(sha256);
    expect(JSON.parse(body)).toEqual({ name });
  }
});
