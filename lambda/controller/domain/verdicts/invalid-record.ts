import { defineVerdict } from './definition';

/** The record cannot be used, or is gone, while incidents are open. `invalid-record.ts` of the domain finds it. */
export const invalidRecord = defineVerdict('invalid-record', {
  blind: true,
  explanation: {
    what: 'the record of the proxy in the registry is malformed, or is gone while incidents are open',
    why: 'it was written by hand or by another version, or the stack of the proxy was deleted',
    remedy: 'deploy the stack of the proxy again, which writes its record; the open incidents of the proxy are kept',
  },
  remediation: ({ proxy }) => `deploy the stack of ${proxy} again: it writes the record`,
  over: ({ proxy }) => `the record of ${proxy} is valid`,
  evaluate: () => [],
});
