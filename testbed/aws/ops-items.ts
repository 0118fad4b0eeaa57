import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';

/** An OpsItem of the account. */
export interface StoredOpsItem {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  readonly description: string;
  status: string;
}

/** OpsCenter in memory: it refuses a second open OpsItem with the same text for deduplication. */
export class OpsItems {
  readonly items: StoredOpsItem[] = [];
  readonly #dedup = new Map<string, StoredOpsItem>();

  public readonly handlers = {
    'ssm:CreateOpsItem': ({ Title = '', Description = '', Severity = '', OperationalData = {} }) => {
      if (Title.length > 1024 || Description.length > 2048) {
        throw new AwsError('OpsItemInvalidParameterException', 'The title or the description is too long.');
      }
      const dedup = OperationalData['/aws/dedup']?.Value ?? '';
      const known = this.#dedup.get(dedup);
      if (dedup !== '' && known !== undefined && known.status !== 'Resolved') {
        throw new AwsError('OpsItemAlreadyExistsException', 'A similar OpsItem already exists.', 400, {
          OpsItemId: known.id,
        });
      }
      const id = `oi-${String(this.items.length + 1).padStart(12, '0')}`;
      const item = { id, title: Title, severity: Severity, description: Description, status: 'Open' };
      this.items.push(item);
      this.#dedup.set(dedup, item);
      return { OpsItemId: id };
    },
    'ssm:UpdateOpsItem': ({ OpsItemId = '', Status }) => {
      const item = this.items.find(({ id }) => id === OpsItemId);
      if (item === undefined) {
        throw new AwsError('OpsItemNotFoundException', `OpsItem ID ${OpsItemId} not found.`);
      }
      item.status = Status ?? item.status;
      return {};
    },
  } satisfies AwsHandlers;
}
