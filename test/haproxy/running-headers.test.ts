import fc from 'fast-check';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { DnsServer } from '../../testbed/dns-server';
import { freePorts } from '../../testbed/ports';
import { availableBinaries } from '../support/binaries';
import { values } from './arbitraries';
import { ask, Echo, echoed, run, until, valuesOf } from './running';

jest.setTimeout(60_000);

const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.initAddr);

/** What HAProxy would read otherwise if it were not protected, and twenty texts by chance. */
const VALUES = [
  `it's "quoted"`,
  'C:\\new\\table\\',
  '100 % of %ci %[src] %%',
  `\${HOME} $HOME "$HOME"`,
  '# no comment',
  '{ a } if unless',
  "'",
  '"',
  '\\',
  '%',
  'if',
  ...fc.sample(values, { seed: 42, numRuns: 20 }),
];

/** Blanks around a value are no part of it (RFC 9110, 5.5), so none is compared. */
const trimmed = (value: string) =>
  Buffer.from(value)
    .toString()
    .replace(/^[ \t]+|[ \t]+$/g, '');

test('some binary starts with a name that is not in the DNS of this machine', () => {
  expect(BINARIES).not.toEqual([]);
});

test.each(BINARIES)('HAProxy $version hands every value of a header on as it was given', async (binary) => {
  const [port, health] = (await freePorts(2)) as [number, number];
  const dns = new DnsServer();
  dns.set('elb.test', ['127.0.0.2']);
  const echo = await Echo.listen('echo', '127.0.0.2', port);
  const set = Object.fromEntries(VALUES.map((value, i) => [`X-${i}`, value]));
  const haproxy = await run(binary, {
    upstream: { dnsName: 'elb.test', port },
    listen: { address: '127.0.0.1', port },
    health: { address: '127.0.0.1', port: health },
    requestHeaders: { set },
    responseHeaders: { set },
    resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 200, holdObsoleteMillis: 1000 },
  });
  try {
    const answer = await until('the upstream has an address', async () => {
      const found = await ask(port);
      return found?.status === 200 ? found : undefined;
    });
    const request = echoed(answer);
    const read = (values: readonly string[]) => values.map((text) => Buffer.from(text, 'latin1').toString());
    expect(VALUES.map((_, i) => read(valuesOf(request, `X-${i}`)))).toEqual(VALUES.map((value) => [trimmed(value)]));
    expect(VALUES.map((_, i) => read([answer.headers[`x-${i}`] as string]))).toEqual(
      VALUES.map((value) => [trimmed(value)]),
    );
  } finally {
    await Promise.all([haproxy.stop(), echo.close(), dns.close()]);
  }
});
