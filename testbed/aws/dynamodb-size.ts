import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** An item of a table. */
export type Item = Readonly<Record<string, AttributeValue>>;

/**
 * Bytes of an item, as DynamoDB counts them: names and values.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) {
    bytes += Buffer.byteLength(name) + valueBytes(value);
  }
  return bytes;
}

/** Capacity units to read or write something: its size divided by the size of a unit, rounded up; at least 1. */
export function capacityOf(content: object, bytesPerUnit: number): number {
  const items = Array.isArray(content) ? content : [content];
  const bytes = items.reduce((sum: number, item) => sum + itemBytes(item as Item), 0);
  return Math.max(1, Math.ceil(bytes / bytesPerUnit));
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  // Up to two digits are a byte, and one more for the whole.
  if (value.N !== undefined) return Math.ceil(value.N.replace(/\D/g, '').length / 2) + 1;
  if (value.L !== undefined) return 3 + value.L.reduce((sum, each) => sum + 1 + valueBytes(each), 0);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  if (value.SS !== undefined) return value.SS.reduce((sum, each) => sum + Buffer.byteLength(each), 0);
  if (value.NS !== undefined) return value.NS.reduce((sum, each) => sum + each.length, 0);
  // Binary values arrive in base64.
  if (value.B !== undefined) return Math.floor((String(value.B).length * 3) / 4);
  return 1;
}
