import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, AspectPriority, Aspects, Mixins, Shims, Stack, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { InstanceType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { CfnRepository, Repository } from 'aws-cdk-lib/aws-ecr';
import {
  type BaseService,
  Cluster,
  ContainerDefinition,
  ContainerImage,
  Ec2Service,
  Ec2TaskDefinition,
  FargateService,
  FargateTaskDefinition,
  NetworkMode,
} from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import {
  DriftMonitor,
  ElbUpstream,
  HaproxyElbProxy,
  HaproxyTasks,
  HaproxyVersion,
  MonitoredHaproxy,
  MonitoredHaproxyServices,
  type MonitoredHaproxyServicesProps,
} from '../../lib';
import { BY_NAME, ENV } from './stacks';
import { permissionsOf, recordsOf } from './template';

const upstreams = { upstreamsOf: () => [{ upstream: BY_NAME }] };

/** A platform stack with a network and a monitor, for the stacks of teams. */
function platform(context?: Record<string, unknown>) {
  const app = new App({ context });
  const stack = new Stack(app, 'Platform', ENV);
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const cluster = new Cluster(stack, 'Cluster', { vpc });
  const monitor = new DriftMonitor(stack, 'Monitor');
  const serviceIn = (scope: Construct, id: string, images: Record<string, ContainerImage>) => {
    const taskDefinition = new FargateTaskDefinition(scope, `${id}Definition`);
    for (const [name, image] of Object.entries(images)) {
      taskDefinition.addContainer(name, { image });
    }
    return new FargateService(scope, id, { cluster, taskDefinition });
  };
  const mixin = (props: Partial<MonitoredHaproxyServicesProps> = {}) =>
    new MonitoredHaproxyServices({ monitor, runtimeApiPort: 9990, upstreams, ...props });
  const apply = (props?: Partial<MonitoredHaproxyServicesProps>) => Mixins.of(app).apply(mixin(props));
  return { app, stack, cluster, monitor, serviceIn, mixin, apply };
}

const image = (name: string) => ContainerImage.fromRegistry(name);
const OTHER = image('public.ecr.aws/nginx/nginx:1.29');

/** The names of the proxies that a stack registers, without the hash of the path. */
const namesIn = (stack: Stack): string[] =>
  recordsOf(Template.fromStack(stack)).map(({ proxy }) => proxy.replace(/-[0-9A-F]{8}$/, ''));

test('the HAProxy of each stack is registered in its own stack, with the permissions and rules to read it', () => {
  const { app, serviceIn, apply } = platform();
  const stacks = ['Orders', 'Invoices'].map((team) => new Stack(app, team, ENV));
  for (const stack of stacks) {
    serviceIn(stack, 'Edge', { haproxy: image('haproxy:1.7') });
    serviceIn(stack, 'Shop', { web: OTHER });
  }
  apply({
    version: HaproxyVersion.V1_7,
    upstreams: {
      upstreamsOf: (service: BaseService) => [
        { upstream: ElbUpstream.fromDnsName(`${service.stack.stackName}.elb.test`, { port: 80 }) },
      ],
    },
  });
  for (const [i, team] of ['Orders', 'Invoices'].entries()) {
    const template = Template.fromStack(stacks[i]!);
    expect(recordsOf(template)).toMatchObject([
      {
        proxy: expect.stringMatching(new RegExp(`^${team}-Edge-[0-9A-F]{8}$`)),
        haproxyVersion: '1.7',
        upstreams: [{ dnsName: `${team}.elb.test`, port: 80 }],
        tasks: { service: '{EdgeService.Name}', runtimeApiPort: 9990 },
      },
    ]);
    expect(permissionsOf(template, /MonitorRole/)).toContainEqual(
      expect.stringMatching(/^Allow ecs:ListTasks on \* if ecs:cluster ArnEquals \{Platform:.*Cluster.*Arn.*\}$/),
    );
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 9990, ToPort: 9990 });
  }
});

describe('a container is HAProxy', () => {
  const ownRepository = (props: { id: string; name?: string }) => (scope: Construct) =>
    ContainerImage.fromEcrRepository(new Repository(scope, props.id, { repositoryName: props.name }), '1.7');

  /** An image that is built from a Dockerfile. */
  const built = (dockerfile: string) => () => {
    const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-image-'));
    writeFileSync(join(folder, 'Dockerfile'), dockerfile);
    folders.push(folder);
    return ContainerImage.fromAsset(folder);
  };
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) {
      rmSync(folder, { recursive: true });
    }
  });

  test.each<[what: string, imageIn: (scope: Construct) => ContainerImage]>([
    ['an official image', () => image('haproxy:2.8')],
    ['by digest', () => image(`public.ecr.aws/docker/library/haproxy@sha256:${'0'.repeat(64)}`)],
    ['of its company', () => image('haproxytech/haproxy-alpine:3.2')],
    ['in a registry with a port', () => image('registry.corp.example:5000/edge/HAProxy')],
    [
      'a repository that is imported',
      (scope) => ContainerImage.fromEcrRepository(Repository.fromRepositoryName(scope, 'Imported', 'corp/haproxy')),
    ],
    ['a repository of the app, by its name', ownRepository({ id: 'Repository', name: 'corp/haproxy' })],
    ['a repository of the app, by its id', ownRepository({ id: 'HaproxyRepository' })],
    [
      'a repository of another stack',
      (scope) => ownRepository({ id: 'Repository', name: 'haproxy' })(new Stack(scope.node.root as App, 'Images', ENV)),
    ],
    [
      'an L1 repository',
      (scope) => {
        const { repositoryUri, ref } = { ref: new CfnRepository(scope, 'Haproxy').ref, repositoryUri: '1.dkr.ecr/' };
        return image(`${repositoryUri}${ref}:1.7`);
      },
    ],
    ['built from it', built('ARG VERSION=2.8\nFROM haproxy:$VERSION AS base\nCOPY haproxy.cfg /etc\n')],
    [
      'built with its package',
      built('FROM debian:bookworm\nRUN apt-get update && \\\r\n  apt-get install -y haproxy\n'),
    ],
    ['built to start it', built('FROM corp/base\nCMD ["haproxy", "-f", "/etc/haproxy.cfg"]\n')],
  ])('by its image: %s', (_what, imageIn) => {
    const { app, serviceIn, apply } = platform();
    const stack = new Stack(app, 'Team', ENV);
    serviceIn(stack, 'Edge', { app: imageIn(stack) });
    apply();
    expect(namesIn(stack)).toEqual(['Team-Edge']);
  });

  test.each<[what: string, name: string, imageIn: (scope: Construct) => ContainerImage]>([
    ['another image', 'web', () => OTHER],
    ['a registry with the name', 'web', () => image('haproxy.corp.example/shop:haproxy')],
    ['an exporter of its metrics', 'metrics', () => image('prom/haproxy-exporter:v0.15.0')],
    ['an exporter by the name of the container', 'haproxy-exporter', () => image('corp/exporter')],
    ['a repository with another name in a stack with this one', 'web', ownRepository({ id: 'Repository' })],
    ['built from another one, which asks HAProxy', 'web', built('FROM node:24\nENV SHOP=http://haproxy.internal\n')],
  ])('not by %s', (_what, name, imageIn) => {
    const { app, serviceIn, apply } = platform();
    const stack = new Stack(app, 'Haproxy', ENV);
    serviceIn(stack, 'Edge', { [name]: imageIn(stack) });
    apply();
    expect(namesIn(stack)).toEqual([]);
  });

  test('by its name, next to another container, and away from its task definition', () => {
    const { app, serviceIn, apply } = platform();
    const stack = new Stack(app, 'Team', ENV);
    serviceIn(stack, 'Sidecar', { app: OTHER, 'haproxy-sidecar': image('corp/base:4') });
    const taskDefinition = new FargateTaskDefinition(stack, 'Definition');
    new ContainerDefinition(stack, 'haproxy', { taskDefinition, image: image('corp/base:4') });
    new FargateService(stack, 'Away', { cluster: new Cluster(stack, 'Cluster'), taskDefinition });
    apply();
    expect(namesIn(stack)).toEqual(['Team-Sidecar', 'Team-Away']);
  });
});

describe('a service is left out', () => {
  test('that is excluded, alone or with its stack', () => {
    const { app, serviceIn, apply } = platform();
    const [team, lab] = ['Team', 'Lab'].map((id) => new Stack(app, id, ENV)) as [Stack, Stack];
    const service = serviceIn(team, 'Excluded', { haproxy: OTHER });
    serviceIn(team, 'Edge', { haproxy: OTHER });
    serviceIn(lab, 'Edge', { haproxy: OTHER });
    MonitoredHaproxyServices.exclude(service);
    MonitoredHaproxyServices.exclude(lab);
    apply();
    expect([team, lab].map(namesIn)).toEqual([['Team-Edge'], []]);
  });

  test('that is registered already: a proxy of this library, one with its own monitor, and by an earlier mixin', () => {
    const { app, stack, cluster, monitor, serviceIn, apply } = platform();
    const team = new Stack(app, 'Team', ENV);
    new HaproxyElbProxy(team, 'Proxy', { cluster, upstream: BY_NAME, monitor, proxyName: 'proxy' });
    new HaproxyElbProxy(team, 'Other', { cluster, upstream: BY_NAME, proxyName: 'other' });
    const tasks = HaproxyTasks.ofService(serviceIn(team, 'Edge', { haproxy: OTHER }), { runtimeApiPort: 9991 });
    new MonitoredHaproxy(team, 'ByHand', {
      monitor: new DriftMonitor(stack, 'Second'),
      tasks,
      upstreams: [{ upstream: BY_NAME }],
      proxyName: 'by-hand',
    });
    serviceIn(team, 'New', { haproxy: OTHER });
    apply();
    apply();
    expect(namesIn(team).sort()).toEqual(['Team-New', 'by-hand', 'other', 'proxy']);
  });
});

describe.each<[what: string, context: Record<string, unknown> | undefined]>([
  ['with the feature flag of new projects', { '@aws-cdk/core:aspectStabilization': true }],
  ['without it', { '@aws-cdk/core:aspectStabilization': false }],
])('as an aspect, %s', (_what, context) => {
  test('it registers the same services, next to tags and other aspects', () => {
    const { app, serviceIn, mixin } = platform(context);
    const stack = new Stack(app, 'Team', ENV);
    Tags.of(app).add('team', 'edge');
    Aspects.of(app).add(Shims.asAspect(mixin()), { priority: AspectPriority.MUTATING });
    serviceIn(stack, 'Edge', { haproxy: OTHER });
    serviceIn(stack, 'Shop', { web: OTHER });
    expect(namesIn(stack)).toEqual(['Team-Edge']);
  });
});

describe('one line says what is wrong', () => {
  test.each<[what: string, message: string, make: (one: ReturnType<typeof platform>, team: Stack) => void]>([
    [
      'no load balancer',
      'upstreamsOf gives no load balancer for Team/Edge: give those behind it, or leave the service out with MonitoredHaproxyServices.exclude',
      ({ serviceIn, apply }, team) => {
        serviceIn(team, 'Edge', { haproxy: OTHER });
        apply({ upstreams: { upstreamsOf: () => [] } });
      },
    ],
    [
      'an exclusion that comes too late',
      'Team/Edge is monitored already: call MonitoredHaproxyServices.exclude before the mixin is applied',
      ({ serviceIn, apply }, team) => {
        serviceIn(team, 'Edge', { haproxy: OTHER });
        apply();
        MonitoredHaproxyServices.exclude(team);
      },
    ],
    [
      'another region',
      'Far/Edge/MonitoredHaproxy is in region us-east-1, its monitor Platform/Monitor in eu-west-1: make a DriftMonitor in each account and region',
      ({ app, apply }) => {
        const far = new Stack(app, 'Far', { env: { ...ENV.env, region: 'us-east-1' } });
        const cluster = new Cluster(far, 'Cluster');
        const taskDefinition = new FargateTaskDefinition(far, 'Definition');
        taskDefinition.addContainer('haproxy', { image: OTHER });
        new FargateService(far, 'Edge', { cluster, taskDefinition });
        apply();
      },
    ],
    [
      'network mode bridge without the port',
      'no container of Team/Definition maps runtimeApiPort 9990: add a port mapping, because network mode bridge opens no other port',
      ({ apply }, team) => {
        const cluster = new Cluster(team, 'Cluster');
        cluster.addCapacity('Capacity', { instanceType: new InstanceType('t4g.small') });
        const taskDefinition = new Ec2TaskDefinition(team, 'Definition', { networkMode: NetworkMode.BRIDGE });
        taskDefinition.addContainer('haproxy', { image: OTHER, memoryLimitMiB: 256 });
        new Ec2Service(team, 'Edge', { cluster, taskDefinition });
        apply();
      },
    ],
    ['a missing port', 'runtimeApiPort is missing: give a number', ({ apply }) => apply({ runtimeApiPort: undefined })],
    [
      'upstreams that are no object',
      'upstreams is a list: give an IMonitoredUpstreams',
      ({ apply }) => apply({ upstreams: [{ upstream: BY_NAME }] as never }),
    ],
  ])('%s', (_what, message, make) => {
    const one = platform();
    expect(() => make(one, new Stack(one.app, 'Team', ENV))).toThrow(expect.objectContaining({ message }));
  });
});
