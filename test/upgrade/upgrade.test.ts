import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { App } from 'aws-cdk-lib';

/** The examples whose templates of 0.1 are kept, and their stacks. */
const STACKS: Record<string, string> = {
  'minimal-typescript': 'Minimal',
  'partner-tls-passthrough': 'Partner',
  'monitor-existing': 'Watch',
};

/** The fixtures leave out what is not of this package. */
const NOT_OURS = /^(Vpc|CustomVpc|AccessLogs)/;

const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-upgrade-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What an upgrade of an example does: `TYPE PATH` of each resource, without the hashes of logical ids. */
interface Upgrade {
  readonly replaced: string[];
  readonly removed: string[];
  readonly added: string[];
}

let upgrades: Map<string, Upgrade>;
// Three runs of the CDK's command line.
beforeAll(async () => {
  upgrades = new Map(
    await Promise.all(
      Object.entries(STACKS).map(async ([example, stack]): Promise<[string, Upgrade]> => {
        const out = join(folder, example);
        process.env.CDK_OUTDIR = out;
        const { app } = require(resolve('examples', example, 'app')) as { app: App };
        app.synth();
        delete process.env.CDK_OUTDIR;
        const template = join(__dirname, 'fixtures', `${example}.json`);
        const { stdout } = await promisify(execFile)(
          resolve('node_modules', '.bin', 'cdk'),
          ['diff', stack, '--no-color', '--app', out, '--template', template],
          { env: { ...process.env, CI: 'true' } },
        );
        return [example, upgradeOf(stdout)];
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
  };
}

/** Without the part of a name that comes from the path in the app. */
function withoutHash(place: string): string {
  return place.replace(/(DriftCheckc8|DriftProbe|In0c8|Outc8)[0-9a-f]+/g, '$1').replace(/[0-9A-F]{8}(?=$|:)/g, '');
}

const of = (example: string) => upgrades.get(example)!;

describe('an upgrade from 0.1', () => {
  test('replaces the task definition of a proxy and nothing else', () => {
    expect(of('minimal-typescript').replaced).toEqual(['ECS::TaskDefinition Proxy/TaskDefinition']);
  });

  test('also replaces the target group of a Network Load Balancer whose proxy listens on another port than 8080', () => {
    expect(of('partner-tls-passthrough').replaced).toEqual([
      'ECS::TaskDefinition Proxy/TaskDefinition',
      'ElasticLoadBalancingV2::TargetGroup Proxy/ListenerTargets',
    ]);
  });

  test('replaces nothing of a monitor', () => {
    expect(of('monitor-existing').replaced).toEqual([]);
  });

  test('removes the security group of the function, which leaves the VPC', () => {
    expect(of('minimal-typescript').removed).toEqual(['EC2::SecurityGroup', 'EC2::SecurityGroupIngress']);
    expect(of('partner-tls-passthrough').removed).toEqual(of('minimal-typescript').removed);
    expect(of('monitor-existing').removed).toEqual(['EC2::SecurityGroup']);
  });

  test('adds the table of states, the published values of the monitor, and the probe', () => {
    expect(of('minimal-typescript').added).toEqual([
      'DynamoDB::Table Proxy/Monitor/States',
      'EC2::SecurityGroup Proxy/Monitor/DriftProbe/SecurityGroup',
      'EC2::SecurityGroupEgress Proxy/Monitor/DriftProbe/Outc8',
      'EC2::SecurityGroupIngress Proxy/Monitor/DriftProbe/In0c8',
      'IAM::Policy Proxy/Monitor/DriftProbe/Policy',
      'IAM::Role Proxy/Monitor/DriftProbe/Role',
      'Lambda::EventInvokeConfig Proxy/Monitor/Handler/EventInvokeConfig',
      'Lambda::Function Proxy/Monitor/DriftProbe/Handler',
      'Lambda::Permission Proxy/Monitor/DriftProbe/Handler/Controller',
      'Logs::LogGroup Proxy/Monitor/DriftProbe/LogGroup',
      'Logs::QueryDefinition Proxy/Monitor/Query suppressed',
      'SSM::Parameter Proxy/Monitor/Published',
    ]);
  });
});
