import { Stack, Token } from 'aws-cdk-lib';
import { ArnPrincipal, type IRole, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { accessRoleName, MONITOR_PARAMETER } from '../contract/census-access';
import { InputError } from '../haproxy/errors';
import { acknowledge } from '../private/acknowledge';
import { checkArguments } from '../private/check-arguments';
import { refuseTextToken } from '../private/checks';
import { ACKNOWLEDGED } from '../private/findings';
import { checkExternalId, EXTERNAL_ID } from '../private/monitor/census-external-id';
import type { IDriftMonitor } from './drift-monitor-interface';

/** Properties of a `CensusAccess`. */
export interface CensusAccessProps {
  /** The monitor that answers, of this account and region. */
  readonly monitor: IDriftMonitor;

  /** `collectRoleArn` of the `DriftCensus`: `arn:aws:iam::ACCOUNT:role/NAME-collect`. The role must exist. */
  readonly collectRoleArn: string;

  /**
   * `externalId` of the `DriftCensus`.
   *
   * @default 'cdk-haproxy-elb-census', that of a census without an id of its own
   */
  readonly externalId?: string;
}

/**
 * Lets a census of another account ask a monitor. The role trusts the role of that census alone, may invoke the function of
 * this monitor, and may read the one parameter that names the function.
 *
 * The invocation is the right to run the monitor's controller: a census changes nothing, and a run does what the next run
 * of the schedule does.
 */
export class CensusAccess extends Construct {
  /** The role that the census assumes. Its name is made from the region and the name of the monitor. */
  public readonly role: IRole;

  public constructor(scope: Construct, id: string, props: CensusAccessProps) {
    super(scope, id);
    checkArguments('CensusAccess', props);
    const { monitor, collectRoleArn, externalId = EXTERNAL_ID } = props;
    acknowledge(this, ACKNOWLEDGED.ownPolicy);
    refuseTextToken('monitorName of the monitor', monitor.monitorName);
    if (!Token.isUnresolved(collectRoleArn) && !/^arn:[^:]+:iam::\d{12}:role\/\S+$/.test(collectRoleArn)) {
      throw new InputError(
        `collectRoleArn '${collectRoleArn}' is not that of a census: give arn:aws:iam::ACCOUNT:role/NAME-collect`,
      );
    }
    const stack = Stack.of(this);
    const parameter = stack.formatArn({
      service: 'ssm',
      resource: 'parameter',
      resourceName: `${monitor.registryPath.slice(1)}/${MONITOR_PARAMETER}`,
    });
    this.role = new Role(this, 'Role', {
      roleName: accessRoleName(stack.region, monitor.monitorName),
      description: `For a census of the drift monitor ${monitor.monitorName}`,
      assumedBy: new ArnPrincipal(collectRoleArn),
      externalIds: [checkExternalId(externalId)],
      inlinePolicies: {
        Ask: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [monitor.functionArn] }),
            new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [parameter] }),
          ],
        }),
      },
    });
  }
}
