import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import { parseSpec, type Spec, specJsonSchema } from '../../bin/spec';
import { ProxiesStack } from '../../bin/spec/stack';
import { modelOfSpec, versionOf } from '../../bin/spec/to-model';
import { InputError } from '../../lib/haproxy/errors';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { readLine } from '../../lint/syntax/tokenizer';
import { ROOT } from '../bin/cli';
import { resourcesOf } from '../e2e/template';
import { HOSTILE_KEYS, HOSTILE_VALUES, prototypes } from './hostile-values';

/** `docs/every-key.yaml` has every key of the schema, which a separate test checks. */
const TEXT = readFileSync(path.join(ROOT, 'docs', 'every-key.yaml'), 'utf8');

type Keys = readonly (string | number)[];

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode;
}

/** A path with the names that an author chose, and the numbers of list items, left out: `proxies.*.clients.*`. */
function fieldOf(keys: Keys): string {
  let node = specJsonSchema() as SchemaNode;
  return keys
    .map((key) => {
      const known = node.properties?.[key];
      node = known ?? node.items ?? node.additionalProperties ?? {};
      return known === undefined ? '*' : key;
    })
    .join('.');
}

/** The first place of every field that has a value, and of every mapping. */
function placesOf(): { values: Map<string, Keys>; mappings: Map<string, Keys> } {
  const [values, mappings] = [new Map<string, Keys>(), new Map<string, Keys>()];
  const look = (value: unknown, keys: Keys) => {
    if (typeof value === 'object' && value !== null) {
      if (!Array.isArray(value) && !mappings.has(fieldOf(keys))) {
        mappings.set(fieldOf(keys), keys);
      }
      for (const [key, inner] of Object.entries(value)) {
        look(inner, [...keys, Array.isArray(value) ? Number(key) : key]);
      }
    } else if (!values.has(fieldOf(keys))) {
      values.set(fieldOf(keys), keys);
    }
  };
  look(parse(TEXT), []);
  return { values, mappings };
}

/** The spec, as the JSON that YAML takes too, with another value at one place. Any key becomes one of the file. */
function specWith(keys: Keys, value: unknown): string {
  const spec = parse(TEXT);
  const last = keys.at(-1)!;
  const parent = keys.slice(0, -1).reduce((at, key) => at[key], spec);
  Object.defineProperty(parent, last, { value, enumerable: true, configurable: true, writable: true });
  return JSON.stringify(spec);
}

/** What HAProxy reads of every proxy: the first word of each line, and how many there are. */
function shapeOf({ environments }: Spec): [string | undefined, number][][][] {
  return Object.values(environments).map(({ proxies }) =>
    Object.values(proxies).map((proxy) =>
      HaproxyConfig.render(versionOf(proxy), modelOfSpec(proxy))
        // Line separators of Unicode are none for HAProxy, and a carriage return is.
        .split(/[\r\n]/)
        .map((line) => readLine(line).words)
        .map((words): [string | undefined, number] => [words[0]?.text, words.length]),
    ),
  );
}

/** Reads a spec, and what HAProxy reads of it; or expects reasons why not, of one line each. */
function read(text: string): { spec: Spec; shape: ReturnType<typeof shapeOf> } | undefined {
  try {
    const spec = parseSpec(text, 'spec');
    return { spec, shape: shapeOf(spec) };
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    for (const [i, line] of (error as Error).message.split('\n').entries()) {
      expect(line).toMatch(i === 0 ? /./ : /^spec:\d+:\d+: ./);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these break a line.
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    }
    return undefined;
  }
}

const { values, mappings } = placesOf();
const EXPECTED = shapeOf(parseSpec(TEXT, 'spec'));
/** Lines that are passed on as they are written: a value is one line, and its content is the author's. */
const RAW = /\.rawLines\./;
const untouched = prototypes();

/** What the shells of the tasks get. */
function shellsOf(spec: Spec): string[] {
  const template = Template.fromStack(new ProxiesStack(new App(), spec, Object.keys(spec.environments)[0]!));
  return resourcesOf(template, 'AWS::ECS::TaskDefinition').map(({ properties: { ContainerDefinitions } }) =>
    JSON.stringify(
      // biome-ignore lint/suspicious/noExplicitAny: a template has no types.
      ContainerDefinitions.map(({ EntryPoint, Command, HealthCheck }: any) => [EntryPoint, Command, HealthCheck]),
    ),
  );
}

const SHELLS = shellsOf(parseSpec(TEXT, 'spec'));
/** The first value of each field that is accepted. */
const accepted = new Map<string, Spec>();

test.each([...values])('%s takes no line, word or comment more than it is given', (field, keys) => {
  const isText =
    typeof keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], parse(TEXT)) === 'string';
  for (const value of isText ? HOSTILE_VALUES : HOSTILE_VALUES.slice(0, 2)) {
    const found = read(specWith(keys, value));
    if (found === undefined) {
      continue;
    }
    accepted.set(field, accepted.get(field) ?? found.spec);
    if (RAW.test(field) || (value === '' && field.endsWith('.fixedResponse.body'))) {
      // An empty one is left out, or its words.
      const linesOf = (shape: typeof EXPECTED) => shape.flat(2).length;
      expect(linesOf(found.shape)).toBeLessThanOrEqual(linesOf(EXPECTED));
    } else {
      expect([value, found.shape]).toEqual([value, EXPECTED]);
    }
  }
  expect(prototypes()).toEqual(untouched);
});

test.each([...mappings])('%s has no key that reaches a prototype', (_, keys) => {
  for (const key of HOSTILE_KEYS) {
    read(specWith([...keys, key], { polluted: 'yes' }));
    expect(prototypes()).toEqual(untouched);
  }
});

test('a name that JavaScript would not keep is refused', () => {
  expect(() => parseSpec('proxies:\n  __proto__: {}\n', 'spec')).toThrow(
    new InputError("spec:2:3: '__proto__' is not allowed as a name: give another one"),
  );
});

test.each<[what: string, from: string]>([
  ['a proxy', '"shop":'],
  ['an environment', '"production":'],
  ['a header', '"X-Edge":'],
])('the name of %s is refused or changes nothing but itself', (_, from) => {
  const text = JSON.stringify(parse(TEXT));
  expect(text).toContain(from);
  for (const name of HOSTILE_VALUES) {
    expect([name, read(text.replaceAll(from, () => `${JSON.stringify(name)}:`))?.shape ?? EXPECTED]).toEqual([
      name,
      EXPECTED,
    ]);
  }
  expect(prototypes()).toEqual(untouched);
});

test('of what is accepted nothing reaches a shell of the task', () => {
  const built = [...accepted].flatMap(([field, spec]) => {
    try {
      return [[field, shellsOf(spec)]];
    } catch {
      // The CDK and the constructs refuse some of them later.
      return [];
    }
  });
  expect(built.length).toBeGreaterThan(5);
  expect(built).toEqual(built.map(([field]) => [field, SHELLS]));
}, 120_000);
