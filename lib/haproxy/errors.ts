/**
 * Input that cannot be used, told in one line: what was given, what is allowed, what to change.
 *
 * Everything else that is thrown is a fault of ours and keeps its stack.
 */
export class InputError extends Error {
  public override readonly name = 'InputError';
}
