import type { Logger } from '@aws-lambda-powertools/logger';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { reasonOf } from '../controller/domain/reason';
import { importFindings } from './aws/security-hub';
import { type Finding, findingOf } from './findings';
import type { Place } from './resources';

/**
 * Imports the findings of some events of incidents into Security Hub.
 *
 * @returns the messages that did not succeed, which the queue delivers again
 * @throws when a call fails: the queue delivers all of them again
 */
export async function importIncidents({ Records }: SQSEvent, place: Place, logger: Logger): Promise<SQSBatchResponse> {
  const failed = new Set<string>();
  const fail = (messageId: string, reason: string) => {
    failed.add(messageId);
    logger.error(`the finding of message ${messageId} was not imported: ${reason}`, { event: 'finding', messageId });
  };
  const messages: { messageId: string; finding: Finding }[] = [];
  for (const { messageId, body } of Records) {
    try {
      messages.push({ messageId, finding: findingOf(JSON.parse(body), place) });
    } catch (error) {
      fail(messageId, reasonOf(error));
    }
  }
  const refused = await importFindings(latestOf(messages.map(({ finding }) => finding)));
  for (const { messageId, finding } of messages) {
    const reason = refused.get(finding.Id);
    if (reason !== undefined) {
      fail(messageId, reason);
    }
  }
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}

/** The last finding of each incident: an older one says nothing that it does not. */
function latestOf(findings: readonly Finding[]): Finding[] {
  const latest = new Map<string, Finding>();
  for (const finding of findings) {
    const before = latest.get(finding.Id);
    if (before === undefined || before.UpdatedAt < finding.UpdatedAt) {
      latest.set(finding.Id, finding);
    }
  }
  return [...latest.values()];
}
