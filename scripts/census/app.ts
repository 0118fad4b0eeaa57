/** The app of the rehearsal of a census: the hub with the census and a real monitor, and accounts with stand-ins of monitors. */
import { App, BootstraplessSynthesizer, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { StringListParameter } from 'aws-cdk-lib/aws-ssm';
import {
  CensusAccess,
  DriftCensus,
  DriftHub,
  DriftMonitor,
  ElbUpstream,
  HaproxyTasks,
  HaproxyVersion,
  MonitoredHaproxy,
} from '../../lib';
import { FAILING, standIn } from './controller';
import {
  ACCOUNTS,
  accessStackOf,
  CENSUS,
  EXTERNAL_ID,
  FAILURES,
  HUB,
  HUB_STACK,
  MONITORS,
  monitorsStackOf,
  REAL,
  REGION,
  type RealProxy,
} from './names';

const app = new App();
const { endpoint, nameserver, dnsName, port, branch }: RealProxy = JSON.parse(app.node.getContext('real'));
const organizationId = 'o-a1b2c3d4e5';

const hubStack = new Stack(app, HUB_STACK, { env: { account: HUB, region: REGION } });
const hub = new DriftHub(hubStack, 'Hub', { hubName: 'incidents', organizationId });
const census = new DriftCensus(hubStack, 'Census', {
  censusName: CENSUS,
  organizationId,
  externalId: EXTERNAL_ID,
  targets: [
    ...MONITORS.map((monitorName) => ({ monitorName, accounts: [...ACCOUNTS] })),
    { monitorName: REAL, accounts: [HUB] },
  ],
  removalPolicy: RemovalPolicy.DESTROY,
});
const monitor = new DriftMonitor(hubStack, 'Monitor', { monitorName: REAL, graceChecks: 1 });
monitor.forwardIncidents('Hub', hub);
new CensusAccess(hubStack, 'Access', { monitor, collectRoleArn: census.collectRoleArn, externalId: EXTERNAL_ID });
const vpc = Vpc.fromVpcAttributes(hubStack, 'Vpc', {
  vpcId: 'vpc-1',
  availabilityZones: [`${REGION}a`],
  privateSubnetIds: ['subnet-1'],
});
new MonitoredHaproxy(hubStack, 'Proxy', {
  monitor,
  proxyName: 'orders',
  version: HaproxyVersion.of(branch),
  tasks: HaproxyTasks.atEndpoints([endpoint], { vpc }),
  nameservers: [nameserver],
  upstreams: [{ upstream: ElbUpstream.fromDnsName(dnsName, { port }) }],
});

for (const account of ACCOUNTS) {
  const env = { account, region: REGION };
  // No asset, and so no bootstrap of the account.
  const propsOf = () => ({ env, synthesizer: new BootstraplessSynthesizer() });
  const monitors = new Stack(app, monitorsStackOf(account), propsOf());
  const functionOf = (id: string, code: string) =>
    new LambdaFunction(monitors, id, {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline(code),
    }).functionArn;
  // Two, so that there is a function that the role of a monitor may not invoke.
  const answers = [functionOf('Answers0', standIn()), functionOf('Answers1', standIn())] as const;
  const fails = functionOf('Fails', FAILING);
  const access = new Stack(app, accessStackOf(account), propsOf());
  for (const [i, name] of MONITORS.entries()) {
    const answer = answers[i % 2]!;
    const failure = FAILURES.find((one) => one.account === account && one.name === name)?.how;
    if (failure === 'no monitor') {
      continue;
    }
    const functionArn = failure === 'function fails' ? fails : failure === 'no function' ? `${answer}-gone` : answer;
    new StringListParameter(monitors, name, {
      parameterName: `/cdk-haproxy-elb/${name}/monitor`,
      stringListValue: [`arn:aws:iam::${account}:role/controller`, '2', functionArn],
    });
    new CensusAccess(access, `Access-${name}`, {
      monitor: DriftMonitor.fromName(access, name, name),
      collectRoleArn: `arn:aws:iam::${HUB}:role/${CENSUS}-collect`,
      externalId: EXTERNAL_ID,
    });
  }
}
