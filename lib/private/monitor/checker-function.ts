import * as path from 'node:path';
import { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Policy, Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { CheckerEnvironment } from '../../contract/environment';

/** Properties that both functions of a monitor share. */
export interface CheckerFunctionProps {
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly securityGroup: ISecurityGroup;
  readonly role: Role;
  /** Must be attached to the role before the function is created. */
  readonly policy: Policy;
  readonly logGroup: ILogGroup;
  readonly environment: CheckerEnvironment;
}

/** Creates a function from the bundle of the package. */
export function checkerFunction(
  scope: Construct,
  description: string,
  handler: 'index.handler' | 'index.gate',
  props: CheckerFunctionProps,
): LambdaFunction {
  const created = new LambdaFunction(scope, 'Handler', {
    description,
    handler,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    code: Code.fromAsset(path.join(__dirname, '..', '..', '..', 'assets', 'drift-checker')),
    memorySize: 256,
    timeout: Duration.seconds(55),
    vpc: props.vpc,
    vpcSubnets: { subnets: [...props.subnets] },
    securityGroups: [props.securityGroup],
    logGroup: props.logGroup,
    role: props.role,
    environment: { ...props.environment },
  });
  created.node.addDependency(props.policy);
  return created;
}
