import type {
  AttributeValue,
  DeleteItemCommandInput,
  PutItemCommandInput,
  QueryCommandInput,
  ScanCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from './aws-error';
import { conditionOf, updateOf } from './dynamodb-expression';
import { type Item, itemBytes } from './dynamodb-size';
import type { AwsHandlers } from './operations';

/** The largest item. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAX_ITEM_BYTES = 400 * 1024;

/** The most that one page of a Scan or a Query reads. */
const PAGE_BYTES = 1024 * 1024;

/** Names of the attributes that identify an item; both texts. */
export interface TableKey {
  readonly hash: string;
  readonly range?: string;
}

/** An item, and what it was before its last change. */
interface Stored {
  readonly item?: Item | undefined;
  readonly before?: Item | undefined;
  readonly changedAt: number;
}

/** A table in memory. */
class Table {
  readonly #stored = new Map<string, Stored>();

  public constructor(
    public readonly name: string,
    private readonly key: TableKey,
    private readonly staleMillis: () => number,
  ) {}

  /** @throws AwsError ValidationException unless the key attributes are texts that are not empty */
  public keyOf(item: Item): string {
    const parts: string[] = [];
    for (const name of [this.key.hash, this.key.range]) {
      if (name === undefined) {
        continue;
      }
      const text = item[name]?.S;
      if (text === undefined) {
        throw invalid(`One or more parameter values were invalid: Missing the key ${name} in the item`);
      }
      if (text === '') {
        throw invalid(
          `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
        );
      }
      parts.push(text);
    }
    return JSON.stringify(parts);
  }

  public keyAttributes(item: Item): Record<string, AttributeValue> {
    const { hash, range } = this.key;
    return { [hash]: item[hash]!, ...(range !== undefined && { [range]: item[range]! }) };
  }

  public get(key: string): Item | undefined {
    return this.#stored.get(key)?.item;
  }

  public set(key: string, item: Item | undefined): void {
    if (item !== undefined && itemBytes(item) > MAX_ITEM_BYTES) {
      throw invalid('Item size has exceeded the maximum allowed size');
    }
    this.#stored.set(key, { item, before: this.get(key), changedAt: Date.now() });
  }

  /** A read that is not consistent may have the item as it was before its last change. */
  public read(key: string, consistent: boolean | undefined): Item | undefined {
    const { item, before, changedAt = 0 } = this.#stored.get(key) ?? {};
    return !consistent && Date.now() - changedAt < this.staleMillis() ? before : item;
  }

  /** Keys in the order of a Scan. */
  public keys(): string[] {
    return [...this.#stored.keys()].sort();
  }
}

/** Tables of DynamoDB in memory, with the limits, pages and conditions of the real ones. */
export class DynamoTables {
  readonly #tables = new Map<string, Table>();

  /** For how long after a write a read that is not consistent has the item as it was before, ms. */
  public staleMillis = 0;

  /** Makes a table. */
  public create(name: string, key: TableKey): void {
    this.#tables.set(name, new Table(name, key, () => this.staleMillis));
  }

  /** All items of a table, in the order of a Scan. */
  public items(name: string): Item[] {
    const table = this.#table(name);
    return table.keys().flatMap((key): Item[] => {
      const item = table.get(key);
      return item === undefined ? [] : [item];
    });
  }

  /** Writes an item without a call. */
  public put(name: string, item: Item): void {
    const table = this.#table(name);
    table.set(table.keyOf(item), item);
  }

  public readonly handlers = {
    'dynamodb:GetItem': ({ TableName, Key = {}, ConsistentRead }) => {
      const table = this.#table(TableName);
      const item = table.read(table.keyOf(Key), ConsistentRead);
      return item === undefined ? {} : { Item: item };
    },
    'dynamodb:PutItem': (input) => {
      const { Item: item = {} } = input;
      return this.#write(input, item, () => item);
    },
    'dynamodb:DeleteItem': (input) => this.#write(input, input.Key ?? {}, () => undefined),
    'dynamodb:UpdateItem': (input) => {
      const { Key = {}, UpdateExpression = '' } = input;
      const update = updateOf(UpdateExpression, input);
      return this.#write(input, Key, (before) => ({ ...update(before ?? {}), ...Key }));
    },
    'dynamodb:Scan': (input) => this.#page(input, undefined),
    'dynamodb:Query': (input) => {
      if (input.KeyConditionExpression === undefined) {
        throw invalid('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
      }
      return this.#page(input, input.KeyConditionExpression);
    },
  } satisfies AwsHandlers;

  #table(name = ''): Table {
    // A table may be named by its ARN.
    const table = this.#tables.get(name.split(':table/').at(-1)!);
    if (table === undefined) {
      throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    }
    return table;
  }

  #write(
    input: PutItemCommandInput | DeleteItemCommandInput | UpdateItemCommandInput,
    keyed: Item,
    next: (before: Item | undefined) => Item | undefined,
  ) {
    const table = this.#table(input.TableName);
    const key = table.keyOf(keyed);
    const before = table.get(key);
    const holds = conditionOf(input.ConditionExpression, 'ConditionExpression', input);
    if (!holds(before ?? {})) {
      throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed', 400, {
        ...(input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before !== undefined && { Item: before }),
      });
    }
    const after = next(before);
    table.set(key, after);
    const { ReturnValues } = input;
    const Attributes = ReturnValues === 'ALL_NEW' ? after : ReturnValues === 'ALL_OLD' ? before : undefined;
    return Attributes === undefined ? {} : { Attributes };
  }

  /** A page ends at the item with which it has read a megabyte, or as many items as the caller allows. */
  #page(input: ScanCommandInput | QueryCommandInput, keyCondition: string | undefined) {
    const table = this.#table(input.TableName);
    const isAsked = conditionOf(keyCondition, 'KeyConditionExpression', input);
    const passes = conditionOf(input.FilterExpression, 'FilterExpression', input);
    const after = input.ExclusiveStartKey === undefined ? '' : table.keyOf(input.ExclusiveStartKey);
    const { Limit = Number.POSITIVE_INFINITY, ConsistentRead } = input;
    const Items: Item[] = [];
    let ScannedCount = 0;
    let bytes = 0;
    for (const key of table.keys()) {
      const item = key > after ? table.read(key, ConsistentRead) : undefined;
      if (item === undefined || !isAsked(item)) {
        continue;
      }
      ScannedCount += 1;
      bytes += itemBytes(item);
      if (passes(item)) {
        Items.push(projected(item, input));
      }
      if (bytes >= PAGE_BYTES || ScannedCount === Number(Limit)) {
        return { Items, Count: Items.length, ScannedCount, LastEvaluatedKey: table.keyAttributes(item) };
      }
    }
    return { Items, Count: Items.length, ScannedCount };
  }
}

/** The attributes that the caller wants. */
function projected(item: Item, input: ScanCommandInput | QueryCommandInput): Record<string, AttributeValue> {
  if (input.ProjectionExpression === undefined) {
    return item;
  }
  const wanted = input.ProjectionExpression.split(',').map((part) => {
    const name = part.trim();
    return name.startsWith('#') ? (input.ExpressionAttributeNames?.[name] ?? name) : name;
  });
  return Object.fromEntries(Object.entries(item).filter(([name]) => wanted.includes(name)));
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
