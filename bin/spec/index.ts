import { readFileSync } from 'node:fs';
import { isAlias, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { InputError } from '../../lib/haproxy/errors';
import { checkModel } from '../../lib/haproxy/model/check';
import { SpecSource } from './errors';
import { specSchema } from './schema';
import {
  type Environments,
  HUB_STACK,
  type HubSpec,
  type ProxySpec,
  type Spec,
  type WrittenHub,
  type WrittenProxy,
} from './spec';
import { modelOfSpec, versionOf } from './to-model';

export { specJsonSchema } from './schema';
export type { Spec } from './spec';

/** The file that is read when none is named. */
export const SPEC_FILE = 'haproxy-elb.yaml';

/**
 * Reads and checks a spec file.
 *
 * @throws InputError with a line for each problem: file, line, column, what was given, what is allowed
 */
export function readSpec(file: string): Spec {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new InputError(
      `${file}: cannot be read (${(error as NodeJS.ErrnoException).code}): give the path of a spec file`,
    );
  }
  if (/^(fffe|feff)/.test(bytes.toString('hex', 0, 2))) {
    throw new InputError(`${file}: is in UTF-16, as its byte order mark says: save it as UTF-8`);
  }
  if (bytes.includes(0)) {
    throw new InputError(`${file}: is a binary file: give a spec file in YAML`);
  }
  return parseSpec(bytes.toString('utf8'), file);
}

/** Checks the text of a spec file. `file` is for messages. */
export function parseSpec(text: string, file: string): Spec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error', merge: true });
  const source = new SpecSource(file, document, lines);
  throwAll(
    document.errors.map(({ code, message, pos }) =>
      code === 'MULTIPLE_DOCS'
        ? source.errorAt(pos[0], "the file has a second document, after '---': keep one")
        : source.errorAt(pos[0], `not YAML: ${message}`),
    ),
  );
  const anchors = new Set<string>();
  visit(document, {
    Node: (_, node) => {
      if ('anchor' in node && typeof node.anchor === 'string') {
        anchors.add(node.anchor);
      }
      if (isAlias(node) && !anchors.has(node.source)) {
        throw source.errorAt(
          node.range?.[0] ?? 0,
          `'*${node.source}' has no anchor '&${node.source}' above it: add one`,
        );
      }
    },
    Pair: (_, { key }) => {
      // The schema would drop it without an error.
      if (isScalar(key) && key.value === '__proto__') {
        throw source.errorAt(key.range?.[0] ?? 0, "'__proto__' is not allowed as a name: give another one");
      }
    },
  });
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // Too many aliases, or an alias within its own anchor.
    throw source.errorAt(0, `not YAML: ${(error as Error).message}`);
  }
  const parsed = specSchema.safeParse(withoutShared(value));
  if (!parsed.success) {
    throwAll(source.explainAll(parsed.error.issues));
    throw source.errorAt(0, 'cannot be read: correct its keys');
  }
  const { stackName = 'haproxy-elb', monitor = {}, environments, proxies, hub } = parsed.data;
  const errors = hub === undefined ? [] : joiningErrors(source, environments);
  const complete = Object.entries(environments).map(([name, environment]) => [
    name,
    { ...environment, proxies: proxiesOf(source, name, environment.proxies ?? {}, proxies, errors) },
  ]);
  throwAll(errors);
  return {
    stackName,
    monitor,
    environments: Object.fromEntries(complete),
    ...(hub !== undefined && { hub: hubOf(stackName, hub) }),
  };
}

/** A hub allows accounts, and a stack of its own has the name that follows from this one. */
function joiningErrors(source: SpecSource, environments: Environments): InputError[] {
  return Object.entries(environments).flatMap(([name, { account, region }]) => {
    const path = ['environments', name];
    if (name === HUB_STACK) {
      return [source.errorOf(path, `${path.join('.')} has the name of the stack of the hub: rename it`)];
    }
    return account === undefined || region === undefined
      ? [source.errorOf(path, `${path.join('.')} needs account and region to join the hub: give both`)]
      : [];
  });
}

function hubOf(stackName: string, { census, ...hub }: NonNullable<WrittenHub>): HubSpec {
  return {
    ...hub,
    hubName: hub.hubName ?? `${stackName}-hub`,
    ...(census !== undefined && { census: { ...census, censusName: census.censusName ?? `${stackName}-census` } }),
  };
}

/** One error for all of them, a line each; nothing when there is none. */
function throwAll(errors: readonly InputError[]): void {
  if (errors.length > 0) {
    throw InputError.all(errors);
  }
}

/** Keys at the top that begin with `x-` hold what others share with anchors. */
function withoutShared(value: unknown): unknown {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('x-')))
    : value;
}

/** Clients are allowed where they come in, and the file does not know every such place. */
function checkClients({ clients = [], ingress = {} }: ProxySpec): void {
  if (clients.length > 0 && ingress.applicationListener !== undefined) {
    throw new InputError(
      'clients is given, and the load balancer of applicationListener has a security group of its own: leave clients out, and allow them there',
    );
  }
  if (clients.length > 0 && ingress.latticeTargetGroupArn !== undefined) {
    throw new InputError(
      'clients is given, and VPC Lattice decides who may call: leave clients out, and use the policies of the service network',
    );
  }
}

/** The proxies of an environment: its own keys replace the keys for all environments. */
function proxiesOf(
  source: SpecSource,
  environment: string,
  own: Readonly<Record<string, WrittenProxy>>,
  common: Readonly<Record<string, WrittenProxy>>,
  errors: InputError[],
): Record<string, ProxySpec> {
  const here = ['environments', environment, 'proxies'];
  for (const name of Object.keys(own)) {
    if (!Object.hasOwn(common, name)) {
      const message = `${here.join('.')} has '${name}', which is not in proxies: give one of ${Object.keys(common).join(', ')}`;
      errors.push(source.errorOf([...here, name], message));
    }
  }
  const proxies: Record<string, ProxySpec> = {};
  for (const [name, proxy] of Object.entries(common)) {
    const inherits = !Object.hasOwn(own, name);
    const path = inherits ? ['proxies', name] : [...here, name];
    const { upstream, ...rest } = { ...proxy, ...(inherits ? {} : own[name]) };
    if (upstream === undefined) {
      errors.push(source.errorOf(path, `${path.join('.')}.upstream is missing: give a mapping`));
      continue;
    }
    const complete = { ...rest, upstream };
    // The schema checks each value on its own, the model checks that they fit together.
    try {
      checkModel(versionOf(complete), modelOfSpec(complete));
      checkClients(complete);
    } catch (error) {
      errors.push(source.errorOf(path, `${path.join('.')}: ${(error as Error).message}`));
    }
    Object.defineProperty(proxies, name, { value: complete, enumerable: true, configurable: true, writable: true });
  }
  return proxies;
}
