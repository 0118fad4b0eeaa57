import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { App, Stack } from 'aws-cdk-lib';
import type ec2 from 'aws-cdk-lib/aws-ec2';

/** The template of 0.1 of each stack: its example and its name. The other team of `shared-monitor` is alike. */
const STACKS: Record<string, readonly [example: string, stack: string]> = {
  'minimal-typescript': ['minimal-typescript', 'Minimal'],
  'several-elbs': ['several-elbs', 'SeveralElbs'],
  'tls-termination': ['tls-termination', 'TlsTermination'],
  'partner-tls-passthrough': ['partner-tls-passthrough', 'Partner'],
  'monitor-existing': ['monitor-existing', 'Watch'],
  'shared-monitor-platform': ['shared-monitor', 'Platform'],
  'shared-monitor-orders': ['shared-monitor', 'Team-orders'],
};

/** The fixtures leave out what is not of this package. */
const NOT_OURS = /^(Vpc|CustomVpc|AccessLogs)/;

const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-upgrade-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What an upgrade of a stack does: `TYPE PATH` of each resource, without the hashes of logical ids. */
interface Upgrade {
  readonly replaced: string[];
  readonly removed: string[];
  readonly added: string[];
  /** Exports that another stack may still use, so that CloudFormation refuses the update. */
  readonly removedOutputs: string[];
}

/** The apps of the examples, each loaded once. */
const apps = new Map<string, App>();
function appOf(example: string): App {
  process.env.CDK_OUTDIR = join(folder, example);
  const loaded = apps.get(example) ?? (require(resolve('examples', example, 'app')) as { app: App }).app;
  delete process.env.CDK_OUTDIR;
  apps.set(example, loaded);
  return loaded;
}

/** Runs the CDK's command line for one stack. */
async function diff(fixture: string, stack: string, out: string): Promise<Upgrade> {
  const template = join(__dirname, 'fixtures', `${fixture}.json`);
  const { stdout } = await promisify(execFile)(
    resolve('node_modules', '.bin', 'cdk'),
    ['diff', stack, '--exclusively', '--no-color', '--app', out, '--template', template],
    { env: { ...process.env, CI: 'true' } },
  );
  return upgradeOf(stdout);
}

let upgrades: Map<string, Upgrade>;
beforeAll(async () => {
  upgrades = new Map(
    await Promise.all(
      Object.entries(STACKS).map(async ([fixture, [example, stack]]): Promise<[string, Upgrade]> => {
        const { directory } = appOf(example).synth();
        return [fixture, await diff(fixture, stack, directory)];
      }),
    ),
  );
}, 120_000);

/** Reads the lines of resources, such as `[~] AWS::ECS::TaskDefinition Proxy/TaskDefinition ProxyTask… replace`. */
function upgradeOf(output: string): Upgrade {
  const resources = output.split('\n').flatMap((line) => {
    const [, change, type, rest] = /^\[([-+~])\] AWS::(\S+) (.*)$/.exec(line) ?? [];
    if (rest === undefined || NOT_OURS.test(rest)) {
      return [];
    }
    const place = rest.replace(/ (destroy|replace|may be replaced|orphan)$/, '').replace(/ \w+$/, '');
    // A removed one has its logical id only.
    return [
      {
        change,
        text: change === '-' ? type! : `${type} ${withoutHash(place)}`,
        replaced: / (may be )?replaced?$/.test(rest),
      },
    ];
  });
  const those = (wanted: string) => resources.filter(({ change }) => change === wanted).map(({ text }) => text);
  return {
    replaced: resources.filter(({ change, replaced }) => change === '~' && replaced).map(({ text }) => text),
    removed: those('-'),
    added: [...new Set(those('+'))].sort(),
    removedOutputs: [...output.matchAll(/^\[-\] Output (\w+)/gm)].map(([, name]) => name!),
  };
}

/** Without the part of a name that comes from the path in the app. */
function withoutHash(place: string): string {
  return place.replace(/(DriftCheckc8|DriftProbe|In0c8|Outc8)[0-9a-f]+/g, '$1').replace(/[0-9A-F]{8}(?=$|:)/g, '');
}

/** The procedure of the changelog: the security group of 0.1's monitor and its export stay for one deployment. */
function keepMonitorGroup(): string {
  const out = join(folder, 'kept');
  jest.isolateModules(() => {
    process.env.CDK_OUTDIR = out;
    const { app } = require(resolve('examples', 'shared-monitor', 'app')) as { app: App };
    delete process.env.CDK_OUTDIR;
    const { CfnSecurityGroup, Vpc } = require('aws-cdk-lib/aws-ec2') as typeof ec2;
    const platform = app.node.findChild('Platform') as Stack;
    const vpc = platform.node.findChild('Vpc') as InstanceType<typeof Vpc>;
    const group = new CfnSecurityGroup(platform, 'MonitorGroup', {
      groupDescription: 'Drift checker: asks DNS, AWS APIs and runtime APIs; accepts nothing',
      vpcId: vpc.vpcId,
    });
    group.overrideLogicalId('MonitorSecurityGroup679F60EB');
    platform.exportValue(group.attrGroupId);
    app.synth();
  });
  return out;
}

const of = (fixture: string) => upgrades.get(fixture)!;
const PROXIES = ['minimal-typescript', 'several-elbs', 'tls-termination', 'shared-monitor-orders'];

describe('an upgrade from 0.1', () => {
  test.each(PROXIES)('replaces the task definition of the proxy and nothing else: %s', (fixture) => {
    expect(of(fixture).replaced).toEqual(['ECS::TaskDefinition Proxy/TaskDefinition']);
  });

  test('also replaces the target group of a Network Load Balancer whose proxy listens on another port than 8080', () => {
    expect(of('partner-tls-passthrough').replaced).toEqual([
      'ECS::TaskDefinition Proxy/TaskDefinition',
      'ElasticLoadBalancingV2::TargetGroup Proxy/ListenerTargets',
    ]);
  });

  test.each(['monitor-existing', 'shared-monitor-platform'])('replaces nothing of a monitor: %s', (fixture) => {
    expect(of(fixture).replaced).toEqual([]);
  });

  test('removes the security group of the function, which leaves the VPC, and its rule of each proxy', () => {
    const removed = Object.keys(STACKS).map((fixture): [string, string[]] => [fixture, of(fixture).removed]);
    const [group, rule] = ['EC2::SecurityGroup', 'EC2::SecurityGroupIngress'];
    expect(Object.fromEntries(removed)).toEqual({
      'minimal-typescript': [group, rule],
      'several-elbs': [group, rule],
      'tls-termination': [group, rule],
      'partner-tls-passthrough': [group, rule],
      'monitor-existing': [group],
      'shared-monitor-platform': [group],
      'shared-monitor-orders': [rule],
    });
  });

  test('adds the table of states, the published values of the monitor, and the probe', () => {
    const monitor = [
      'DynamoDB::Table Proxy/Monitor/States',
      'Lambda::EventInvokeConfig Proxy/Monitor/Handler/EventInvokeConfig',
      'Logs::QueryDefinition Proxy/Monitor/Query suppressed',
      'SSM::Parameter Proxy/Monitor/Published',
    ];
    const probe = [
      'EC2::SecurityGroup DriftProbe/SecurityGroup',
      'EC2::SecurityGroupEgress DriftProbe/Outc8',
      'EC2::SecurityGroupIngress DriftProbe/In0c8',
      'IAM::Policy DriftProbe/Policy',
      'IAM::Role DriftProbe/Role',
      'Lambda::Function DriftProbe/Handler',
      'Lambda::Permission DriftProbe/Handler/Controller',
      'Logs::LogGroup DriftProbe/LogGroup',
    ];
    const inMonitor = (text: string) => text.replace('DriftProbe', 'Proxy/Monitor/DriftProbe');
    expect(of('minimal-typescript').added).toEqual([...monitor, ...probe.map(inMonitor)].sort());
    expect(of('shared-monitor-platform').added).toEqual(monitor.map((text) => text.replace('Proxy/', '')));
    expect(of('shared-monitor-orders').added).toEqual(probe);
  });

  // CloudFormation deletes no export that another stack uses.
  test('removes an export that the stacks of a shared monitor use, unless it is kept for one deployment', async () => {
    const EXPORT = 'ExportsOutputFnGetAttMonitorSecurityGroup679F60EBGroupIdCD7C4A90';
    expect(of('shared-monitor-platform').removedOutputs).toEqual([EXPORT]);
    const kept = await diff('shared-monitor-platform', 'Platform', keepMonitorGroup());
    expect(kept).toMatchObject({ removedOutputs: [], removed: [], replaced: [] });
    const orders = readFileSync(join(folder, 'shared-monitor', 'Team-orders.template.json'), 'utf8');
    expect(orders).not.toContain(EXPORT);
  }, 120_000);
});
