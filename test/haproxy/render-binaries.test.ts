import { existsSync } from 'node:fs';
import type { HaproxyBinary } from '../../lab/binaries';
import { type HaproxyConfigModel, HaproxyMode } from '../../lib/haproxy/model';
import { HaproxyConfig } from '../../lib/haproxy/render';
import { compareBranches, HaproxyVersion } from '../../lib/haproxy/version';
import { availableBinaries, haproxyCheck, hasTls } from '../support/binaries';

const CA_FILE = '/etc/ssl/certs/ca-certificates.crt';

type Shape = Omit<HaproxyConfigModel, 'upstream'> & { tls?: boolean; slots?: number };

const LISTENERS = { health: { port: 8404 }, runtimeApi: { port: 9990 } };
const RESOLUTION = { nameservers: ['10.0.0.2:53', '10.0.0.3:5353'], holdValidMillis: 100, holdObsoleteMillis: 0 };

/** Every mode × TLS × with and without listeners of its own × default and explicit name servers. */
const SHAPES = [HaproxyMode.HTTP, HaproxyMode.TCP].flatMap((mode) =>
  [false, true].flatMap((tls) =>
    [false, true].flatMap((listeners) =>
      [false, true].map((resolution): [string, Shape] => [
        `${mode}${tls ? ' with TLS' : ''}${listeners ? ', health and runtime API' : ''}${resolution ? ', own name servers' : ''}`,
        { mode, tls, ...(listeners && LISTENERS), ...(resolution && { resolution: RESOLUTION }) },
      ]),
    ),
  ),
);

function render({ branch }: HaproxyBinary, { tls, slots, ...rest }: Shape): string {
  const version = HaproxyVersion.of(branch);
  // 1.6 looks the name up at the start, with the machine's own resolver.
  const dnsName = version.capabilities.initAddr ? 'my-elb.example.com' : 'localhost';
  return HaproxyConfig.render(version, { upstream: { dnsName, port: 80, tls, slots }, ...rest });
}

/** What HAProxy prints when all is well: something up to 2.8, nothing after. */
const fine = ({ branch }: HaproxyBinary) =>
  compareBranches(branch, '2.8') <= 0 ? 'Configuration file is valid\n' : '';

test(`this machine has ${CA_FILE}, without which no configuration with TLS can be tried`, () => {
  expect(existsSync(CA_FILE)).toBe(true);
});

describe.each(availableBinaries())('HAProxy $version accepts without a warning', (binary) => {
  const tls = hasTls(binary);

  test.each(SHAPES.filter(([, shape]) => tls || !shape.tls))('%s', (_, shape) => {
    expect(haproxyCheck(binary, render(binary, shape))).toEqual({ status: 0, output: fine(binary) });
  });

  test('listeners and name servers with IPv6 addresses', () => {
    const config = render(binary, {
      listen: { address: '::1', port: 8080 },
      health: { address: '::1', port: 8404 },
      runtimeApi: { address: '::1', port: 9990 },
      resolution: { nameservers: ['[fd00:ec2::253]:53'] },
    });
    expect(haproxyCheck(binary, config)).toEqual({ status: 0, output: fine(binary) });
  });

  test('the longest times, the most slots', () => {
    const resolution = { holdValidMillis: 86_400_000, holdObsoleteMillis: 86_400_000 };
    const config = render(binary, { slots: 100, resolution });
    expect(haproxyCheck(binary, config)).toEqual({ status: 0, output: fine(binary) });
  });
});
