import { Arn, ArnFormat, Duration, Fn, Stack, Token } from 'aws-cdk-lib';
import { Connections, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { type IRole, Role } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { InputError } from '../../haproxy/errors';
import { DriftMonitorBase } from '../../monitor/drift-monitor-base';
import type { DriftMonitorAttributes } from '../../monitor/drift-monitor-interface';
import type { Repair } from '../../monitor/repair';
import { MONITOR } from '../options';
import type { GateAccess } from './deployment-gate';

/** A monitor of another app. */
export class ImportedDriftMonitor extends DriftMonitorBase {
  public readonly registryPath: string;
  public readonly role: IRole;
  public readonly grace: Duration;
  public readonly repair?: Repair;
  public readonly connections: Connections;
  protected readonly _monitorName: string;
  protected readonly _gate?: GateAccess;

  public constructor(scope: Construct, id: string, attributes: DriftMonitorAttributes) {
    super(scope, id);
    this.registryPath = attributes.registryPath;
    this._monitorName = nameIn(attributes.registryPath);
    this.role = this.importRole(attributes.roleArn);
    this.grace = attributes.grace ?? Duration.millis(MONITOR.grace.default);
    this.repair = attributes.repair;
    const securityGroup = SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', attributes.securityGroupId);
    this.connections = new Connections({ securityGroups: [securityGroup] });
    this._gate = this.importGate(attributes);
  }

  /** The permissions to check a proxy are attached to the role, which is possible only in the account of the role. */
  private importRole(roleArn: string): IRole {
    const { account } = Stack.of(this);
    const owner = Token.isUnresolved(roleArn) ? account : Arn.split(roleArn, ArnFormat.SLASH_RESOURCE_NAME).account;
    if (!Token.isUnresolved(account) && owner !== account) {
      throw new InputError(
        `${this.node.path} is in account ${account}, its role in ${owner}: make a DriftMonitor in each account`,
      );
    }
    return Role.fromRoleArn(this, 'Role', roleArn);
  }

  private importGate({ gateFunctionArn, gateRoleArn }: DriftMonitorAttributes): GateAccess | undefined {
    if (gateFunctionArn === undefined && gateRoleArn === undefined) {
      return undefined;
    }
    if (gateFunctionArn === undefined || gateRoleArn === undefined) {
      throw new InputError(
        `only one of gateFunctionArn and gateRoleArn is given for ${this.node.path}: give both or neither`,
      );
    }
    return {
      handler: LambdaFunction.fromFunctionArn(this, 'Gate', gateFunctionArn),
      role: Role.fromRoleArn(this, 'GateRole', gateRoleArn, { mutable: false }),
    };
  }
}

/** The last part of a registry's path. */
function nameIn(registryPath: string): string {
  if (!Token.isUnresolved(registryPath) && !/^\/cdk-haproxy-elb\/[A-Za-z0-9._-]+$/.test(registryPath)) {
    throw new InputError(
      `registryPath '${registryPath}' is not the path of a DriftMonitor: give /cdk-haproxy-elb/NAME`,
    );
  }
  return Fn.select(2, Fn.split('/', registryPath));
}
