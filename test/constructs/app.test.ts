import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { parse, stringify } from 'yaml';
import { readSpec, specJsonSchema } from '../../bin/spec';
import { ProxiesStack } from '../../bin/spec/stack';
import { modelOfSpec, versionOf } from '../../bin/spec/to-model';
import type { HaproxyElbProxy } from '../../lib';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { resourcesOf } from '../e2e/template';
import { recordsOf } from './template';

const ROOT = resolve(__dirname, '../..');
const EXAMPLE = join(ROOT, 'haproxy-elb.yaml');

/** A JSON Schema, as far as it is read here. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode;
}

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

const stackOf = (file: string) => new ProxiesStack(new App(), readSpec(file), 'production');

describe('the stack of the example', () => {
  const stack = stackOf(EXAMPLE);
  const template = Template.fromStack(stack);

  test('has each proxy of the file, one cluster and one monitor', () => {
    expect(stack.stackName).toBe('haproxy-elb-production');
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
    // The controller, and the probe in the VPC.
    template.resourceCountIs('AWS::Lambda::Function', 2);
  });

  test('has its tasks and its probe in the subnets of the file', () => {
    const subnets = ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb'];
    template.allResourcesProperties('AWS::ECS::Service', {
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: subnets, AssignPublicIp: 'DISABLED' } },
    });
    template.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: { SubnetIds: subnets } });
  });

  test('warns only of what its reader can change', () => {
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(warnings.map(({ entry }) => entry.data)).toEqual([]);
  });
});

describe('the file with every key', () => {
  const file = join(ROOT, 'docs', 'every-key.yaml');
  const spec = readSpec(file);
  const stacks = new Map(
    Object.keys(spec.environments).map((name) => [name, new ProxiesStack(new App(), spec, name)] as const),
  );

  /** Paths of the keys of a schema, or of a value: lists and free names are not part of a path. */
  function keysOf(node: SchemaNode, path = ''): string[] {
    const below = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
      const here = `${path}.${key}`;
      return [here, ...keysOf(child, here)];
    });
    const inner = [node.items, node.additionalProperties].filter((child) => typeof child === 'object');
    return [...below, ...inner.flatMap((child) => keysOf(child!, path))];
  }

  function usedKeys(value: unknown, node: SchemaNode, path = ''): string[] {
    if (Array.isArray(value)) {
      return value.flatMap((item) => usedKeys(item, node.items ?? {}, path));
    }
    return Object.entries(typeof value === 'object' && value !== null ? value : {}).flatMap(([key, inner]) => {
      const child = node.properties?.[key];
      return child === undefined
        ? usedKeys(inner, node.additionalProperties ?? {}, path)
        : [`${path}.${key}`, ...usedKeys(inner, child, `${path}.${key}`)];
    });
  }

  test('has every key', () => {
    const schema = specJsonSchema() as SchemaNode;
    // A proxy of an environment has the keys of a proxy, and all upstreams have the same keys.
    const general = (key: string) =>
      key
        .replace('.environments.proxies.', '.proxies.')
        .replace('.routes.shares.', '.shares.')
        .replace(/\.(routes|shares)\.upstream\./, '.upstream.');
    const used = new Set(usedKeys(parse(readFileSync(file, 'utf8')), schema).map(general));
    const all = keysOf(schema).map(general);
    expect(all.filter((key) => !used.has(key))).toEqual([]);
  });

  test('becomes a stack for each environment, whose keys apply only there', () => {
    expect([...stacks.values()].map(({ stackName, account }) => [stackName, account])).toEqual([
      ['edge-production', '111111111111'],
      ['edge-staging', '111111111111'],
    ]);
    const counts = [...stacks.values()].map((stack) =>
      resourcesOf(Template.fromStack(stack), 'AWS::ECS::Service').map(({ properties }) => properties.DesiredCount),
    );
    expect(counts).toEqual([
      [undefined, 2, 2, 2, 2, 2, 2, undefined],
      [undefined, 1, 2, 2, 2, 2, 2, undefined],
    ]);
  });

  test('gives each task the configuration that `render` prints of the same file', () => {
    const { proxies } = spec.environments.production!;
    for (const [name, proxy] of Object.entries(proxies)) {
      const made = stacks.get('production')!.node.findChild('Proxies').node.findChild(name) as HaproxyElbProxy;
      // A name that is asked for at deployment is a token in the one and a placeholder in the other.
      const configuration = made.configuration.replace(/\$\{Token\[[^\]]*\]\}/g, 'known-at-deployment.invalid');
      expect(configuration).toBe(HaproxyConfig.render(versionOf(proxy), modelOfSpec(proxy)));
    }
  });
});

test('a longer period alone is enough: what is not in the file follows from what is', () => {
  const file = specFile('period.yaml', (spec) =>
    Object.assign(spec.proxies.orders, { resolution: { holdValid: '30s' } }),
  );
  const [{ resolutionSeconds, dnsWindowSeconds }] = recordsOf(Template.fromStack(stackOf(file)));
  expect([resolutionSeconds, dnsWindowSeconds]).toEqual([30, 150]);
});

test('a VPC given only by its id is looked up', () => {
  const file = specFile('lookup.yaml', (spec) => {
    spec.environments.production.vpc = { id: 'vpc-0123456789abcdef0' };
  });
  const app = new App();
  new ProxiesStack(app, readSpec(file), 'production');
  expect(app.synth().manifest.missing).toMatchObject([{ provider: 'vpc-provider' }]);
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
    // npm's warnings about this machine's settings are not part of the app's output.
    const own = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('npm '));
    return { code: await exited, stdout, stderr: own };
  }

  test('the example becomes a template', async () => {
    const { code, stderr } = await synth();
    expect({ code, stderr: stderr.filter((line) => /error/i.test(line)) }).toEqual({ code: 0, stderr: [] });
    const template = JSON.parse(readFileSync(join(folder, 'cdk.out', 'haproxy-elb-production.template.json'), 'utf8'));
    expect(Object.values<{ Type: string }>(template.Resources).map(({ Type }) => Type)).toContain('AWS::ECS::Service');
  }, 120_000);

  test.each<[what: string, make: () => string, message: (file: string) => string]>([
    [
      'a value that is not allowed',
      () => specFile('value.yaml', (spec) => Object.assign(spec.proxies.orders.upstream, { port: 0 })),
      (file) => `${file}:19:13: proxies.orders.upstream.port is 0: give at least 1`,
    ],
    [
      'a port that another listener has',
      () => specFile('port.yaml', (spec) => Object.assign(spec.proxies.orders, { listenPort: 8404 })),
      (file) =>
        `${file}:16:5: proxies.orders: listenPort '8404' is the port of the health checks of HAProxy: give another port`,
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
