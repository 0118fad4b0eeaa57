/** A part of the test bed that does not work on this machine, in one line. */
export class TestbedError extends Error {
  public override readonly name = 'TestbedError';
}
