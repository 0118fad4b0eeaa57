import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  DriftMonitor,
  ElbUpstream,
  type ElbUpstreamOptions,
  HaproxyElbProxy,
  type HaproxyElbProxyProps,
  HaproxyVersion,
  ProxyIngress,
} from '../../lib';
import type { HaproxyBinary } from '../../testbed/binaries';
import type { ContainerDefinition } from '../../testbed/ecs-task';
import { elbNameFor } from '../../testbed/load-balancer';
import { resourcesOf, withoutReferences } from '../e2e/template';

/** The container of a synthesized proxy, as its task definition has it. */
export function containerOf(
  binary: HaproxyBinary,
  upstream: ElbUpstreamOptions,
  props: Partial<HaproxyElbProxyProps>,
): ContainerDefinition {
  const stack = new Stack(new App(), 'Stack');
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream: ElbUpstream.fromDnsName(elbNameFor(binary), upstream),
    version: HaproxyVersion.of(binary.branch),
    monitor: new DriftMonitor(stack, 'Monitor'),
    ingress: ProxyIngress.none(),
    ...props,
  });
  const [definition] = resourcesOf(Template.fromStack(stack), 'AWS::ECS::TaskDefinition');
  const { EntryPoint, Command, Environment } = definition!.properties.ContainerDefinitions[0];
  return {
    entryPoint: EntryPoint,
    command: Command,
    environment: Object.fromEntries(
      Environment.map(({ Name, Value }: Record<string, unknown>) => [Name, withoutReferences(Value)]),
    ),
  };
}
