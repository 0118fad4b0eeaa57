import { readFileSync } from 'node:fs';
import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { InputError } from '../../lib/haproxy/errors';
import { checkModel } from '../../lib/haproxy/model/check';
import { SpecSource } from './errors';
import { specSchema } from './schema';
import type { ProxySpec, Spec, WrittenProxy } from './spec';
import { modelOfSpec, versionOf } from './to-model';

export { specJsonSchema } from './schema';
export type { Spec } from './spec';

/** The file that is read when none is named. */
export const SPEC_FILE = 'haproxy-elb.yaml';

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
    // An alias without an anchor is found only here.
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

/** The proxies of an environment: its own keys replace the keys for all environments. */
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
        `${here.join('.')} has '${name}', which is not in proxies: give one of ${Object.keys(common).join(', ')}`,
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
      // The schema checks each value on its own, the model checks that they fit together.
      try {
        checkModel(versionOf(complete), modelOfSpec(complete));
      } catch (error) {
        throw source.errorOf(path, `${path.join('.')}: ${(error as Error).message}`);
      }
      return [name, complete];
    }),
  );
}
