import { readFileSync } from 'node:fs';
import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { InputError } from '../../lib/haproxy/errors';
import { checkModel } from '../../lib/haproxy/model/check';
import { SpecSource } from './errors';
import { type proxySchema, specSchema } from './schema';
import { modelOf, versionOf } from './to-model';

export { specJsonSchema } from './schema';

/** Where a spec is looked for when none is named. */
export const SPEC_FILE = 'haproxy-elb.yaml';

type WrittenSpec = z.output<typeof specSchema>;
type WrittenProxy = z.output<typeof proxySchema>;

/** One proxy of an environment. */
export type ProxySpec = WrittenProxy & { readonly upstream: NonNullable<WrittenProxy['upstream']> };
/** A load balancer of a proxy. */
export type UpstreamSpec = ProxySpec['upstream'];

/** One environment with its proxies, complete. */
export type EnvironmentSpec = Omit<WrittenSpec['environments'][string], 'proxies'> & {
  readonly proxies: Readonly<Record<string, ProxySpec>>;
};

/** A spec file. What it leaves out is left to the constructs. */
export interface Spec {
  readonly stackName: string;
  readonly monitor: NonNullable<WrittenSpec['monitor']>;
  readonly environments: Readonly<Record<string, EnvironmentSpec>>;
}

/**
 * Reads and checks a spec file.
 *
 * @throws InputError that names the first problem: file, line, column, what was given, what is allowed
 */
export function readSpec(file: string): Spec {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(
      `${file}: cannot be read (${(error as NodeJS.ErrnoException).code}): give the path of a spec file`,
    );
  }
  return parseSpec(source, file);
}

/** Checks the text of a spec file. `file` is for messages. */
export function parseSpec(text: string, file: string): Spec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const source = new SpecSource(file, document, lines);
  const [malformed] = document.errors;
  if (malformed !== undefined) {
    throw source.errorAt(malformed.pos[0], `not YAML: ${malformed.message}`);
  }
  visit(document, {
    Pair: (_, { key }) => {
      // The schema would leave it out without a word.
      if (isScalar(key) && key.value === '__proto__') {
        throw source.errorAt(key.range?.[0] ?? 0, "'__proto__' is not usable as a name: give another one");
      }
    },
  });
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // An alias of nothing shows only when values are made of the document.
    throw source.errorAt(0, `not YAML: ${(error as Error).message}`);
  }
  const parsed = specSchema.safeParse(value);
  if (!parsed.success) {
    throw source.explain(parsed.error.issues[0]!);
  }
  const { stackName = 'haproxy-elb', monitor = {}, environments, proxies } = parsed.data;
  const complete = Object.entries(environments).map(([name, environment]) => [
    name,
    { ...environment, proxies: proxiesOf(source, name, environment.proxies ?? {}, proxies) },
  ]);
  return { stackName, monitor, environments: Object.fromEntries(complete) };
}

/** The proxies of an environment: what it says itself goes before what is said for all. */
function proxiesOf(
  source: SpecSource,
  environment: string,
  own: Readonly<Record<string, WrittenProxy>>,
  common: Readonly<Record<string, WrittenProxy>>,
): Record<string, ProxySpec> {
  const here = ['environments', environment, 'proxies'];
  for (const name of Object.keys(own)) {
    if (!Object.hasOwn(common, name)) {
      throw source.errorOf(
        [...here, name],
        `${here.join('.')} has '${name}', which proxies has not: it has ${Object.keys(common).join(', ')}`,
      );
    }
  }
  return Object.fromEntries(
    Object.entries(common).map(([name, proxy]) => {
      const path = Object.hasOwn(own, name) ? [...here, name] : ['proxies', name];
      const { upstream, ...rest } = { ...proxy, ...own[name] };
      if (upstream === undefined) {
        throw source.errorOf(path, `${path.join('.')}.upstream is missing: give a mapping`);
      }
      const complete = { ...rest, upstream };
      // What each value may be on its own is in the schema; what fits together, the model knows.
      try {
        checkModel(versionOf(complete), modelOf(complete));
      } catch (error) {
        throw source.errorOf(path, `${path.join('.')}: ${(error as Error).message}`);
      }
      return [name, complete];
    }),
  );
}
