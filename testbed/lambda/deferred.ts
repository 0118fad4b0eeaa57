/** A promise that somebody else settles. (Node 20 has no Promise.withResolvers.) */
export class Deferred<T> {
  resolve!: (value: T) => void;
  reject!: (reason: Error) => void;

  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    // A rejection before anybody waits is no unhandled one: whoever waits later still gets it.
    this.promise.catch(() => {});
  }
}
