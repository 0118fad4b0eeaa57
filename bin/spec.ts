import { readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { checkHostName, checkNameserver } from '../lib/haproxy/address';
import { parseDuration } from '../lib/haproxy/duration';
import { InputError } from '../lib/haproxy/errors';
import { checkModel } from '../lib/haproxy/model/check';
import { HaproxyVersion } from '../lib/haproxy/version';
import { modelOf } from './model';

/** Where a spec is looked for when none is named. */
export const SPEC_FILE = 'haproxy-elb.yaml';

/** A text that one of the library's own checks accepts; its error becomes the message. */
function text(check: (value: string) => unknown, description: string) {
  return z
    .string()
    .meta({ description })
    .superRefine((value, context) => {
      try {
        check(value);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    });
}

const port = z.int().min(1).max(65535);
const duration = (what: string, description: string) =>
  text((value) => parseDuration(value, what), `${description} A whole number and a unit, such as 10s.`);

const proxySchema = z.strictObject({
  haproxyVersion: text(
    (value) => HaproxyVersion.of(value),
    "HAProxy branch ('3.2') or release ('3.2.4'), in quotes. Decides the image and how the configuration is written.",
  ).default('3.2'),
  upstream: z
    .strictObject({
      dnsName: text((value) => checkHostName(value, 'upstream'), 'DNS name of the load balancer.'),
      port: port.meta({ description: "Port of the load balancer's listener." }),
      tls: z
        .boolean()
        .default(false)
        .meta({ description: 'Speak TLS to the load balancer and verify its certificate.' }),
    })
    .meta({ description: 'The load balancer behind the proxy.' }),
  mode: z.enum(['http', 'tcp']).default('http').meta({ description: 'Read requests, or pass connections on unread.' }),
  listenPort: z
    .int()
    .min(1024)
    .max(65535)
    .default(8080)
    .meta({ description: 'Where traffic comes in. Not below 1024: HAProxy does not run as root.' }),
  nameservers: z
    .array(text((value) => checkNameserver(value), 'IP:PORT of a name server.'))
    .min(1)
    .optional()
    .meta({ description: "Name servers. Default: the VPC's resolver, 169.254.169.253:53." }),
  holdValid: duration('holdValid', "How often the load balancer's name is resolved.").default('10s'),
  holdObsolete: duration(
    'holdObsolete',
    'How long an address is kept that is no longer in the answer. Default: 30s, or twice holdValid where that is more.',
  ).optional(),
  slots: z
    .int()
    .min(1)
    .max(100)
    .default(16)
    .meta({ description: 'How many addresses a task can hold (1.8 and later).' }),
  desiredCount: z.int().min(0).max(5000).default(2).meta({ description: 'How many tasks run.' }),
});

/** What each value may be on its own is in the schema; what fits together, the model knows. */
const checkedProxySchema = proxySchema.superRefine((proxy, context) => {
  try {
    checkModel(HaproxyVersion.of(proxy.haproxyVersion), modelOf(proxy));
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

/** One proxy of a spec, with its defaults filled in. */
export type ProxySpec = z.infer<typeof proxySchema>;

const specSchema = z
  .strictObject({
    stackName: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/)
      .default('haproxy-elb')
      .meta({ description: 'Name of the CloudFormation stack.' }),
    environment: z
      .strictObject({
        account: z.string().regex(/^\d{12}$/),
        region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
      })
      .optional()
      .meta({ description: 'Account (12 digits, in quotes) and region. Default: those of the credentials.' }),
    vpc: z
      .strictObject({
        id: z.string().regex(/^vpc-[0-9a-f]{8,17}$/),
        availabilityZones: z.array(z.string().min(1)).min(1),
        privateSubnetIds: z.array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/)).min(1),
      })
      .refine((vpc) => vpc.availabilityZones.length === vpc.privateSubnetIds.length, {
        error: 'needs one private subnet for each availability zone, in the same order',
      })
      .meta({
        description:
          'Where the proxies and their checker run. The subnets need a way to AWS APIs and the image registry.',
      }),
    proxies: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,62}$/), checkedProxySchema)
      .refine((proxies) => Object.keys(proxies).length > 0, { error: 'is empty: give at least one proxy' })
      .meta({ description: 'The proxies by name (a letter, then letters, digits and hyphens; at most 63).' }),
  })
  .meta({ title: 'haproxy-elb.yaml', description: 'HAProxy proxies in front of AWS load balancers.' });

/** A spec with its defaults filled in. */
export type Spec = z.infer<typeof specSchema>;

/** The JSON Schema of a spec file, for editors. */
export function specJsonSchema(): object {
  return z.toJSONSchema(specSchema, { io: 'input', target: 'draft-7' });
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
export function parseSpec(source: string, file: string): Spec {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [malformed] = document.errors;
  if (malformed !== undefined) {
    throw new InputError(`${at(malformed.pos[0])}: not YAML: ${malformed.message}`);
  }
  const parsed = specSchema.safeParse(valueOfDocument(document, at));
  if (parsed.success) {
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  const path = issue!.path as (string | number)[];
  const keyed = issue!.code === 'unrecognized_keys' ? [...path, issue!.keys[0]!] : path;
  const offset = KEY_ISSUES.has(issue!.code) ? keyOffsetOf(document, keyed) : offsetOf(document, path);
  throw new InputError(`${at(offset)}: ${explain(issue!, valueAt(document.toJS(), path))}`);
}

type Document = ReturnType<typeof parseDocument>;

/** Problems of a key and not of its value. */
const KEY_ISSUES = new Set(['unrecognized_keys', 'invalid_key']);

/** An alias of nothing shows only when values are made of the document. */
function valueOfDocument(document: Document, at: (offset: number) => string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new InputError(`${at(0)}: not YAML: ${(error as Error).message}`);
  }
}

/** Where a key stands in the text. */
function keyOffsetOf(document: Document, path: (string | number)[]): number {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : offsetOf(document, path);
}

/** Where a value stands in the text; where the nearest thing around it stands when it is missing. */
function offsetOf(document: Document, path: (string | number)[]): number {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) {
      return node.range[0];
    }
  }
  return 0;
}

function valueAt(root: unknown, path: (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], root);
}

/** One line for a problem: what was given, what is allowed. */
function explain(issue: z.core.$ZodIssue, given: unknown): string {
  const where = issue.path.join('.') || 'the file';
  const shown = JSON.stringify(given) ?? 'nothing';
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown key '${issue.keys[0]}' in ${where}: allowed are ${allowedKeys(issue.path as string[]).join(', ')}`;
    case 'invalid_type':
      return given === undefined
        ? `${where} is missing: give ${article(issue.expected)}`
        : `${where} is ${shown}: give ${article(issue.expected)}${issue.expected === 'string' ? ' in quotes' : ''}`;
    case 'invalid_value':
      return `${where} is ${shown}: allowed are ${issue.values.join(', ')}`;
    case 'too_small':
      return `${where} is ${shown}: give at least ${issue.minimum}${issue.origin === 'array' ? ' item' : ''}`;
    case 'too_big':
      return `${where} is ${shown}: give at most ${issue.maximum}`;
    case 'invalid_format':
      return `${where} is ${shown}: give a text that matches ${'pattern' in issue ? issue.pattern : issue.format}`;
    case 'invalid_key':
      return `${where} is not usable as a name: give a letter, then letters, digits and hyphens, at most 63`;
    default:
      return `${where}${/^(is|needs) /.test(issue.message) ? '' : ':'} ${issue.message}`;
  }
}

const NOUNS: Record<string, string> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  int: 'a whole number',
};

function article(expected: string): string {
  return NOUNS[expected] ?? `a ${expected}`;
}

/** The keys that the schema allows at a path. */
function allowedKeys(path: readonly string[]): string[] {
  type Node = { properties?: Record<string, Node>; additionalProperties?: Node };
  const node = path.reduce<Node | undefined>(
    (at, key) => at?.properties?.[key] ?? at?.additionalProperties,
    specJsonSchema() as Node,
  );
  return Object.keys(node?.properties ?? {});
}
