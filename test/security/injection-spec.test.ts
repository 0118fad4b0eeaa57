import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import { parseSpec, type Spec, specJsonSchema } from '../../bin/spec';
import type { ProxySpec } from '../../bin/spec/spec';
import { ProxiesStack } from '../../bin/spec/stack';
import { modelOfSpec, versionOf } from '../../bin/spec/to-model';
import { InputError } from '../../lib/haproxy/errors';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { readLine } from '../../lint/syntax/tokenizer';
import { ROOT } from '../bin/cli';
import { resourcesOf } from '../e2e/template';
import { HOSTILE_KEYS, HOSTILE_VALUES, prototypes } from './hostile-values';

/** `docs/every-key.yaml` has every key of the schema, which a separate test checks. */
const EVERY_KEY = parse(readFileSync(path.join(ROOT, 'docs', 'every-key.yaml'), 'utf8'));
const SCHEMA = specJsonSchema() as SchemaNode;

type Keys = readonly (string | number)[];

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode;
}

/** A path with the names that an author chose, and the numbers of list items, left out: `proxies.*.clients.*`. */
function fieldOf(keys: Keys): string {
  let node = SCHEMA;
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
  look(EVERY_KEY, []);
  return { values, mappings };
}

/** The part of the spec in which a value is, without the proxies that it does not concern: a whole spec from itself. */
function partAround([section, name]: Keys): Record<string, unknown> {
  const { environments, proxies } = EVERY_KEY;
  const only = (proxy: string) => ({ [proxy]: proxies[proxy] });
  return section === 'proxies' && Object.hasOwn(proxies, name ?? '')
    ? { environments: { production: environments.production }, proxies: only(String(name)) }
    : { ...EVERY_KEY, proxies: only('by-name') };
}

/** A spec, as the JSON that YAML takes too, with another value at one place. Any key becomes one of the file. */
function specWith(keys: Keys, value: unknown): string {
  const spec = structuredClone(partAround(keys));
  const last = keys.at(-1)!;
  // biome-ignore lint/suspicious/noExplicitAny: what YAML makes has no types.
  const parent = keys.slice(0, -1).reduce<any>((at, key) => at[key], spec);
  Object.defineProperty(parent, last, { value, enumerable: true, configurable: true, writable: true });
  return JSON.stringify(spec);
}

/** The first word of each line of a configuration, and how many words it has. */
type Shape = readonly (readonly [string | undefined, number])[];

/** By the text of their proxies: a value changes one of them. */
const shapes = new Map<string, Shape>();

/** What HAProxy reads of a proxy. */
function shapeOfProxy(proxy: ProxySpec): Shape {
  const key = JSON.stringify(proxy);
  const shape =
    shapes.get(key) ??
    HaproxyConfig.render(versionOf(proxy), modelOfSpec(proxy))
      // Line separators of Unicode are none for HAProxy, and a carriage return is.
      .split(/[\r\n]/)
      .map((line) => readLine(line).words)
      .map((words) => [words[0]?.text, words.length] as const);
  shapes.set(key, shape);
  return shape;
}

/** What HAProxy reads of every proxy. */
const shapeOf = ({ environments }: Spec): Shape[][] =>
  Object.values(environments).map(({ proxies }) => Object.values(proxies).map(shapeOfProxy));

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
/** The part of the spec around a place, as it is without an attack. */
const untouchedPart = (keys: Keys) => parseSpec(JSON.stringify(partAround(keys)), 'spec');
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

/** The first value of each field that is accepted. */
const accepted = new Map<string, { readonly keys: Keys; readonly spec: Spec }>();

test.each([...values])('%s takes no line, word or comment more than it is given', (field, keys) => {
  const expected = shapeOf(untouchedPart(keys));
  const isText = typeof keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], EVERY_KEY) === 'string';
  for (const value of isText ? HOSTILE_VALUES : HOSTILE_VALUES.slice(0, 2)) {
    const found = read(specWith(keys, value));
    if (found === undefined) {
      continue;
    }
    accepted.set(field, accepted.get(field) ?? { keys, spec: found.spec });
    if (RAW.test(field) || (value === '' && field.endsWith('.fixedResponse.body'))) {
      // An empty one is left out, or its words.
      expect(found.shape.flat(2).length).toBeLessThanOrEqual(expected.flat(2).length);
    } else {
      expect([value, found.shape]).toEqual([value, expected]);
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
  const text = JSON.stringify(EVERY_KEY);
  const expected = shapeOf(parseSpec(text, 'spec'));
  expect(text).toContain(from);
  for (const name of HOSTILE_VALUES) {
    const found = read(text.replaceAll(from, () => `${JSON.stringify(name)}:`));
    expect([name, found?.shape ?? expected]).toEqual([name, expected]);
  }
  expect(prototypes()).toEqual(untouched);
});

test('of what is accepted nothing reaches a shell of the task', () => {
  const untouchedShells = new Map<string, string[]>();
  let built = 0;
  for (const [field, { keys, spec }] of accepted) {
    let shells: string[];
    try {
      shells = shellsOf(spec);
    } catch {
      // The CDK and the constructs refuse some of them later.
      continue;
    }
    built += 1;
    const part = JSON.stringify(partAround(keys));
    const expected = untouchedShells.get(part) ?? shellsOf(parseSpec(part, 'spec'));
    untouchedShells.set(part, expected);
    expect([field, shells]).toEqual([field, expected]);
  }
  expect(built).toBeGreaterThan(5);
}, 120_000);
