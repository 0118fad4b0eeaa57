import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { InterfaceVpcEndpoint, InterfaceVpcEndpointAwsService, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { DriftMonitor } from '../../lib';
import { resourcesOf } from '../e2e/template';
import { stackWithVpc } from './stacks';
import { textOf } from './template';

describe('a VPC without a way out', () => {
  const NAMES = ['ssm', 'ecs', 'elasticloadbalancing', 'ec2'];

  function isolated() {
    const stack = new Stack(new App(), 'Stack');
    const subnetConfiguration = [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED }];
    return { stack, vpc: new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0, subnetConfiguration }) };
  }

  test('a warning names the missing endpoints, and can be acknowledged', () => {
    const { stack, vpc } = isolated();
    new DriftMonitor(stack, 'Monitor', { vpc });
    // What is made later counts as well.
    vpc.addInterfaceEndpoint('Ecs', { service: InterfaceVpcEndpointAwsService.ECS });
    vpc.addInterfaceEndpoint('Ec2Messages', { service: InterfaceVpcEndpointAwsService.EC2_MESSAGES });
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Monitor',
      'the subnets of Stack/Monitor have no egress, and the VPC has no endpoint for ssm, elasticloadbalancing, ec2, so the checker cannot call them: add the endpoints or set createEndpoints [ack: cdk-haproxy-elb:missing-endpoints]',
    );
  });

  test('they are created on request, those that the VPC lacks, for the checker alone', () => {
    const { stack, vpc } = isolated();
    vpc.addInterfaceEndpoint('Ecs', { service: InterfaceVpcEndpointAwsService.ECS });
    const monitor = new DriftMonitor(stack, 'Monitor', { vpc, createEndpoints: true });
    const template = Template.fromStack(stack);
    const made = resourcesOf(template, 'AWS::EC2::VPCEndpoint').map(({ properties }) => textOf(properties.ServiceName));
    expect(made.sort()).toEqual(NAMES.map((name) => `com.amazonaws.{Region}.${name}`).sort());
    expect(monitor.endpoints).toHaveLength(3);
    for (const { id } of resourcesOf(template, 'AWS::EC2::VPCEndpoint').filter((one) => one.id.startsWith('Monitor'))) {
      template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
        GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^${id.slice(0, -8)}SecurityGroup`), 'GroupId'] },
        SourceSecurityGroupId: stack.resolve(monitor.connections.securityGroups[0]!.securityGroupId),
        FromPort: 443,
      });
    }
    Annotations.fromStack(stack).hasNoWarning('/Stack/Monitor', Match.anyValue());
  });

  test('they allow another monitor, from a stack on which theirs does not depend', () => {
    const { stack, vpc } = isolated();
    const first = new DriftMonitor(stack, 'Monitor', { vpc, createEndpoints: true });
    const other = new Stack(stack.node.root, 'Other');
    const second = new DriftMonitor(other, 'Monitor', { vpc, createEndpoints: true });
    expect(second.endpoints).toEqual([]);
    const [checker] = second.connections.securityGroups;
    const rules = resourcesOf(Template.fromStack(other), 'AWS::EC2::SecurityGroupIngress').map(({ properties }) => [
      properties.FromPort,
      properties.SourceSecurityGroupId,
      textOf(properties.GroupId),
    ]);
    expect(rules).toEqual(
      first.endpoints.map(({ node: { id } }) => [
        443,
        other.resolve(checker!.securityGroupId),
        expect.stringContaining(`FnGetAttMonitor${id}SecurityGroup`),
      ]),
    );
    expect(stack.dependencies).toEqual([]);
  });

  test('with a NAT gateway nothing is said, and nothing is made', () => {
    const { stack, vpc } = stackWithVpc();
    const monitor = new DriftMonitor(stack, 'Monitor', { vpc });
    Annotations.fromStack(stack).hasNoWarning('/Stack/Monitor', Match.anyValue());
    expect(monitor.endpoints).toEqual([]);
  });

  test('public subnets are refused, because a function has no public address', () => {
    const { stack, vpc } = stackWithVpc();
    const vpcSubnets = { subnetType: SubnetType.PUBLIC };
    expect(() => new DriftMonitor(stack, 'Monitor', { vpc, vpcSubnets })).toThrow(
      expect.objectContaining({
        message:
          'the subnets of Stack/Monitor are public, where a function cannot reach AWS APIs: give vpcSubnets that are private or isolated',
      }),
    );
  });

  test('an endpoint of another VPC does not count', () => {
    const { stack, vpc } = isolated();
    const other = new Vpc(stack, 'Other', { maxAzs: 1 });
    for (const service of [InterfaceVpcEndpointAwsService.SSM, InterfaceVpcEndpointAwsService.ECS]) {
      new InterfaceVpcEndpoint(stack, service.shortName, { vpc: other, service });
    }
    new DriftMonitor(stack, 'Monitor', { vpc });
    Annotations.fromStack(stack).hasWarning('/Stack/Monitor', Match.stringLikeRegexp(`for ${NAMES.join(', ')}, so`));
  });
});
