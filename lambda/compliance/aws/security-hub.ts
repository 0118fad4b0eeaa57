import { BatchImportFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { REQUIRED } from '../../controller/aws/client-options';
import { chunksOf } from '../../controller/aws/in-batches';
import type { Finding } from '../findings';

/** The most findings of a call. 100 of ours are far below the 6 MB of a call. */
const MAX = 100;

const securityHub = new SecurityHubClient(REQUIRED);

/**
 * Imports findings, each at most once.
 *
 * @returns why Security Hub did not take some, by id
 * @throws when a call fails
 */
export async function importFindings(findings: readonly Finding[]): Promise<ReadonlyMap<string, string>> {
  const refused = new Map<string, string>();
  for (const batch of chunksOf(findings, MAX)) {
    const { FailedFindings = [] } = await securityHub.send(new BatchImportFindingsCommand({ Findings: batch }));
    for (const { Id = '', ErrorCode = '', ErrorMessage = '' } of FailedFindings) {
      refused.set(Id, `${ErrorCode}: ${ErrorMessage}`);
    }
  }
  return refused;
}
