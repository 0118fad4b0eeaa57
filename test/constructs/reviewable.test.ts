import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ElbUpstream, FixedUpstream, HaproxyElbProxy } from '../../lib';
import { configurationOf } from './template';

const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-diff-'));
afterAll(() => rmSync(folder, { recursive: true }));

const named = (dnsName: string, path: string) => ElbUpstream.fromDnsName(dnsName, { port: 80, healthCheck: { path } });

const MACHINES = FixedUpstream.fromAddresses(['192.0.2.10'], { port: 80 });

/** Synthesizes a proxy with two routes into a folder. The host of a route is known only at deployment. */
function synthesize(name: string, clientSeconds: number, path: string, parametersBefore = 0, percent = 95) {
  const app = new App({ outdir: join(folder, name) });
  const stack = new Stack(app, 'Shop');
  for (let i = 0; i < parametersBefore; i += 1) {
    // Each takes a number of a token.
    String(new CfnParameter(stack, `Unused${i}`).valueAsString);
  }
  const host = new CfnParameter(stack, 'Host').valueAsString;
  const proxy = new HaproxyElbProxy(stack, 'Proxy', {
    vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }),
    upstream: named('shop.elb.test', '/health'),
    shares: [{ name: 'machines', percent, upstream: MACHINES }],
    limits: { clientTimeout: Duration.seconds(clientSeconds) },
    routes: [
      { name: 'api', pathPrefix: '/api/', upstream: named('api.elb.test', path) },
      { name: 'accounts', host, upstream: named('accounts.elb.test', '/health') },
    ],
  });
  app.synth();
  return { proxy, template: Template.fromStack(stack) };
}

const digestsOf = (template: Template): Record<string, string> => {
  const [definition] = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
  return definition!.Metadata;
};

test('cdk diff shows the lines of the configuration that change, and names their sections', () => {
  synthesize('before', 10, '/health');
  synthesize('after', 20, '/status', 0, 75);
  const args = ['diff', 'Shop', '--no-color', '--app', join(folder, 'after')];
  const output = execFileSync(
    resolve('node_modules', '.bin', 'cdk'),
    [...args, '--template', join(folder, 'before', 'Shop.template.json')],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, CI: 'true' } },
  );
  const changes = output
    .split('\n')
    .filter((line) => !line.includes(' [ ] '))
    .map((line) => line.replace(/@@.*@@/, '@@').replace(/ [0-9a-f]{8}$/, ' DIGEST'));
  expect(changes.join('\n')).toContain(`Resources
[~] AWS::ECS::TaskDefinition Proxy/TaskDefinition ProxyTaskDefinition94C82185 replace
 ├─ [~] ContainerDefinitions (requires replacement)
 │   └─ @@
 │      [-] "    timeout client 10s",
 │      [+] "    timeout client 20s",
 │      @@
 │      [-] "    use_backend upstream-machines if { var(txn.share) -m int lt 95 } { nbsrv(upstream-machines) gt 0 }",
 │      [+] "    use_backend upstream-machines if { var(txn.share) -m int lt 75 } { nbsrv(upstream-machines) gt 0 }",
 │      @@
 │      [-] "    http-check send meth GET uri /health ver HTTP/1.1 hdr Host api.elb.test",
 │      [+] "    http-check send meth GET uri /status ver HTTP/1.1 hdr Host api.elb.test",
 └─ [~] Metadata
     ├─ [~] .haproxy: backend upstream-api:
     │   ├─ [-] DIGEST
     │   └─ [+] DIGEST
     ├─ [~] .haproxy: defaults:
     │   ├─ [-] DIGEST
     │   └─ [+] DIGEST
     └─ [~] .haproxy: frontend traffic:
         ├─ [-] DIGEST
         └─ [+] DIGEST
`);
});

test('the text is that of the proxy', () => {
  const { proxy, template } = synthesize('text', 10, '/health');
  const text = Stack.of(proxy).resolve(proxy.configuration);
  expect(configurationOf(template)).toBe(
    text['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : '{Host}')).join(''),
  );
});

test('a section that is the same has the same digest, also where the numbers of tokens change', () => {
  expect(digestsOf(synthesize('more', 10, '/health', 3).template)).toEqual(
    digestsOf(synthesize('fewer', 10, '/health').template),
  );
});
