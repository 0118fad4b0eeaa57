import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from 'node:tls';
import { makeCertificate, type TestCertificate } from '../../testbed/certificate';
import { eventLines, Fleet } from '../../testbed/fleet';
import { anyBinary } from '../support/binaries';
import { guardOf } from '../support/tls-guard';

// Each test starts functions as processes, some of them many times.
jest.setTimeout(60_000);

const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:checker-AbCdEf';

let fleet: Fleet;
let folder: string;
let certificate: TestCertificate;
/** A server in front of the HAProxy that requires a client certificate. */
let guard: Server;

beforeAll(async () => {
  fleet = await Fleet.start(anyBinary());
  fleet.point('127.0.0.1');
  folder = mkdtempSync(join(tmpdir(), 'handler-tls-'));
  certificate = makeCertificate(folder, 'haproxy.test');
  guard = await guardOf(fleet.runtimeApiPort, certificate);
});

afterAll(async () => {
  await fleet?.close();
  guard?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A registry with two proxies whose runtime API asks for mutual TLS, and the secret for it. */
async function deploy(secret: object): Promise<void> {
  const { port } = guard.address() as AddressInfo;
  const more = (service: string) => ({
    tasks: { cluster: 'fleet', service, runtimeApiPort: port },
    runtimeApiTls: { secretArn: SECRET_ARN },
  });
  await fleet.deploy({
    'registry/orders': fleet.record('orders', more('orders')),
    'registry/payments': fleet.record('payments', more('payments')),
  });
  fleet.account.secrets.set('checker', JSON.stringify(secret));
}

test('a runtime API behind mutual TLS is read with the certificate of the secret, which is fetched once', async () => {
  const { cert, key } = certificate;
  await deploy({ cert, key, ca: cert });
  const { payload, lines } = await fleet.invoke();
  expect(payload).toMatchObject({ checkedProxies: 2, uncheckedProxies: 0 });
  expect(eventLines(lines)).toEqual([]);
  expect(lines.filter((line) => line.Proxy).map(({ UncheckedTasks }) => UncheckedTasks)).toEqual([0, 0]);
  expect(fleet.inputs('GetSecretValue')).toEqual([{ SecretId: SECRET_ARN }]);
});

test('with an unusable secret its proxies are not checked, and the log does not have its content', async () => {
  await deploy({ cert: 'CERT' });
  const { payload, lines } = await fleet.invoke();
  expect(payload).toMatchObject({ checkedProxies: 0, uncheckedProxies: 2 });
  expect(new Set(eventLines(lines).map(({ message }) => message.replace(/^\w+/, '')))).toEqual(
    new Set([
      ' was not checked: secret checker-AbCdEf has no key, ca: it must be JSON with cert, key and ca, PEM each',
    ]),
  );
});
