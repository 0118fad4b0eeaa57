import {
  CreateOpsItemCommand,
  OpsItemAlreadyExistsException,
  OpsItemNotFoundException,
  UpdateOpsItemCommand,
} from '@aws-sdk/client-ssm';
import type { Severity } from '../../../lib/contract/verdicts';
import { ssm } from './registry';

/** The texts of an incident's OpsItem. */
interface OpsItemSubject {
  readonly id: string;
  readonly proxy: string;
  readonly kind: string;
  readonly severity: Severity;
  readonly message: string;
}

/** OpsCenter counts from 1, the worst, to 4. */
const SEVERITIES: Record<Severity, string> = { critical: '2', warning: '3', info: '4' };

/** Longest title of an OpsItem; a description may be twice as long. A verdict may name hundreds of slots. */
const MAX_TEXT = 1024;

/**
 * Opens the OpsItem of an incident, once: OpsCenter refuses a second one with the same text for deduplication.
 *
 * @returns its id
 */
export async function openOpsItem({ id, proxy, kind, severity, message }: OpsItemSubject): Promise<string> {
  const dedup = { Type: 'SearchableString', Value: JSON.stringify({ dedupString: `cdk-haproxy-elb-${id}` }) } as const;
  try {
    const { OpsItemId } = await ssm.send(
      new CreateOpsItemCommand({
        Source: 'cdk-haproxy-elb',
        Title: `${proxy}: ${kind}`.slice(0, MAX_TEXT),
        Description: message.slice(0, MAX_TEXT),
        Severity: SEVERITIES[severity],
        Category: 'Availability',
        OperationalData: { '/aws/dedup': dedup, incident: { Type: 'SearchableString', Value: id } },
      }),
    );
    return OpsItemId!;
  } catch (error) {
    if (error instanceof OpsItemAlreadyExistsException && error.OpsItemId !== undefined) {
      return error.OpsItemId;
    }
    throw error;
  }
}

/** Resolves an OpsItem, if it still exists. */
export async function resolveOpsItem(OpsItemId: string): Promise<void> {
  try {
    await ssm.send(new UpdateOpsItemCommand({ OpsItemId, Status: 'Resolved' }));
  } catch (error) {
    if (!(error instanceof OpsItemNotFoundException)) {
      throw error;
    }
  }
}
