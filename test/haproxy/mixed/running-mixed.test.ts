import WebSocket from 'ws';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import { lint } from '../../../lint';
import { haproxyCheck } from '../../support/binaries';
import { speak } from '../../support/tls-client';
import { ask, converse } from '../running';
import { MIXTURES, type Mixture, PAGE, SERVED } from './mixtures';
import { BINARIES, MixedTestbed } from './testbed';

jest.setTimeout(120_000);

let testbed: MixedTestbed;

beforeAll(async () => {
  testbed = await MixedTestbed.start();
});

afterAll(() => testbed.close());

test('some binary has TLS', () => {
  expect(BINARIES).not.toEqual([]);
});

test.each(Object.keys(MIXTURES) as Mixture[])('every binary takes %s, and the linter finds no fault', (mixture) => {
  const outcomes = BINARIES.map((binary) => {
    const config = testbed.configOf(mixture, binary);
    if (config === undefined) {
      return { version: binary.version, taken: false };
    }
    const { status, output } = haproxyCheck(binary, config);
    const findings = lint(config, HaproxyVersion.of(binary.branch)).filter(({ rule }) => rule !== 'end-of-life');
    return { version: binary.version, status, output: status === 0 ? '' : output, findings };
  });
  expect(outcomes).toEqual(
    outcomes.map(({ version, taken }) =>
      taken === undefined ? { version, status: 0, output: '', findings: [] } : { version, taken },
    ),
  );
});

interface Seen {
  readonly name: string;
  readonly httpVersion: string;
  readonly headers: Record<string, string>;
}

const seen = (answer: { readonly status: number; readonly body: string } | undefined): Seen => {
  expect(answer?.status).toBe(200);
  return JSON.parse(answer!.body) as Seen;
};

const times = <T>(count: number, one: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => one(i)));
/** Each part of the traffic has some of twenty requests. */
const BOTH = ['elb', 'machines'];
const namesOf = (all: readonly Seen[]) => [...new Set(all.map(({ name }) => name))].sort();

test('HTTP/2, shares, cookies, limits, client certificates, pages and a redirect work together', async () => {
  await testbed.onEach('everything', async ({ binary, listen, redirect, visitor }) => {
    const [known, unknown] = [visitor(testbed.clients.good), visitor()];
    const forged = { 'x-client-verified': 'forged' };
    const all = await times(20, async (i) => known.get('/', { 'x-api-key': `k${i}`, ...forged }));
    const answers = all.map(seen);
    expect(namesOf(answers)).toEqual(BOTH);
    expect(new Set(answers.map(({ httpVersion }) => httpVersion))).toEqual(new Set(['2.0']));
    expect(new Set(answers.map(({ headers }) => headers['x-client-verified']))).toEqual(new Set(['SUCCESS']));
    const cookies = all.map((answer) => String(answer!.headers['set-cookie']));
    expect(cookies.join('\n')).toMatch(/^(part=\d\d?; Path=\/; HttpOnly; SameSite=Lax; Secure\n?){20}$/);
    const cookie = cookies[0]!.split(';')[0]!;
    const kept = await times(8, async (i) => unknown.get('/', { 'x-api-key': `c${i % 2}`, cookie, ...forged }));
    expect(namesOf(kept.map(seen))).toEqual([answers[0]!.name]);
    expect(kept.map((answer) => answer!.headers['set-cookie'])).toEqual(kept.map(() => undefined));
    expect(new Set(kept.map((answer) => seen(answer).headers['x-client-verified']))).toEqual(new Set(['NONE']));
    const limited = await times(12, () => known.get('/', { 'x-api-key': 'one' }));
    expect(limited.filter((answer) => answer?.status === 200)).toHaveLength(8);
    const [refused] = limited.filter((answer) => answer?.status === 429);
    expect(refused).toMatchObject({ body: PAGE, headers: { 'retry-after': '3600', 'content-type': 'text/html' } });
    expect(refused!.headers['set-cookie']).toBeUndefined();
    expect(await known.get('/old/1')).toMatchObject({ status: 410, body: 'gone' });
    expect(await visitor(testbed.clients.revoked).get('/')).toBeUndefined();
    const moved = await ask(redirect, { path: '/a?b', headers: { host: 'shop.example.com:8081' } });
    expect(moved).toMatchObject({ status: 301, headers: { location: 'https://shop.example.com:8080/a?b' } });
    expect(moved!.headers['set-cookie']).toBeUndefined();
    if (HaproxyVersion.of(binary.branch)._capabilities.websocketProtocol) {
      const socket = new WebSocket(`wss://127.0.0.1:${listen}/`, { rejectUnauthorized: false });
      socket.on('open', () => socket.send('hello'));
      const answer = await new Promise((resolve) => socket.on('message', (data) => resolve(String(data))));
      expect(answer).toMatch(/^(elb|machines) hello$/);
      socket.terminate();
    }
  });
});

test('a share by header, limits by address and a redirect work together', async () => {
  await testbed.onEach('byHeader', async ({ redirect, visitor }) => {
    const client = visitor();
    const names = await times(12, async (i) => {
      const answers = await times(3, () => client.get('/', { 'x-api-key': `customer-${i}` }));
      return namesOf(answers.map(seen));
    });
    expect(names.every((some) => some.length === 1)).toBe(true);
    expect(namesOf(names.map(([name]) => ({ name }) as Seen))).toEqual(BOTH);
    expect((await ask(redirect))?.status).toBe(301);
    const more = await times(80, () => client.get('/'));
    // 36 and the redirect came before.
    expect(more.filter((answer) => answer?.status === 429)).toHaveLength(17);
  });
});

test('a route has its own shares and protocol', async () => {
  await testbed.onEach('ofRoute', async ({ visitor }) => {
    const client = visitor();
    const ofApi = (await times(20, () => client.get('/api/'))).map(seen);
    expect(namesOf(ofApi)).toEqual(BOTH);
    expect([...new Set(ofApi.map(({ name, httpVersion }) => `${name} ${httpVersion}`))].sort()).toEqual([
      'elb 2.0',
      'machines 1.1',
    ]);
    const others = await times(10, () => client.get('/'));
    expect(others.map((answer) => `${seen(answer).name} ${answer!.headers['x-edge']}`)).toEqual(
      others.map(() => 'elb shop'),
    );
    const gone = await client.get('/old/');
    expect(gone).toMatchObject({ status: 410 });
    expect(gone!.headers['x-edge']).toBeUndefined();
  });
});

test('maintenance of everything comes before shares, and new tasks are ready', async () => {
  await testbed.onEach('maintenance', async ({ visitor }) => {
    const answers = await times(5, (i) => visitor(testbed.clients.good).get(`/${i}`));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: PAGE });
      expect(answer!.headers['set-cookie']).toBeUndefined();
    }
  });
});

test('required certificates, and a share of all', async () => {
  await testbed.onEach('required', async ({ visitor }) => {
    expect(await visitor().get('/')).toBeUndefined();
    const answers = await times(5, () => visitor(testbed.clients.good).get('/'));
    expect(namesOf(answers.map(seen))).toEqual(['machines']);
  });
});

test('the address of the PROXY protocol decides limits, shares and refusals', async () => {
  await testbed.onEach('proxied', async ({ listen }) => {
    const from = (address: string, count: number) =>
      times(count, () =>
        converse(
          listen,
          `PROXY TCP4 ${address} 198.51.100.1 4000 80\r\nGET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n`,
        ),
      );
    const one = await from('198.51.100.7', 12);
    const served = one.filter((answer) => answer.startsWith('HTTP/1.1 200'));
    expect([served.length, one.filter((answer) => /^HTTP\/1\.[01] 429/.test(answer)).length]).toEqual([10, 2]);
    expect(new Set(served.map((answer) => /"name":"(\w+)"/.exec(answer)![1])).size).toBe(1);
    const exempt = await from('10.1.1.1', 12);
    expect(exempt.filter((answer) => answer.startsWith('HTTP/1.1 200'))).toHaveLength(12);
    expect(await from('192.0.2.9', 1)).toEqual(['']);
  });
});

test('an address for each request, with a share', async () => {
  await testbed.onEach('perRequest', async ({ listen }) => {
    const answers: Seen[] = [];
    // Over HTTP/1.1: 2.0.0 does not wait for DNS over HTTP/2.
    for (let i = 0; i < 20; i += 1) {
      answers.push(seen(await ask(listen, { servername: 'www.test', headers: { 'X-Api-Key': `k${i}` } })));
    }
    expect(namesOf(answers)).toEqual(BOTH);
  });
});

test('TCP with client certificates, and TCP by SNI', async () => {
  await testbed.onEach('tcp', async ({ listen }) => {
    const bytes = 'GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n';
    expect((await speak(listen, { bytes })).text).toBe('');
    expect((await speak(listen, { certificate: testbed.clients.good, bytes })).text).toContain('"httpVersion":"1.1"');
  });
  await testbed.onEach('bySni', async ({ listen }) => {
    const answers = await times(20, () => ask(listen, { servername: SERVED }));
    expect(namesOf(answers.map(seen))).toEqual(BOTH);
    expect(seen(await ask(listen, { servername: 'other.test' })).name).toBe('elb');
  });
});
