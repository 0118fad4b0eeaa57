import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { parse, stringify } from 'yaml';
import { readSpec } from '../../bin/spec';
import { ProxiesStack } from '../../bin/stack';
import { resourcesOf } from '../e2e/template';
import { recordsOf } from './template';

const ROOT = resolve(__dirname, '../..');
const EXAMPLE = join(ROOT, 'haproxy-elb.yaml');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-app-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a spec like the example, changed by the function. */
// biome-ignore lint/suspicious/noExplicitAny: what is tested here is that not every YAML is a spec.
function specFile(name: string, change: (spec: any) => void): string {
  const spec = parse(readFileSync(EXAMPLE, 'utf8'));
  change(spec);
  const file = join(folder, name);
  writeFileSync(file, stringify(spec));
  return file;
}

const stackOf = (file: string) => new ProxiesStack(new App(), readSpec(file));

describe('the stack of the example', () => {
  const stack = stackOf(EXAMPLE);
  const template = Template.fromStack(stack);

  test('has each proxy of the file, one cluster and one monitor', () => {
    expect(stack.stackName).toBe('haproxy-elb');
    expect([stack.account, stack.region]).toEqual(['111111111111', 'eu-west-1']);
    expect(recordsOf(template)).toMatchObject([
      {
        proxy: 'orders',
        haproxyVersion: '3.2',
        upstreams: [{ dnsName: 'internal-orders-1234567890.eu-west-1.elb.amazonaws.com', port: 80 }],
      },
      {
        proxy: 'payments',
        haproxyVersion: '2.8',
        upstreams: [{ dnsName: 'payments-0123456789abcdef.elb.eu-west-1.amazonaws.com', port: 443 }],
      },
    ]);
    template.resourceCountIs('AWS::ECS::Cluster', 1);
    template.resourceCountIs('AWS::ECS::Service', 2);
    template.resourceCountIs('AWS::Lambda::Function', 1);
  });

  test('has its tasks and its checker in the subnets of the file', () => {
    const subnets = ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb'];
    template.allResourcesProperties('AWS::ECS::Service', {
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: subnets, AssignPublicIp: 'DISABLED' } },
    });
    template.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: { SubnetIds: subnets } });
  });

  test('says nothing that its reader could not change', () => {
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(warnings.map(({ entry }) => entry.data)).toEqual([]);
  });
});

test('every key of a proxy in the file reaches its task', () => {
  const file = specFile('all.yaml', (spec) => {
    spec.proxies = {
      all: {
        haproxyVersion: '2.6.12',
        upstream: { dnsName: 'all.elb.test', port: 8443, tls: true },
        mode: 'tcp',
        listenPort: 9443,
        nameservers: ['10.0.0.2:53'],
        holdValid: '5s',
        holdObsolete: '1m',
        slots: 3,
        desiredCount: 7,
      },
    };
  });
  const template = Template.fromStack(stackOf(file));
  const [definition] = resourcesOf(template, 'AWS::ECS::TaskDefinition');
  const [container] = definition!.properties.ContainerDefinitions;
  expect(container.Image).toBe('public.ecr.aws/docker/library/haproxy:2.6.12');
  for (const line of [
    'defaults\n    mode tcp\n',
    'nameserver dns1 10.0.0.2:53',
    'timeout resolve 5s',
    'hold obsolete 1m',
    'bind :9443',
    'server-template elb 3 all.elb.test:8443 check',
    'verifyhost all.elb.test',
  ]) {
    expect(container.Environment[0].Value).toContain(line);
  }
  template.hasResourceProperties('AWS::ECS::Service', { DesiredCount: 7 });
});

test('a longer period alone is enough: what is not in the file follows from what is', () => {
  const file = specFile('period.yaml', (spec) => Object.assign(spec.proxies.orders, { holdValid: '30s' }));
  const [{ resolutionSeconds, dnsWindowSeconds }] = recordsOf(Template.fromStack(stackOf(file)));
  expect([resolutionSeconds, dnsWindowSeconds]).toEqual([30, 150]);
});

test('a proxy may have the name of anything else in the stack', () => {
  const file = specFile('names.yaml', (spec) => {
    const { orders } = spec.proxies;
    spec.proxies = { Vpc: orders, Cluster: orders, Monitor: orders, orders };
  });
  const names = recordsOf(Template.fromStack(stackOf(file))).map(({ proxy }) => proxy);
  expect(names.sort()).toEqual(['Cluster', 'Monitor', 'Vpc', 'orders']);
});

describe('npx cdk synth, without credentials', () => {
  /** Runs the CDK's own command line on the app of this repository. */
  async function synth(...args: string[]) {
    const { CDK_VALIDATION: _, ...environment } = process.env;
    const env = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')));
    const command = ['cdk', 'synth', '-q', '-o', join(folder, 'cdk.out'), ...args];
    const child = spawn('npx', command, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = new Promise<number | null>((done) => child.on('close', done));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    // npm's own remarks on this machine's settings are none of the app's.
    const own = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('npm '));
    return { code: await exited, stdout, stderr: own };
  }

  test('the example becomes a template', async () => {
    const { code, stderr } = await synth();
    expect({ code, stderr: stderr.filter((line) => /error/i.test(line)) }).toEqual({ code: 0, stderr: [] });
    const template = JSON.parse(readFileSync(join(folder, 'cdk.out', 'haproxy-elb.template.json'), 'utf8'));
    expect(Object.values<{ Type: string }>(template.Resources).map(({ Type }) => Type)).toContain('AWS::ECS::Service');
  }, 120_000);

  test.each<[what: string, make: () => string, message: (file: string) => string]>([
    [
      'a value that is not allowed',
      () => specFile('value.yaml', (spec) => Object.assign(spec.proxies.orders.upstream, { port: 0 })),
      (file) => `${file}:18:13: proxies.orders.upstream.port is 0: give at least 1`,
    ],
    [
      'a port that another listener has',
      () => specFile('port.yaml', (spec) => Object.assign(spec.proxies.orders, { listenPort: 8404 })),
      (file) =>
        `${file}:15:5: proxies.orders: health port 8404 is taken by listen: give each listener a port of its own`,
    ],
    [
      'a file that does not exist',
      () => join(folder, 'missing.yaml'),
      (file) => `${file}: cannot be read (ENOENT): give the path of a spec file`,
    ],
  ])(
    '%s is one line',
    async (_what, make, message) => {
      const file = make();
      const { code, stderr } = await synth('-c', `spec=${file}`);
      expect(code).not.toBe(0);
      expect(stderr).toEqual([message(file), 'npx tsx bin/app.ts: Subprocess exited with error 2']);
    },
    120_000,
  );
});
