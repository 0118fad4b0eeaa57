import { Fn, Token } from 'aws-cdk-lib';
import { type IRole, Role } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ParameterValueType, StringListParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { FUNCTION_ELEMENT, MONITOR_PARAMETER, registryPathOf } from '../../contract/census-access';
import { DriftMonitorBase } from '../../monitor/drift-monitor-base';
import type { ImportedMonitorOptions } from '../../monitor/drift-monitor-interface';
import type { Repair } from '../../monitor/repair';
import { checkName } from '../checks';
import type { GateAccess } from './deployment-gate';

/** Below the path of a monitor: the function and the role of the gate. */
const GATE_PARAMETER = 'gate';

/** Writes the values of a monitor that other apps look up by its name. */
export function publish(
  scope: Construct,
  { registryPath, role, graceChecks, functionArn }: DriftMonitorBase,
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
  write('Published', MONITOR_PARAMETER, 'For other apps: role, graceChecks and function of the monitor', [
    role.roleArn,
    `${graceChecks}`,
    functionArn,
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
  private published?: Pick<DriftMonitorBase, 'role' | 'graceChecks' | 'functionArn'>;
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

  public get functionArn(): string {
    return this.values.functionArn;
  }

  /** Looked up only where they are used: a stack that has only rules for events does not use them. */
  private get values(): Pick<DriftMonitorBase, 'role' | 'graceChecks' | 'functionArn'> {
    if (this.published === undefined) {
      const value = this.lookUp('Published', MONITOR_PARAMETER);
      this.published = {
        role: Role.fromRoleArn(this, 'Role', value(0)),
        graceChecks: Token.asNumber(value(1)),
        functionArn: value(FUNCTION_ELEMENT),
      };
    }
    return this.published;
  }

  /** Looked up only where it is used: a monitor without a gate has no such parameter. */
  protected get _gate(): GateAccess {
    if (this.imported === undefined) {
      const value = this.lookUp('PublishedGate', GATE_PARAMETER);
      this.imported = {
        handler: LambdaFunction.fromFunctionArn(this, 'Gate', value(0)),
        role: Role.fromRoleArn(this, 'GateRole', value(1), { mutable: false }),
      };
    }
    return this.imported;
  }

  /** @returns the elements of a list */
  private lookUp(id: string, name: string): (element: number) => string {
    const { stringListValue } = StringListParameter.fromListParameterAttributes(this, id, {
      parameterName: `${this.registryPath}/${name}`,
      simpleName: false,
      elementType: ParameterValueType.STRING,
    });
    return (element) => Fn.select(element, stringListValue);
  }
}
