import fc from 'fast-check';
import { formatHostPort, type HaproxyBind } from '../../lib/haproxy/address';
import { BRANCHES } from '../../lib/haproxy/branches';
import { InputError } from '../../lib/haproxy/errors';
import { lint } from '../../lib/haproxy/lint';
import { splitWords } from '../../lib/haproxy/lint/parse';
import { DEFAULTS, type HaproxyConfigModel, HaproxyMode } from '../../lib/haproxy/model';
import { HaproxyConfig } from '../../lib/haproxy/render';
import { HaproxyVersion } from '../../lib/haproxy/version';

const DAY = 86_400_000;

const versions = fc.constantFrom(...BRANCHES.map(({ branch }) => HaproxyVersion.of(branch)));
const addresses = fc.oneof(fc.ipV4(), fc.ipV6());
// That of the liveness listener, which 1.6 and 1.7 have in any case, is not for others.
const ports = fc.integer({ min: 1, max: 65535 }).filter((port) => port !== DEFAULTS.healthPort);
const names = fc.oneof(
  fc.domain(),
  fc.stringMatching(/^([A-Za-z0-9_]{1,63}\.){0,3}[a-z]{1,63}\.?$/).filter((name) => name.length <= 253),
);

const models = fc
  .record({
    upstream: fc.record(
      { dnsName: names, port: ports, tls: fc.boolean(), slots: fc.integer({ min: 1, max: 100 }) },
      { requiredKeys: ['dnsName', 'port'] },
    ),
    mode: fc.constantFrom(HaproxyMode.HTTP, HaproxyMode.TCP),
    listeners: fc.uniqueArray(fc.record<HaproxyBind>({ address: addresses, port: ports }, { requiredKeys: ['port'] }), {
      selector: ({ port }) => port,
      minLength: 1,
      maxLength: 3,
    }),
    resolution: fc.record(
      {
        nameservers: fc.array(
          fc.tuple(addresses, ports).map(([address, port]) => formatHostPort(address, port)),
          { minLength: 1, maxLength: 8 },
        ),
        holdValidMillis: fc.integer({ min: 100, max: DAY }),
        holdObsoleteMillis: fc.integer({ min: 0, max: DAY }),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ listeners: [listen, health, runtimeApi], ...rest }): HaproxyConfigModel => {
    return { ...rest, listen, health, runtimeApi };
  });

test('whatever is allowed is rendered for every branch: whole lines of a bearable length, and no error that the linter knows', () => {
  fc.assert(
    fc.property(versions, models, (version, model) => {
      const text = HaproxyConfig.render(version, model);
      expect(text).toMatch(/[^\n]\n$/);
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(2000);
      expect(lint(text, version).filter(({ severity }) => severity === 'error')).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('the same input gives the same text', () => {
  fc.assert(
    fc.property(versions, models, (version, model) => {
      expect(HaproxyConfig.render(version, structuredClone(model))).toBe(HaproxyConfig.render(version, model));
    }),
  );
});

describe('what a user gives cannot add a line, a word or a comment', () => {
  const version = HaproxyVersion.V3_2;
  const TOKEN = `\${Token[TOKEN.1]}`;
  const PLAIN: HaproxyConfigModel = {
    upstream: { dnsName: 'elb.example.com', port: 80, tls: true },
    listen: { address: '10.0.0.1', port: 8080 },
    health: { address: '10.0.0.1', port: 8404 },
    runtimeApi: { address: '10.0.0.1', port: 9990 },
    resolution: { nameservers: ['10.0.0.2:53'] },
  };

  /** How many words HAProxy reads on each line. */
  const shapeOf = (model: HaproxyConfigModel) =>
    HaproxyConfig.render(version, model)
      .split(/[\r\n\u2028\u2029]/)
      .map((line) => splitWords(line).length);

  const FIELDS: Record<string, (text: string) => HaproxyConfigModel> = {
    dnsName: (dnsName) => ({ ...PLAIN, upstream: { ...PLAIN.upstream, dnsName } }),
    nameserver: (text) => ({ ...PLAIN, resolution: { nameservers: [text] } }),
    'address of a name server': (text) => ({ ...PLAIN, resolution: { nameservers: [`${text}:53`] } }),
    listen: (address) => ({ ...PLAIN, listen: { address, port: 8080 } }),
    health: (address) => ({ ...PLAIN, health: { address, port: 8404 } }),
    runtimeApi: (address) => ({ ...PLAIN, runtimeApi: { address, port: 9990 } }),
  };

  const good = fc.constantFrom('elb', '.', '10.0.0.1', '10.0.0.2:53', '::1', 'a', '1', ':', '[', ']', '-', TOKEN);
  const bad = fc.constantFrom(...'\n\r\t \0"\'#$\\{}()%,;@*/\u2028é🥚', '\nglobal\n', ' check', `\${HOME}`);
  const texts = fc.array(fc.oneof(good, bad), { maxLength: 6 }).map((parts) => parts.join(''));

  test.each(Object.entries(FIELDS))('%s', (_, modelWith) => {
    let shape: number[] | undefined;
    const expected = shapeOf(PLAIN);
    fc.assert(
      fc.property(texts, (text) => {
        try {
          shape = shapeOf(modelWith(text));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          return;
        }
        expect(shape).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
    // Some texts are good, or nothing was shown.
    expect(shape).toEqual(expected);
  });
});
