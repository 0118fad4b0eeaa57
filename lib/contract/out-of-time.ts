/** The time was too short for some work, which was not done. It says nothing about the subject of the work. */
export class OutOfTime extends Error {
  public constructor() {
    super('the run had no time left');
  }
}
