import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { STATE_KEY } from '../../../lib/contract/state-table';
import { paced, REQUIRED } from './client-options';

/** The state of one proxy as it is stored. */
export interface StoredState {
  /** Name of its record: the last part of its parameter. */
  readonly name: string;
  /** Number of the write; 0 before the first one. */
  readonly version: number;
  /** When the proxy was last checked in whole, in milliseconds since 1970. 0: never. */
  readonly checkedAt: number;
  /** @default - there is none, or it is to be fetched with `read`: the run has its limit of bytes in memory */
  readonly text?: string;
  /** Set where `text` is to be fetched. */
  readonly size?: number;
}

/** Another run has written, or removed, the state since this one read it. */
export class LostWrite extends Error {
  public constructor(name: string) {
    super(`another run wrote the state of ${name} first: what this run found is dropped`);
  }
}

const db = paced(new DynamoDBClient(REQUIRED));

/** The table of a monitor: an item per proxy. */
export class StateTable {
  /** @param name of the table */
  public constructor(private readonly name: string) {}

  /**
   * Reads the states of all proxies, by name.
   *
   * @param maxBytes how many bytes of states are kept in memory; the others are fetched one by one
   */
  public async scan(maxBytes: number): Promise<Map<string, StoredState>> {
    const states = new Map<string, StoredState>();
    let bytes = 0;
    for await (const { Items = [] } of paginateScan({ client: db }, { TableName: this.name, ConsistentRead: true })) {
      for (const item of Items) {
        const state = storedOf(item);
        const size = state.text?.length ?? 0;
        bytes += size;
        states.set(state.name, bytes > maxBytes ? { ...state, text: undefined, size } : state);
      }
    }
    return states;
  }

  /** The state of one proxy; undefined where there is none. */
  public async read(name: string): Promise<StoredState | undefined> {
    const { Item } = await db.send(
      new GetItemCommand({ TableName: this.name, Key: keyOf(name), ConsistentRead: true }),
    );
    return Item && storedOf(Item);
  }

  /**
   * Writes a state over the one that was read.
   *
   * @param before what was read: the write is refused if another run has written since
   * @returns what is stored now
   * @throws LostWrite when another run has written since
   */
  public async write(before: Pick<StoredState, 'name' | 'version'>, text: string, checkedAt: number) {
    const { name } = before;
    const version = before.version + 1;
    const Item = {
      ...keyOf(name),
      version: { N: String(version) },
      checkedAt: { N: String(checkedAt) },
      state: { S: text },
    };
    const condition =
      before.version === 0
        ? { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': STATE_KEY } }
        : matches(before.version);
    try {
      await db.send(
        new PutItemCommand({
          TableName: this.name,
          Item,
          ...condition,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) {
        throw error;
      }
      // The SDK sends a write again when its answer was lost on the way: then this is the own one.
      const there = error.Item && storedOf(error.Item);
      if (there?.version !== version || there.text !== text) {
        throw new LostWrite(name);
      }
    }
    return { name, version, checkedAt } satisfies StoredState;
  }

  /**
   * Removes a state.
   *
   * @throws LostWrite when another run has written since
   */
  public async remove({ name, version }: Pick<StoredState, 'name' | 'version'>): Promise<void> {
    try {
      await db.send(new DeleteItemCommand({ TableName: this.name, Key: keyOf(name), ...matches(version) }));
    } catch (error) {
      throw error instanceof ConditionalCheckFailedException ? new LostWrite(name) : error;
    }
  }
}

function matches(version: number) {
  return {
    ConditionExpression: '#version = :read',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':read': { N: String(version) } },
  };
}

function keyOf(name: string) {
  return { [STATE_KEY]: { S: name } };
}

/** Reads an item, also one that another program wrote: what is not there is empty. */
function storedOf(item: Record<string, AttributeValue>): StoredState {
  const numberOf = (value: AttributeValue | undefined) => {
    const number = Number(value?.N ?? 0);
    return Number.isSafeInteger(number) && number >= 0 ? number : 0;
  };
  return {
    name: item[STATE_KEY]?.S ?? '',
    version: numberOf(item.version),
    checkedAt: numberOf(item.checkedAt),
    text: item.state?.S ?? '',
  };
}
