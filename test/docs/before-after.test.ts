import { setTimeout as sleep } from 'node:timers/promises';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { ELB_NAME, LoadBalancer, nodeAddress } from '../../testbed/load-balancer';
import { freePorts } from '../../testbed/ports';
import { request } from '../../testbed/request';
import { until } from '../haproxy/running';
import { anyBinary } from '../support/binaries';
import { BLOCKS } from './markdown';

jest.setTimeout(60_000);

const NAME = 'internal-orders-1234567890.eu-west-1.elb.amazonaws.com';
const [BEFORE, AFTER] = BLOCKS.filter(({ place, language }) => place.startsWith('README.md') && language === 'haproxy');

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

test('the lines under After are those of the generator', () => {
  const rendered = linesOf(HaproxyConfig.render(HaproxyVersion.V3_2, { upstream: { dnsName: NAME, port: 80 } })).join(
    '\n',
  );
  for (const section of AFTER!.text.split('\n\n')) {
    expect(rendered).toContain(linesOf(section).join('\n'));
  }
});

describe('DNS does not answer any more', () => {
  let loadBalancer: LoadBalancer;
  let haproxy: HaproxyProcess;

  /** Runs a block of the README in front of the load balancer, which it resolves every second. */
  async function start(binary: HaproxyBinary, block: string, backend: string): Promise<number> {
    const [port] = (await freePorts(1)) as [number];
    const { address } = await loadBalancer.dns.listen();
    const part = block
      .replace('169.254.169.253:53', address)
      .replace(`${NAME}:80`, `${ELB_NAME}:${loadBalancer.port}`)
      .replaceAll(/(timeout resolve|hold valid) 10s/g, '$1 1s');
    const config = `defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s

frontend in
    bind 127.0.0.1:${port}
    default_backend ${backend}

${part}`;
    haproxy = HaproxyProcess.of(binary, config);
    await until('it answers', async () => (await request('127.0.0.1', port)) === 'node' || undefined);
    return port;
  }

  beforeEach(async () => {
    loadBalancer = await LoadBalancer.start(['node']);
    loadBalancer.dns.point(nodeAddress(0));
  });

  afterEach(async () => {
    await haproxy?.stop();
    await loadBalancer.close();
  });

  test('with the configuration before, every server loses its address', async () => {
    const port = await start(anyBinary('3.2'), BEFORE!.text, 'app');
    loadBalancer.dns.failAll('silent');
    await until('it no longer answers', async () => (await request('127.0.0.1', port)) === undefined || undefined);
  });

  test('the configuration after keeps them for 15 s at least', async () => {
    const port = await start(anyBinary('3.2'), AFTER!.text, 'upstream');
    loadBalancer.dns.failAll('silent');
    await sleep(15_000);
    expect(await request('127.0.0.1', port)).toBe('node');
  });
});
