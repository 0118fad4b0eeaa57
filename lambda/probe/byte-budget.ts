/** Bytes of answers that each process may send, whatever others do: about 100 slots. */
const OWN_BYTES = 128 * 1024;
/** Bytes beyond that, for all processes of a call together. */
const SHARED_BYTES = 8 * 1024 * 1024;

/** How many bytes may be read in one call of the probe. Processes that send much take nothing from those that do not. */
export class ByteBudget {
  #shared = SHARED_BYTES;

  /** The allowance of one process: takes some bytes, and says whether they were there. */
  public forProcess(): (bytes: number) => boolean {
    let own = OWN_BYTES;
    return (bytes) => {
      const more = Math.max(0, bytes - own);
      own -= bytes - more;
      if (more > this.#shared) {
        return false;
      }
      this.#shared -= more;
      return true;
    };
  }
}
