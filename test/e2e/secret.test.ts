import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ElbUpstream, HaproxyElbProxy, HaproxyVersion, ProxyDeployment } from '../../lib';
import type { HaproxyBinary } from '../../testbed/binaries';
import { CertificateAuthority, makeCertificate, type TestCertificate } from '../../testbed/certificate';
import { commandOf } from '../../testbed/ecs-task';
import { freePorts } from '../../testbed/ports';
import { ServerProcess } from '../../testbed/server-process';
import { until } from '../haproxy/running';
import { availableBinaries, hasTls } from '../support/binaries';
import { speak } from '../support/tls-client';
import { resourcesOf, withoutReferences } from './template';

const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-secret-'));
const certificate = makeCertificate(folder, 'edge.test');
const additional = makeCertificate(folder, 'shop.test');
const clients = new CertificateAuthority(folder, 'clients');
const partner = clients.issue('partner');
const ADDRESS = '127.0.3.1';

/** The secrets as they lie in Secrets Manager, by their ids in the stack. */
let secrets: Record<string, Record<string, string>> = {
  Site: { cert: certificate.cert, key: certificate.key, ca: certificate.cert },
  Shop: { cert: additional.cert, key: additional.key },
  Clients: { ca: clients.certificate.cert, crl: clients.revocationList() },
};

afterAll(() => rmSync(folder, { recursive: true }));

/** The container of a synthesized stack with TLS on every listener. */
function containerFor({ branch }: HaproxyBinary, listenPort: number, verifies: boolean) {
  const stack = new Stack(new App(), 'Stack');
  const secret = new Secret(stack, 'Site');
  const trustStoreSecret = new Secret(stack, 'Clients');
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }),
    version: HaproxyVersion.of(branch),
    // 1.6 starts with no other name.
    upstream: ElbUpstream.fromDnsName('localhost', { port: 9 }),
    listenPort,
    listenTls: {
      secret,
      ...(verifies && {
        additionalSecrets: [new Secret(stack, 'Shop')],
        clientCertificates: { trustStoreSecret, revocationListSecret: trustStoreSecret, verifiedHeader: 'X-Verified' },
      }),
    },
    runtimeApiTls: { secret },
    drainTime: Duration.seconds(2),
    // It has no upstream here.
    deployment: ProxyDeployment.rolling({ requireReady: false }),
  });
  return resourcesOf(Template.fromStack(stack), 'AWS::ECS::TaskDefinition')[0]!.properties.ContainerDefinitions[0];
}

/** What ECS does before it starts a container: each variable gets the part of the secret that its ARN names. */
function secretsOf(container: { Secrets: { Name: string; ValueFrom: object }[] }): Record<string, string> {
  return Object.fromEntries(
    container.Secrets.map(({ Name, ValueFrom }) => {
      const [, id, key] = /"(\w+?)[0-9A-F]{8}"\},":(\w+)::"/.exec(JSON.stringify(ValueFrom))!;
      return [Name, secrets[id!]![key!]!];
    }),
  );
}

function statusOf(port: number): Promise<number | undefined> {
  return new Promise((done, failed) => {
    const options = { host: ADDRESS, port, servername: 'edge.test', ca: certificate.cert, path: '/' };
    request(options, async (response) => {
      await text(response);
      done(response.statusCode);
    })
      .on('error', failed)
      .end();
  });
}

/** A task with the container's command and environment, once its health check passes. */
async function startTask(binary: HaproxyBinary, verifies: boolean) {
  const [port, healthPort, runtimeApiPort] = (await freePorts(3)) as [number, number, number];
  const container = containerFor(binary, port, verifies);
  expect(JSON.stringify(container)).not.toContain('PRIVATE KEY');

  // It gets its own address, ports and folder here, as a task has.
  const own = (value: string) =>
    value
      .replaceAll('bind :8404', `bind ${ADDRESS}:${healthPort}`)
      .replaceAll('bind :9990', `bind ${ADDRESS}:${runtimeApiPort}`)
      .replaceAll('bind :', `bind ${ADDRESS}:`)
      .replaceAll('/127.0.0.1/8404', `/${ADDRESS}/${healthPort}`)
      .replaceAll('-api-any-', `-api-${ADDRESS}-`)
      .replaceAll('/dev/shm/', `${folder}/`);
  const { EntryPoint, Command, Environment, HealthCheck } = container;
  const environment = {
    ...secretsOf(container),
    HAPROXY_CONFIG: own(withoutReferences(Environment[0].Value)),
    PATH: `${commandOf(binary, folder)}:${process.env.PATH}`,
  };
  const haproxy = new ServerProcess([...EntryPoint, ...Command.map(own)], environment, { ownGroup: true });
  const [, command] = HealthCheck.Command;
  const probe = command.replaceAll('127.0.0.1', ADDRESS).replaceAll('8404', String(healthPort));
  const health = () => spawnSync('/bin/sh', ['-c', probe]).status;
  for (let tries = 0; health() !== 0; tries += 1) {
    if (haproxy.ended || tries > 100) {
      await haproxy.stop();
      throw new Error(`HAProxy ${binary.version} is not healthy: ${haproxy.output}`);
    }
    await sleep(100);
  }
  return { haproxy, port, healthPort, health };
}

describe.each(availableBinaries().filter(hasTls))('HAProxy $version', (binary) => {
  test('speaks TLS with the certificate of a secret, which the task definition does not show', async () => {
    const { haproxy, port, health } = await startTask(binary, false);
    try {
      // It answers, and has no upstream.
      expect(await statusOf(port)).toBe(503);
      expect(statSync(join(folder, 'listen.pem')).mode & 0o777).toBe(0o600);
    } finally {
      await haproxy.stop();
    }
    expect(health()).not.toBe(0);
  }, 60_000);

  test('verifies clients with authority and list of a secret, also while it stops; the next task has a new list', async () => {
    const bytes = 'GET / HTTP/1.1\r\nHost: edge.test\r\n\r\n';
    const hello = (port: number, client?: TestCertificate, servername = 'edge.test') =>
      speak(port, {
        host: ADDRESS,
        certificate: client,
        servername,
        bytes: client && bytes.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
      });
    const isServed = expect.objectContaining({ text: expect.stringMatching(/^HTTP\/1\.[01] 503 /) });
    const isRefused = (alert: string) => expect.objectContaining({ text: '', alert });

    const leaver = clients.issue(`leaver-${binary.branch}`);
    const first = await startTask(binary, true);
    try {
      expect(await hello(first.port, partner)).toEqual(isServed);
      expect(await hello(first.port, leaver)).toEqual(isServed);
      expect(await hello(first.port)).toEqual(isRefused('certificate required'));
      expect((await hello(first.port, partner, 'shop.test')).served).toBe('shop.test');
      expect((await hello(first.port, partner, 'other.test')).served).toBe('edge.test');
      // The stop signal of the official images: the task serves on for `drainTime`.
      first.haproxy.signal('SIGUSR1');
      await until('the task says that it stops', async () => {
        const answer = await hello(first.port, partner);
        expect(answer).toEqual(isServed);
        return /^connection: close\r$/im.test(answer.text);
      });
      expect(await hello(first.port)).toEqual(isRefused('certificate required'));
      expect(await first.haproxy.exit()).toBe(0);
    } finally {
      await first.haproxy.stop();
    }

    clients.revoke(leaver);
    secrets = { ...secrets, Clients: { ...secrets.Clients, crl: clients.revocationList() } };
    const second = await startTask(binary, true);
    try {
      expect(await hello(second.port, partner)).toEqual(isServed);
      expect((await speak(second.port, { host: ADDRESS, certificate: leaver })).alert).toBe('certificate revoked');
    } finally {
      await second.haproxy.stop();
    }
  }, 60_000);
});
