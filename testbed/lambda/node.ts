import { acquireNode } from '../binaries/tools';

/** The runtime of every function here, as CloudFormation names it. */
export const RUNTIME = 'nodejs24.x';

const MAJOR = Number(/\d+/.exec(RUNTIME)![0]);

/** A Node that functions run on. */
export interface LambdaNode {
  /** Its executable. */
  readonly file: string;
  readonly major: number;
  /** Why it is not the one of the runtime but the one that runs the tests; nothing when it is. */
  readonly unavailable?: string;
}

let node: Promise<LambdaNode> | undefined;

/** The Node of the runtime, else the one that is there. It is fetched once, and kept in `.cache`. */
export function lambdaNode(): Promise<LambdaNode> {
  node ??= acquireNode(MAJOR).then(
    (file) => ({ file, major: MAJOR }),
    ({ message }: Error) => {
      const { execPath, versions } = process;
      return { file: execPath, major: Number.parseInt(versions.node, 10), unavailable: message };
    },
  );
  return node;
}
