/** How clients find the tasks of a service. */
export interface TaskIngress {
  /** Clients may find a task from now on. */
  register(address: string): void;
  /** ECS takes a task out, and stops it at the same time. */
  deregister(address: string): void;
  /** Gives one client a task for each of its new connections. */
  finder(): () => string;
}

/** A name in Cloud Map: each client keeps an answer until its TTL ends, and then asks again. */
export class CloudMapName implements TaskIngress {
  readonly #addresses = new Set<string>();

  /** @param ttlMillis how long a client keeps an answer, ms */
  public constructor(private readonly ttlMillis: number) {}

  public register(address: string): void {
    this.#addresses.add(address);
  }

  public deregister(address: string): void {
    this.#addresses.delete(address);
  }

  public finder(): () => string {
    let answer: readonly string[] = [];
    let expires = 0;
    let turn = 0;
    return () => {
      if (Date.now() >= expires) {
        answer = [...this.#addresses];
        expires = Date.now() + this.ttlMillis;
      }
      turn += 1;
      return answer[turn % answer.length]!;
    };
  }
}

/** A Network Load Balancer: it sends new connections to a target for some time after its deregistration. */
export class LingeringTargets implements TaskIngress {
  /** When each target stops getting connections, ms since 1970. */
  readonly #until = new Map<string, number>();
  #turn = 0;

  /** @param lingerMillis how long a deregistered target still gets new connections, ms */
  public constructor(private readonly lingerMillis: number) {}

  public register(address: string): void {
    this.#until.set(address, Number.POSITIVE_INFINITY);
  }

  public deregister(address: string): void {
    this.#until.set(address, Date.now() + this.lingerMillis);
  }

  public finder(): () => string {
    return () => {
      const targets = [...this.#until].flatMap(([address, until]) => (Date.now() < until ? address : []));
      this.#turn += 1;
      return targets[this.#turn % targets.length]!;
    };
  }
}
