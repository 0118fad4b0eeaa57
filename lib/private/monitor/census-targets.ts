import { Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { accessRoleName, type CensusTargetGroup } from '../../contract/census-access';
import { InputError } from '../../haproxy/errors';
import type { CensusTargets } from '../../monitor/drift-census-options';
import { checkName, refuseTextToken, refuseTokens } from '../checks';

/** Roles that the policy of the function has room for, each with its account: a policy has 10,240 characters. */
const MAX_ROLES = 100;

/** The input of a state has 256 KiB at most. */
const MAX_BYTES = 200 * 1024;

const UNIT = /^(ou-([0-9a-z]{4,32})-[a-z0-9]{8,32}|r-([0-9a-z]{4,32}))$/;

/** The monitors of a census, checked. */
interface CensusScope {
  readonly groups: readonly CensusTargetGroup[];
  /** @default - no organizational units */
  readonly organizationId?: string;
}

/** Checks which monitors are to be asked. */
export function censusScope(
  scope: Construct,
  targets: readonly CensusTargets[],
  organizationId: string | undefined,
): CensusScope {
  refuseTokens('targets', targets);
  if (targets.length === 0) {
    throw new InputError('targets is empty: name at least one monitor');
  }
  checkOrganization(organizationId);
  const groups = targets.map((one, i) => groupOf(scope, one, `targets[${i}]`));
  if (organizationId === undefined && groups.some(({ organizationalUnits }) => organizationalUnits !== undefined)) {
    throw new InputError('organizationId is missing: the permission to list organizationalUnits names it');
  }
  const count = rolesOf(groups).length;
  if (organizationId === undefined && count > MAX_ROLES) {
    throw new InputError(
      `targets has ${count} monitors, and the policy of a role has room for ${MAX_ROLES} of them: give organizationId, which allows the roles of these names in your organization`,
    );
  }
  const bytes = Buffer.byteLength(JSON.stringify(groups));
  if (bytes > MAX_BYTES) {
    throw new InputError(
      `targets has ${bytes} bytes, and a state has room for ${MAX_BYTES}: name accounts of the same monitors in one element, or organizationalUnits`,
    );
  }
  return { groups, ...(organizationId !== undefined && { organizationId }) };
}

/** What the function that asks the monitors may do: assume their roles. */
export function assumeStatement(scope: Construct, { groups, organizationId }: CensusScope): PolicyStatement {
  const stack = Stack.of(scope);
  const arnOf = (account: string, name: string) => `arn:${stack.partition}:iam::${account}:role/${name}`;
  if (organizationId === undefined) {
    const resources = rolesOf(groups).map(({ account, name }) => arnOf(account, name));
    return new PolicyStatement({ actions: ['sts:AssumeRole'], resources });
  }
  const names = groups.flatMap(({ monitorName, regions }) => regions.map((one) => accessRoleName(one, monitorName)));
  return new PolicyStatement({
    actions: ['sts:AssumeRole'],
    resources: [...new Set(names)].map((name) => arnOf('*', name)),
    conditions: { StringEquals: { 'aws:ResourceOrgID': organizationId } },
  });
}

/** What the function that lists the monitors may do: list the accounts of the units, and of the units below them. */
export function listStatements(scope: Construct, { groups, organizationId }: CensusScope): PolicyStatement[] {
  const units = groups.flatMap(({ organizationalUnits = [] }) => organizationalUnits);
  if (units.length === 0) {
    return [];
  }
  const { partition } = Stack.of(scope);
  // The account is that of the organization's management; a unit below another one has the same root in its id.
  const prefix = `arn:${partition}:organizations::*`;
  const resources = units.flatMap((unit) => {
    const [, , ofUnit, ofRoot] = UNIT.exec(unit)!;
    const below = `${prefix}:ou/${organizationId}/ou-${ofUnit ?? ofRoot}-*`;
    return ofRoot === undefined ? [below] : [below, `${prefix}:root/${organizationId}/${unit}`];
  });
  return [
    new PolicyStatement({
      actions: ['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'],
      resources: [...new Set(resources)],
    }),
  ];
}

function groupOf(scope: Construct, targets: CensusTargets, what: string): CensusTargetGroup {
  const { monitorName, regions = [Stack.of(scope).region], accounts, organizationalUnits } = targets;
  refuseTextToken(`${what}.monitorName`, monitorName);
  checkName(monitorName, `${what}.monitorName`);
  if (accounts === undefined && organizationalUnits === undefined) {
    throw new InputError(`${what} has neither accounts nor organizationalUnits: give one of them`);
  }
  checkEach(`${what}.regions`, regions, /^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as 'eu-west-1'");
  checkEach(`${what}.accounts`, accounts, /^\d{12}$/, '12 digits');
  checkEach(
    `${what}.organizationalUnits`,
    organizationalUnits,
    UNIT,
    "an id such as 'ou-ab12-cdefghij', or that of a root",
  );
  organizationalUnits?.forEach((unit) => {
    refuseTextToken(`${what}.organizationalUnits`, unit);
  });
  return {
    monitorName,
    regions,
    ...(accounts !== undefined && { accounts }),
    ...(organizationalUnits !== undefined && { organizationalUnits }),
  };
}

function checkEach(what: string, values: readonly string[] | undefined, shape: RegExp, wanted: string): void {
  if (values?.length === 0) {
    throw new InputError(`${what} is empty: name at least one, or leave it out`);
  }
  const wrong = values?.find((one) => !Token.isUnresolved(one) && !shape.test(one));
  if (wrong !== undefined) {
    throw new InputError(`${what} has '${wrong}': give ${wanted}`);
  }
}

/** The roles of the accounts that are named. */
function rolesOf(groups: readonly CensusTargetGroup[]) {
  return groups.flatMap(({ monitorName, regions, accounts = [] }) =>
    accounts.flatMap((account) => regions.map((region) => ({ account, name: accessRoleName(region, monitorName) }))),
  );
}

/** Checks the id of an organization. */
export function checkOrganization(id: string | undefined): void {
  if (id !== undefined && !Token.isUnresolved(id) && !/^o-[a-z0-9]{10,32}$/.test(id)) {
    throw new InputError(`organizationId '${id}' is not valid: give 'o-' and 10 to 32 lower-case letters and digits`);
  }
}
