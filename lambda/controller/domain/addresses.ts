import { FULL_ANSWER, type NameAnswer, type RecordType } from '../../../lib/contract/probe';

/** The record that holds an address, and so its family. */
export function recordTypeOf(address: string): RecordType {
  return address.includes(':') ? 'AAAA' : 'A';
}

/** Each once, sorted. */
export function distinct(addresses: Iterable<string>): string[] {
  return [...new Set(addresses)].sort();
}

/** Whether an answer may be a part of more addresses. */
export function isFull({ largestAnswer }: Pick<NameAnswer, 'largestAnswer'>): boolean {
  return largestAnswer >= FULL_ANSWER;
}

/** A name as DNS compares it. */
export function normalizedName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
