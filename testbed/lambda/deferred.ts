/** A promise that is settled from outside. (Node 20 has no Promise.withResolvers.) */
export class Deferred<T> {
  resolve!: (value: T) => void;
  reject!: (reason: Error) => void;

  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    // A rejection that comes before the wait must not count as unhandled: the wait gets it later.
    this.promise.catch(() => {});
  }
}
