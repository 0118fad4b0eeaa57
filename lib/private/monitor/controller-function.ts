import * as path from 'node:path';
import { Duration } from 'aws-cdk-lib';
import type { Policy, Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, type FunctionOptions, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { ControllerEnvironment } from '../../contract/environment';

/** A folder of `assets/` with functions in one file, `index.mjs`. */
type Bundle = 'controller' | 'probe' | 'census' | 'compliance';

/** What every function of a monitor has. */
export function functionOf(bundle: Bundle): Pick<FunctionOptions, 'architecture' | 'memorySize' | 'timeout'> & {
  readonly runtime: Runtime;
  readonly code: Code;
} {
  return {
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    code: Code.fromAsset(path.join(__dirname, '..', '..', '..', 'assets', bundle)),
    memorySize: 256,
    // The shortest interval is a minute: two runs do not overlap.
    timeout: Duration.seconds(55),
  };
}

/** Properties that the controller and the gate share. */
export interface ControllerFunctionProps {
  readonly role: Role;
  /** Must be attached to the role before the function is created. */
  readonly policy: Policy;
  readonly logGroup: ILogGroup;
  readonly environment: ControllerEnvironment;
}

/** Creates a function from the bundle of the controller, outside of any VPC. */
export function controllerFunction(
  scope: Construct,
  handler: 'index.handler' | 'index.gate',
  { policy, environment, ...shared }: ControllerFunctionProps,
  own: FunctionOptions,
): LambdaFunction {
  const created = new LambdaFunction(scope, 'Handler', {
    ...functionOf('controller'),
    ...shared,
    ...own,
    handler,
    environment: { ...environment },
  });
  created.node.addDependency(policy);
  return created;
}
