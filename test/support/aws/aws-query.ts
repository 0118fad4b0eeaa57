import { XmlNode, XmlText } from '@aws-sdk/xml-builder';
import type { AwsService } from './operations';
import type { Protocol } from './protocol';

/** Services by the API version in the form, which is all that tells them apart. */
const SERVICES: Record<string, AwsService> = { '2015-12-01': 'elasticloadbalancing' };

const NAMESPACES: Partial<Record<AwsService, string>> = {
  elasticloadbalancing: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
};

/** awsQuery: a form with dotted names, answered in XML. */
export const awsQuery: Protocol = {
  contentType: 'text/xml',

  codes: {
    missingSignature: 'MissingAuthenticationToken',
    unknownCredentials: 'InvalidClientTokenId',
    wrongSignature: 'SignatureDoesNotMatch',
    unknownOperation: 'InvalidAction',
    internal: 'InternalFailure',
  },

  read(_headers, body) {
    const { Action, Version, ...input } = Object.fromEntries(new URLSearchParams(body));
    const service = SERVICES[Version ?? ''];
    return service && { service, operation: Action ?? '', input: structured(input) };
  },

  writeOutput({ service, operation }, output, requestId) {
    const response = element(`${operation}Response`, {
      [`${operation}Result`]: output,
      ResponseMetadata: { RequestId: requestId },
    });
    return response.addAttribute('xmlns', NAMESPACES[service]).toString();
  },

  writeError({ code, message, status }, requestId) {
    const Type = status < 500 ? 'Sender' : 'Receiver';
    return element('ErrorResponse', {
      Error: { Type, Code: code, Message: message },
      RequestId: requestId,
    }).toString();
  },
};

interface Tree {
  [step: string]: Tree | string;
}

/** Turns `{ 'Names.member.1': 'a' }` into `{ Names: ['a'] }`. */
function structured(form: Record<string, string>): unknown {
  const root: Tree = {};
  for (const [name, value] of Object.entries(form)) {
    const steps = name.split('.');
    const leaf = steps.pop() as string;
    let node = root;
    for (const step of steps) {
      node[step] ??= {};
      node = node[step] as Tree;
    }
    node[leaf] = value;
  }
  return withLists(root);
}

function withLists(node: Tree | string): unknown {
  if (typeof node === 'string') return node;
  // JavaScript keeps whole-number keys in ascending order, so the values are in the list's order.
  if (typeof node.member === 'object') return Object.values(node.member).map(withLists);
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, withLists(value)]));
}

function element(name: string, value: unknown): XmlNode {
  return new XmlNode(name, content(value));
}

function content(value: unknown): (XmlNode | XmlText)[] {
  if (Array.isArray(value)) return value.map((item) => element('member', item));
  if (value instanceof Date) return [new XmlText(value.toISOString())];
  if (typeof value !== 'object' || value === null) return [new XmlText(String(value))];
  const present = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return present.map(([name, item]) => element(name, item));
}
