import {
  OrganizationsClient,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
} from '@aws-sdk/client-organizations';
import { CLIENT } from './client-options';

const organizations = new OrganizationsClient(CLIENT);

/** A closed account stays in its unit for 90 days, and no API call in it works. Accounts of any other state are asked. */
const WITHOUT_RESOURCES = new Set<string>(['SUSPENDED', 'CLOSED', 'PENDING_ACTIVATION']);

/** The accounts of an organizational unit, and of the units below it. */
export async function accountsOfUnit(unit: string): Promise<string[]> {
  const accounts: string[] = [];
  for await (const { Accounts = [] } of paginateListAccountsForParent({ client: organizations }, { ParentId: unit })) {
    accounts.push(
      ...Accounts.flatMap(({ Id, State = '' }) => (Id === undefined || WITHOUT_RESOURCES.has(State) ? [] : [Id])),
    );
  }
  const pages = paginateListOrganizationalUnitsForParent({ client: organizations }, { ParentId: unit });
  for await (const { OrganizationalUnits = [] } of pages) {
    for (const { Id } of OrganizationalUnits) {
      // One after the other: the quota of these calls is small.
      accounts.push(...(Id === undefined ? [] : await accountsOfUnit(Id)));
    }
  }
  return accounts;
}
