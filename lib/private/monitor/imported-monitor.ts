import { Fn, Token } from 'aws-cdk-lib';
import { type IRole, Role } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ParameterValueType, StringListParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { DriftMonitorBase } from '../../monitor/drift-monitor-base';
import type { ImportedMonitorOptions } from '../../monitor/drift-monitor-interface';
import type { Repair } from '../../monitor/repair';
import { checkName } from '../checks';
import type { GateAccess } from './deployment-gate';

/** Where the parameters of the monitors are, before the name of each. */
const ROOT = '/cdk-haproxy-elb';
/** Below the path of a monitor: the values that other apps need. */
const MONITOR_PARAMETER = 'monitor';
const GATE_PARAMETER = 'gate';

/** The path of a monitor's parameters. */
export function registryPathOf(monitorName: string): string {
  return `${ROOT}/${monitorName}`;
}

/** Writes the values of a monitor that other apps look up by its name. */
export function publish(
  scope: Construct,
  { registryPath, role, graceChecks }: DriftMonitorBase,
  gate: GateAccess | undefined,
): void {
  const write = (id: string, name: string, description: string, stringListValue: string[]) =>
    new StringListParameter(scope, id, {
      parameterName: `${registryPath}/${name}`,
      // The name has slashes, also where it is a token.
      simpleName: false,
      description,
      stringListValue,
    });
  write('Published', MONITOR_PARAMETER, 'For proxies of other apps: role and graceChecks of the monitor', [
    role.roleArn,
    `${graceChecks}`,
  ]);
  if (gate !== undefined) {
    write('PublishedGate', GATE_PARAMETER, 'For proxies of other apps: function and role of the gate', [
      gate.handler.functionArn,
      gate.role.roleArn,
    ]);
  }
}

/** A monitor of another app, whose values CloudFormation looks up when it deploys. */
export class ImportedDriftMonitor extends DriftMonitorBase {
  public readonly registryPath: string;
  public readonly repair?: Repair;
  private published?: Pick<DriftMonitorBase, 'role' | 'graceChecks'>;
  private imported?: GateAccess;

  public constructor(
    scope: Construct,
    id: string,
    public readonly monitorName: string,
    { repair }: ImportedMonitorOptions = {},
  ) {
    super(scope, id);
    checkName(monitorName, 'monitorName');
    this.registryPath = registryPathOf(monitorName);
    this.repair = repair;
  }

  public get role(): IRole {
    return this.values.role;
  }

  public get graceChecks(): number {
    return this.values.graceChecks;
  }

  /** Looked up only where they are used: a stack that has only rules for events does not use them. */
  private get values(): Pick<DriftMonitorBase, 'role' | 'graceChecks'> {
    if (this.published === undefined) {
      const [roleArn, graceChecks] = this.lookUp('Published', MONITOR_PARAMETER);
      this.published = { role: Role.fromRoleArn(this, 'Role', roleArn), graceChecks: Token.asNumber(graceChecks) };
    }
    return this.published;
  }

  /** Looked up only where it is used: a monitor without a gate has no such parameter. */
  protected get _gate(): GateAccess {
    if (this.imported === undefined) {
      const [functionArn, roleArn] = this.lookUp('PublishedGate', GATE_PARAMETER);
      this.imported = {
        handler: LambdaFunction.fromFunctionArn(this, 'Gate', functionArn),
        role: Role.fromRoleArn(this, 'GateRole', roleArn, { mutable: false }),
      };
    }
    return this.imported;
  }

  private lookUp(id: string, name: string): [string, string] {
    const { stringListValue } = StringListParameter.fromListParameterAttributes(this, id, {
      parameterName: `${this.registryPath}/${name}`,
      simpleName: false,
      elementType: ParameterValueType.STRING,
    });
    return [Fn.select(0, stringListValue), Fn.select(1, stringListValue)];
  }
}
