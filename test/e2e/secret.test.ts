import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ElbUpstream, HaproxyElbProxy, HaproxyVersion, ProxyDeployment } from '../../lib';
import type { HaproxyBinary } from '../../testbed/binaries';
import { makeCertificate } from '../../testbed/certificate';
import { commandOf } from '../../testbed/ecs-task';
import { freePorts } from '../../testbed/ports';
import { ServerProcess } from '../../testbed/server-process';
import { availableBinaries, hasTls } from '../support/binaries';
import { resourcesOf, withoutReferences } from './template';

const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-secret-'));
const certificate = makeCertificate(folder, 'edge.test');
/** The secret as it lies in Secrets Manager. */
const SECRET: Record<string, string> = { cert: certificate.cert, key: certificate.key, ca: certificate.cert };
const ADDRESS = '127.0.3.1';

afterAll(() => rmSync(folder, { recursive: true }));

/** The container of a synthesized stack with TLS on every listener. */
function containerFor({ branch }: HaproxyBinary, listenPort: number) {
  const stack = new Stack(new App(), 'Stack');
  const secret = new Secret(stack, 'Secret');
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }),
    version: HaproxyVersion.of(branch),
    // 1.6 starts with no other name.
    upstream: ElbUpstream.fromDnsName('localhost', { port: 9 }),
    listenPort,
    listenTls: { secret },
    runtimeApiTls: { secret },
    // It has no upstream here.
    deployment: ProxyDeployment.rolling({ requireReady: false }),
  });
  return resourcesOf(Template.fromStack(stack), 'AWS::ECS::TaskDefinition')[0]!.properties.ContainerDefinitions[0];
}

/** What ECS does before it starts a container: each variable gets the part of the secret that its ARN names. */
function secretsOf(container: { Secrets: { Name: string; ValueFrom: object }[] }): Record<string, string> {
  return Object.fromEntries(
    container.Secrets.map(({ Name, ValueFrom }) => {
      const [, key] = /:(\w+)::"/.exec(JSON.stringify(ValueFrom)) ?? [];
      return [Name, SECRET[key!]!];
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

describe.each(availableBinaries().filter(hasTls))('HAProxy $version', (binary) => {
  test('speaks TLS with the certificate of a secret, which the task definition does not show', async () => {
    const [port, healthPort, runtimeApiPort] = (await freePorts(3)) as [number, number, number];
    const container = containerFor(binary, port);
    expect(JSON.stringify(container)).not.toContain('PRIVATE KEY');

    // It gets its own address, ports and folder here, as a task has.
    const own = (value: string) =>
      value
        .replaceAll('bind :8404', `bind ${ADDRESS}:${healthPort}`)
        .replaceAll('bind :9990', `bind ${ADDRESS}:${runtimeApiPort}`)
        .replaceAll('bind :', `bind ${ADDRESS}:`)
        .replaceAll('-api-any-', `-api-${ADDRESS}-`)
        .replaceAll('/dev/shm/', `${folder}/`);
    const { EntryPoint, Command, Environment, HealthCheck } = container;
    const environment = {
      ...secretsOf(container),
      HAPROXY_CONFIG: own(withoutReferences(Environment[0].Value)),
      PATH: `${commandOf(binary, folder)}:${process.env.PATH}`,
    };
    const haproxy = new ServerProcess([...EntryPoint, ...Command.map(own)], environment, { ownGroup: true });
    try {
      const [, command] = HealthCheck.Command;
      const probe = command.replaceAll('127.0.0.1', ADDRESS).replaceAll('8404', String(healthPort));
      const health = () => spawnSync('/bin/sh', ['-c', probe]).status;
      for (let tries = 0; health() !== 0; tries += 1) {
        if (haproxy.ended || tries > 100) {
          throw new Error(`HAProxy ${binary.version} is not healthy: ${haproxy.output}`);
        }
        await sleep(100);
      }
      // It answers, and has no upstream.
      expect(await statusOf(port)).toBe(503);
      expect(statSync(join(folder, 'listen.pem')).mode & 0o777).toBe(0o600);
    } finally {
      await haproxy.stop();
    }
    const [, command] = HealthCheck.Command;
    expect(spawnSync('/bin/sh', ['-c', command.replaceAll('127.0.0.1', ADDRESS)]).status).not.toBe(0);
  }, 60_000);
});
