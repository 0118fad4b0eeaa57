import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Comparison } from './handler';
import { sideBySide } from './measure';

const RUNS = 7;

/** Apps as compiled JavaScript: our minimal stack, and that of the CDK's own pattern. */
const APPS = {
  ours: `
const { App, Stack } = require('aws-cdk-lib');
const { Vpc } = require('aws-cdk-lib/aws-ec2');
const { ElbUpstream, HaproxyElbProxy } = require(${JSON.stringify(resolve('.'))});
const stack = new Stack(new App(), 'Benchmark');
const upstream = ElbUpstream.fromDnsName('internal-orders-1.eu-west-1.elb.amazonaws.com', { port: 80 });
new HaproxyElbProxy(stack, 'Proxy', { vpc: new Vpc(stack, 'Vpc'), upstream });
`,
  pattern: `
const { App, Stack } = require('aws-cdk-lib');
const { Vpc } = require('aws-cdk-lib/aws-ec2');
const { ContainerImage } = require('aws-cdk-lib/aws-ecs');
const { NetworkLoadBalancedFargateService } = require('aws-cdk-lib/aws-ecs-patterns');
const stack = new Stack(new App(), 'Benchmark');
const image = ContainerImage.fromRegistry('public.ecr.aws/docker/library/haproxy:3.2');
new NetworkLoadBalancedFargateService(stack, 'Service', { vpc: new Vpc(stack, 'Vpc'), taskImageOptions: { image } });
`,
};

/** `cdk synth` of the minimal stack, compared with `NetworkLoadBalancedFargateService`. Needs the compiled package. */
export async function measureSynth(): Promise<Comparison[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-synth-'));
  const cdk = resolve('node_modules', '.bin', 'cdk');
  const synth = (name: keyof typeof APPS) => async () => {
    const start = performance.now();
    await promisify(execFile)(cdk, ['synth', '--quiet', '--app', 'node app.js'], {
      cwd: join(folder, name),
      env: { ...process.env, NODE_PATH: resolve('node_modules') },
    });
    return performance.now() - start;
  };
  const resources = (name: keyof typeof APPS) =>
    Object.keys(JSON.parse(readFileSync(join(folder, name, 'cdk.out', 'Benchmark.template.json'), 'utf8')).Resources)
      .length;
  try {
    for (const [name, app] of Object.entries(APPS)) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'app.js'), app);
    }
    const [ours, other] = await sideBySide(RUNS, [synth('ours'), synth('pattern')]);
    const name = 'minimal stack, compared with NetworkLoadBalancedFargateService';
    return [
      { name: `cdk synth of the ${name}`, ours: ours!, other: other!, unit: 'ms' },
      { name: `resources of the ${name}`, ours: resources('ours'), other: resources('pattern'), unit: '' },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
