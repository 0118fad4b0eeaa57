/** Inputs that a target did not bear once. They come first in every run. */
export const COUNTER_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  // A key with DEL, which JSON does not escape, stood in the error as it was.
  'spec file': ['"a\\x7fb": 1', 'proxies: { "\u009b": 1 }'],
};
