import type { NameAnswer, NameQuery, ProbeAnswer, ProcessAnswer, ProcessQuery } from '../../lib/contract/probe';
import type { Questions } from './check';

/** How many processes one call of a probe reads: within its time and its memory, and the 6 MiB of an answer. */
export const MAX_PROCESSES = 100;
/** How many names one call looks up. */
const MAX_NAMES = 100;

/** The questions about one proxy. `P` is whatever the caller knows the proxy by. */
interface Asked<P> {
  readonly proxy: P;
  readonly probe: string;
  readonly questions: Questions;
}

/** A part of the questions about one proxy, in one call. */
export interface Part<P> {
  readonly proxy: P;
  /** Where the answers are in those of the call, in the order of the questions. */
  readonly names: readonly number[];
  readonly processes: readonly number[];
}

/** One call of a probe. */
export interface ProbeCall<P> {
  readonly probe: string;
  readonly names: readonly NameQuery[];
  readonly processes: readonly ProcessQuery[];
  readonly parts: readonly Part<P>[];
}

/** A call that is being put together. */
class OpenCall<P> implements ProbeCall<P> {
  public readonly names: NameQuery[] = [];
  public readonly processes: ProcessQuery[] = [];
  public readonly parts: Part<P>[] = [];
  readonly #known = new Map<string, number>();

  public constructor(public readonly probe: string) {}

  /** How many of these names it does not ask for yet. */
  public missing(names: readonly NameQuery[]): number {
    return new Set(names.map(keyOf).filter((key) => !this.#known.has(key))).size;
  }

  public add(proxy: P, names: readonly NameQuery[], processes: readonly ProcessQuery[]): void {
    const nameAt = names.map((query) => {
      const at = this.#known.get(keyOf(query)) ?? this.names.push(query) - 1;
      this.#known.set(keyOf(query), at);
      return at;
    });
    const processAt = processes.map((query) => this.processes.push(query) - 1);
    this.parts.push({ proxy, names: nameAt, processes: processAt });
  }
}

/**
 * Puts the questions about many proxies into as few calls as possible, in their order: pure. Each probe is asked for
 * what is in its VPC, and once in a call for a name. The processes of a proxy are in one call if they fit.
 */
export function planCalls<P>(asked: readonly Asked<P>[]): ProbeCall<P>[] {
  const calls: OpenCall<P>[] = [];
  const open = new Map<string, OpenCall<P>>();
  const next = (probe: string) => {
    const call = new OpenCall<P>(probe);
    calls.push(call);
    open.set(probe, call);
    return call;
  };
  for (const { proxy, probe, questions } of asked) {
    let { names, processes } = questions;
    do {
      let call = open.get(probe) ?? next(probe);
      const fits = call.processes.length + processes.length <= MAX_PROCESSES;
      const empty = call.parts.length === 0;
      if (!empty && (!fits || call.names.length + call.missing(names) > MAX_NAMES)) {
        call = next(probe);
      }
      call.add(proxy, names, processes.slice(0, MAX_PROCESSES));
      // The names are in the first part.
      names = [];
      processes = processes.slice(MAX_PROCESSES);
    } while (processes.length > 0);
  }
  return calls;
}

/** The answers to the questions about one proxy, as its parts arrive, in any order. */
export class Answers {
  readonly #answers = new Map<Part<unknown>, ProbeAnswer>();
  readonly #failures = new Set<string>();
  #failed = 0;

  /** @param parts all parts, in the order of the questions */
  public constructor(public readonly parts: readonly Part<unknown>[]) {}

  /** Whether each part has an answer or a failure. */
  public get complete(): boolean {
    return this.#answers.size === this.parts.length;
  }

  /** Why no part has an answer, one line. Undefined: at least one has. */
  public get failure(): string | undefined {
    return this.#failed === this.parts.length ? [...this.#failures].join('; ') : undefined;
  }

  /** Takes the answer to one part out of that of its call. */
  public take(part: Part<unknown>, answer: ProbeAnswer): void {
    this.#answers.set(part, {
      names: part.names.map((at) => answer.names[at]!),
      processes: part.processes.map((at) => answer.processes[at]!),
    });
  }

  /**
   * Notes that a part has no answer.
   *
   * @param why one line
   * @param instead what its processes count as
   */
  public miss(part: Part<unknown>, why: string, instead: ProcessAnswer): void {
    const name: NameAnswer = { addresses: [], largestAnswer: 0, unanswered: ['A', 'AAAA'], degraded: [why] };
    this.#failed += 1;
    this.#failures.add(why);
    this.#answers.set(part, { names: part.names.map(() => name), processes: part.processes.map(() => instead) });
  }

  /** All answers, in the order of the questions. */
  public get all(): ProbeAnswer {
    const answers = this.parts.map((part) => this.#answers.get(part)!);
    return {
      names: answers.flatMap(({ names }) => names),
      processes: answers.flatMap(({ processes }) => processes),
    };
  }
}

function keyOf({ name, nameservers }: NameQuery): string {
  return JSON.stringify([name, nameservers]);
}
