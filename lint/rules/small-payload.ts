import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { resolversInUse } from './lookups';

/** Bytes: about 28 addresses. */
const DEFAULT_PAYLOAD = 512;

export const smallPayload: Rule = {
  id: 'small-payload',
  severity: 'warning',
  why: 'HAProxy does not retry over TCP, and the bound counts for TCP name servers too. It drops an answer that does not fit, and the backend loses all addresses when their holds end.',
  help: "write 'accepted_payload_size 8192'",
  link: 'https://github.com/haproxy/haproxy/issues/341',
  fixable: true,
  find,
};

function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  if (!version._capabilities.acceptedPayloadSize) {
    return hits;
  }
  for (const section of resolversInUse(document)) {
    const { line, word, name } = section;
    const payload = section.last('accepted_payload_size');
    const accepts = (bytes: string | number) =>
      `resolvers '${name}' accepts answers of up to ${bytes} bytes: about 28 addresses fit`;
    if (payload === undefined) {
      const fix = { line, insertBelow: '    accepted_payload_size 8192' };
      hits.push({ line, word, message: accepts(DEFAULT_PAYLOAD), fix });
      continue;
    }
    const { value } = payload;
    if (value?.unresolvedVariable || Number(value?.text) > DEFAULT_PAYLOAD) {
      continue;
    }
    hits.push({
      line: payload.line,
      word: payload.words[0]!,
      message: accepts(value?.text ?? DEFAULT_PAYLOAD),
      fix: value && { line: payload.line, column: value.column, old: value.source, by: '8192' },
    });
  }
  return hits;
}
