/** Inputs on which a target once failed. They come first in every run. */
export const COUNTER_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  // `.` does not match a line separator of Unicode.
  linter: [
    'resolvers dns\n    nameserver dns1 \u2028169.254.169.253:53\n',
    'frontend f\n    bind ipv4@\u2028\n',
    'global\n    log ring@\u2028 local0\n',
  ],
  // A key with DEL, which JSON does not escape, stood in the error as it was.
  'spec file': ['"a\\x7fb": 1', 'proxies: { "\u009b": 1 }'],
};
