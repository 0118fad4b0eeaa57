import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';

/** A statement of an inline policy, as deployed. */
interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

/** A statement of a role, and where it is. */
export interface RoleStatement {
  readonly role: string;
  readonly policy: string;
  readonly index: number;
  readonly actions: readonly string[];
  /** The first one. */
  readonly resource: string;
}

const iam = new IAMClient();

/** For a policy without statements, which IAM refuses. */
const NOTHING: Statement = { Effect: 'Deny', Action: 'iam:PassRole', Resource: '*' };

/** The statements of all inline policies of a role. */
export async function statementsOf(role: string): Promise<RoleStatement[]> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName: role }));
  const found: RoleStatement[] = [];
  for (const policy of PolicyNames) {
    (await documentOf(role, policy)).forEach(({ Action, Resource }, index) => {
      found.push({ role, policy, index, actions: [Action].flat(), resource: [Resource].flat()[0]! });
    });
  }
  return found;
}

/**
 * Takes actions of a statement away.
 *
 * @param actions some of the statement's; the statement goes with its last one
 * @returns puts them back
 */
export async function takeAway(
  { role, policy, index }: RoleStatement,
  actions: readonly string[],
): Promise<() => Promise<void>> {
  const document = await documentOf(role, policy);
  const rest = document.flatMap((statement, i) => {
    const kept = [statement.Action].flat().filter((action) => i !== index || !actions.includes(action));
    return kept.length === 0 ? [] : [{ ...statement, Action: kept }];
  });
  await put(role, policy, rest.length === 0 ? [NOTHING] : rest);
  return () => put(role, policy, document);
}

async function documentOf(RoleName: string, PolicyName: string): Promise<Statement[]> {
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  return [JSON.parse(decodeURIComponent(PolicyDocument!)).Statement].flat();
}

async function put(RoleName: string, PolicyName: string, Statement: readonly Statement[]): Promise<void> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
}
