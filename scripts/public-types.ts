import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as cdk from 'aws-cdk-lib';
import * as library from '../lib';

/** Calls that check their arguments themselves. */
const ELSEWHERE = ['HaproxyVersion.of'];

/** What is read of an assembly (@jsii/spec). */
interface TypeReference {
  readonly primitive?: string;
  readonly fqn?: string;
  readonly collection?: { readonly kind: 'array' | 'map'; readonly elementtype: TypeReference };
}
interface Parameter {
  readonly name: string;
  readonly type: TypeReference;
  readonly optional?: boolean;
}
interface Method {
  readonly name?: string;
  readonly static?: boolean;
  readonly protected?: boolean;
  readonly parameters?: readonly Parameter[];
}
interface Type {
  readonly name: string;
  readonly fqn: string;
  readonly kind: 'class' | 'interface' | 'enum';
  readonly datatype?: boolean;
  readonly initializer?: Method;
  readonly methods?: readonly Method[];
  readonly properties?: readonly Parameter[];
  readonly interfaces?: readonly string[];
}

interface Assembly {
  readonly name: string;
  readonly types: Readonly<Record<string, Type>>;
}

/** The assembly of the compiled constructs; `.jsii` may name the file that has it. */
function readAssembly(): Assembly {
  const { filename, ...assembly } = JSON.parse(readFileSync('.jsii', 'utf8'));
  return filename === undefined ? assembly : JSON.parse(gunzipSync(readFileSync(filename)).toString());
}

const isStruct = (type: Type | undefined) => type?.kind === 'interface' && type.datatype === true;

/** The text of `lib/private/public-types.ts`. */
export async function publicTypes(): Promise<string> {
  const types = new PublicTypes(readAssembly());
  const text = `// Written by npm run api from the types of the public API.

/** \`!\` is required, \`[]\` a list, \`{}\` a map. */
export type TypeNotation = string;

/** The arguments of each public call. */
export const CALLS = ${JSON.stringify(types.calls)} as const satisfies Record<string, Record<string, TypeNotation>>;

/** The properties of each struct. */
export const STRUCTS: Readonly<Record<string, Readonly<Record<string, TypeNotation>>>> = ${JSON.stringify(types.structs)};

/** The values of each enum. */
export const ENUMS: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(types.enums)};
`;
  const options = ['format', '--stdin-file-path=public-types.ts'];
  const { status, stdout, stderr } = spawnSync(join('node_modules', '.bin', 'biome'), options, {
    input: text,
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`biome does not format the types: ${stderr}`);
  }
  return stdout;
}

type Rows = Record<string, string>;

/** The public calls of an assembly, and the structs and enums that they take. */
class PublicTypes {
  public readonly calls: Record<string, Rows> = {};
  public readonly structs: Record<string, Rows> = {};
  public readonly enums: Record<string, string[]> = {};

  public constructor(private readonly assembly: Assembly) {
    for (const type of Object.values(assembly.types).filter(({ kind }) => kind === 'class')) {
      for (const [call, parameters] of this.callsOf(type)) {
        this.calls[call] = this.rows(parameters);
      }
    }
  }

  /** Its constructor, its static methods, and its methods that take a struct. */
  private callsOf({ name, initializer, methods = [] }: Type): [string, readonly Parameter[]][] {
    const takesStruct = ({ parameters = [] }: Method) =>
      parameters.some(({ type }) => isStruct(this.assembly.types[type.fqn ?? '']));
    const called = methods.filter((method) => method.name !== 'bind' && (method.static || takesStruct(method)));
    return [...(initializer === undefined ? [] : [initializer]), ...called].flatMap((method) => {
      const parameters = method.protected ? [] : argumentsOf(method);
      const call = method.name === undefined ? name : `${name}.${method.name}`;
      return parameters.length === 0 || ELSEWHERE.includes(call) ? [] : [[call, parameters]];
    });
  }

  private rows(parameters: readonly Parameter[]): Rows {
    return Object.fromEntries(
      parameters.map(({ name, type, optional }) => [name, `${this.notationOf(type)}${optional ? '' : '!'}`]),
    );
  }

  /** A struct, an enum or a class by its name, an interface by its name or as `object`. */
  private notationOf({ primitive, fqn, collection }: TypeReference): string {
    if (collection !== undefined) {
      return `${this.notationOf(collection.elementtype)}${collection.kind === 'array' ? '[]' : '{}'}`;
    }
    if (fqn === undefined) {
      return primitive!;
    }
    const name = fqn.split('.').at(-1)!;
    const own = this.assembly.types[fqn];
    if (isStruct(own)) {
      this.structs[name] ??= this.rows(this.propertiesOf(own!));
      return name;
    }
    const definition = this.definitionOf(fqn);
    if (typeof definition === 'object') {
      const values = Object.values(definition as object);
      if (own === undefined) {
        // Another release of the CDK may have more values.
        return values.some((value) => typeof value === 'number') ? 'number' : 'string';
      }
      this.enums[name] = values;
      return name;
    }
    return typeof definition === 'function' || /^I[A-Z]/.test(name) ? name : 'object';
  }

  /** The properties of a struct, with those that it extends. */
  private propertiesOf({ interfaces = [], properties = [] }: Type): Parameter[] {
    const { types } = this.assembly;
    return [...interfaces.flatMap((fqn) => (types[fqn] ? this.propertiesOf(types[fqn]) : [])), ...properties];
  }

  /** A class, or the object of an enum; undefined for an interface. */
  private definitionOf(fqn: string): unknown {
    const [from, ...path] = fqn.split('.');
    const root: unknown = from === this.assembly.name ? library : cdk;
    return path.reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], root);
  }
}

/** `constructs` checks scope and id of a construct. */
function argumentsOf({ parameters = [] }: Method): Parameter[] {
  return parameters.filter(({ name }, i) => !(name === 'scope' && i === 0) && !(name === 'id' && i < 2));
}
