/** The stacks of rollback.ts: a proxy for each case, in its first or its second revision. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { DriftMonitor, ElbUpstream, HaproxyElbProxy, HaproxyVersion } from '../../lib';
import { ACCOUNT, REGION } from './emulator';
import { CASES, FIRST, type Ports, stackOf } from './rollback-cases';

/** What the app is given. */
export interface RollbackContext {
  readonly revision: 'first' | 'second';
  readonly branch: string;
  readonly ports: Ports;
  readonly vpc: { readonly vpcId: string; readonly availabilityZones: string[]; readonly privateSubnetIds: string[] };
}

const app = new App();
const { revision, branch, ports, vpc }: RollbackContext = JSON.parse(app.node.getContext('rollback'));
for (const one of CASES) {
  const stack = new Stack(app, stackOf(one), { env: { account: ACCOUNT, region: REGION } });
  const { upstream, props } = revision === 'first' ? { upstream: FIRST } : one;
  const { dnsName, ...options } = upstream(ports);
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc: Vpc.fromVpcAttributes(stack, 'Vpc', vpc),
    version: HaproxyVersion.of(branch),
    upstream: ElbUpstream.fromDnsName(dnsName, options),
    // No run disturbs the rehearsal.
    monitor: new DriftMonitor(stack, 'Monitor', { interval: Duration.days(1) }),
    ...props,
  });
}
