/** Something of the lab that did not work on this machine, in one line. */
export class LabError extends Error {
  public override readonly name = 'LabError';
}
