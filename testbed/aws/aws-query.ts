import { type Tree, treeOf } from './form';
import type { AwsService } from './operations';
import type { Protocol } from './protocol';
import { writeXml, type XmlStyle } from './xml';

/** Services by the API version in the form, which is their only difference. */
const SERVICES: Record<string, AwsService> = {
  '2015-12-01': 'elasticloadbalancing',
  '2011-01-01': 'autoscaling',
  '2011-06-15': 'sts',
};

const NAMESPACES: Partial<Record<AwsService, string>> = {
  elasticloadbalancing: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  autoscaling: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

const STYLE: XmlStyle = { item: 'member', nameOf: (name) => name };

/** awsQuery: a form with dotted names, answered in XML. */
export const awsQuery: Protocol = {
  accepts: 'application/x-www-form-urlencoded',
  contentType: 'text/xml',

  codes: {
    missingSignature: 'MissingAuthenticationToken',
    unknownCredentials: 'InvalidClientTokenId',
    wrongSignature: 'SignatureDoesNotMatch',
    unknownOperation: 'InvalidAction',
    internal: 'InternalFailure',
  },

  read({ body }) {
    const { Action, Version, ...input } = Object.fromEntries(new URLSearchParams(body));
    const service = SERVICES[Version ?? ''];
    return service && { service, operation: Action ?? '', input: withLists(treeOf(input)) };
  },

  writeOutput({ service, operation }, output, requestId) {
    const body = {
      [`${operation}Result`]: output,
      ResponseMetadata: { RequestId: requestId },
    };
    return writeXml(`${operation}Response`, body, STYLE, NAMESPACES[service]);
  },

  writeError({ code, message, status }, requestId) {
    const Type = status < 500 ? 'Sender' : 'Receiver';
    return writeXml('ErrorResponse', { Error: { Type, Code: code, Message: message }, RequestId: requestId }, STYLE);
  },
};

/** Turns `{ Names: { member: { 1: 'a' } } }` into `{ Names: ['a'] }`. */
function withLists(node: Tree | string): unknown {
  if (typeof node === 'string') return node;
  // JavaScript keeps whole-number keys in ascending order, so the values are in the list's order.
  if (typeof node.member === 'object') return Object.values(node.member).map(withLists);
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, withLists(value)]));
}
