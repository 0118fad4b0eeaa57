import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { healthCommand, WAS_READY } from '../../lib/private/proxy/start-script';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { elbNameFor, LoadBalancer, nodeAddress } from '../../testbed/load-balancer';
import { freePorts } from '../../testbed/ports';
import { request } from '../../testbed/request';
import { untilReady } from '../../testbed/server-process';
import { until } from '../haproxy/running';
import { availableBinaries } from '../support/binaries';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-readiness-'));

afterAll(() => rmSync(folder, { recursive: true }));

test('some binary is available', () => {
  expect(availableBinaries()).not.toEqual([]);
});

describe.each(availableBinaries())('a container with HAProxy $version', (binary) => {
  let loadBalancer: LoadBalancer;
  let haproxy: HaproxyProcess;
  let mark: string;
  let health: number;

  beforeEach(async () => {
    loadBalancer = await LoadBalancer.start(['one']);
    loadBalancer.dns.point(nodeAddress(0));
    mark = join(mkdtempSync(join(folder, 'mark-')), 'was-ready');
  });

  afterEach(() => Promise.all([haproxy.stop(), loadBalancer.close()]));

  async function start(dnsName: string, model: Partial<HaproxyConfigModel> = {}): Promise<number> {
    const [listen, port] = (await freePorts(2)) as [number, number];
    health = port;
    haproxy = HaproxyProcess.of(
      binary,
      HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
        upstream: { dnsName, port: loadBalancer.port, healthCheck: { intervalMillis: 200 } },
        listen: { address: '127.0.0.1', port: listen },
        health: { address: '127.0.0.1', port: health },
        resolution: {
          nameservers: [(await loadBalancer.dns.listen()).address],
          holdValidMillis: 200,
          holdObsoleteMillis: 600,
          holdNxMillis: 200,
        },
        ...model,
      }),
    );
    await untilReady('HAProxy', haproxy, async () => (await request('127.0.0.1', health, 1000, '/live')) !== undefined);
    return listen;
  }

  /** Runs the health check of the task definition, with its mark in a folder of the test. */
  const isHealthy = () =>
    spawnSync('/bin/sh', ['-c', healthCommand(health, true)[1]!.replaceAll(WAS_READY, mark)]).status === 0;

  test('is healthy once it was ready, and stays healthy in an outage of DNS', async () => {
    await start(elbNameFor(binary));
    await until('it is healthy', () => isHealthy() || undefined);
    loadBalancer.dns.failAll('nxdomain');
    await until(
      'it is not ready',
      async () => (await request('127.0.0.1', health, 1000, '/ready')) === undefined || undefined,
    );
    expect(isHealthy()).toBe(true);
  });

  test('is never healthy with an upstream that does not exist', async () => {
    await start('nothing.test');
    expect(await request('127.0.0.1', health, 1000, '/live')).toBeDefined();
    for (let i = 0; i < 3; i += 1) {
      expect(isHealthy()).toBe(false);
    }
    expect(existsSync(mark)).toBe(false);
  });

  test('is healthy only with an address for each route too', async () => {
    const upstream = { dnsName: 'other.test', port: loadBalancer.port, healthCheck: { intervalMillis: 200 } };
    await start(elbNameFor(binary), { routes: [{ name: 'other', host: 'other.test', upstream }] });
    for (let i = 0; i < 3; i += 1) {
      expect(isHealthy()).toBe(false);
    }
    loadBalancer.dns.set('other.test', [nodeAddress(0)]);
    await until('it is healthy', () => isHealthy() || undefined);
  });

  test('stays healthy while clients hold all of its connections', async () => {
    const listen = await start(elbNameFor(binary), { limits: { maxConnections: 20 } });
    await until('it is healthy', () => isHealthy() || undefined);
    const clients = Array.from({ length: 40 }, () =>
      connect({ host: '127.0.0.1', port: listen }).on('error', () => {}),
    );
    try {
      await Promise.all(clients.map((client) => once(client, 'connect')));
      // All are connected; HAProxy has accepted 20 of them.
      await until('a client waits', async () => (await request('127.0.0.1', listen, 300)) === undefined || undefined);
      expect(isHealthy()).toBe(true);
    } finally {
      for (const client of clients) {
        client.destroy();
      }
    }
  });
});
