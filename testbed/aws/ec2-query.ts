import { type Tree, treeOf } from './form';
import type { Protocol } from './protocol';
import { writeXml, type XmlStyle } from './xml';

const VERSION = '2016-11-15';

/** Members that have another name in a request than in the SDK, as far as they are used here. */
const REQUEST_NAMES: Record<string, string> = {
  Filter: 'Filters',
  Value: 'Values',
  NetworkInterfaceId: 'NetworkInterfaceIds',
  InstanceId: 'InstanceIds',
};

/** Lists that have another name in an answer than the SDK's with a small letter, as far as they are used here. */
const ANSWER_NAMES: Record<string, string> = {
  NetworkInterfaces: 'networkInterfaceSet',
  PrivateIpAddresses: 'privateIpAddressesSet',
  Ipv6Addresses: 'ipv6AddressesSet',
  Reservations: 'reservationSet',
  Instances: 'instancesSet',
  Tags: 'tagSet',
  State: 'instanceState',
};

const STYLE: XmlStyle = {
  item: 'item',
  nameOf: (name) => ANSWER_NAMES[name] ?? `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
};

/** ec2Query: awsQuery with lists that are only numbered, and an answer that wraps nothing. */
export const ec2Query: Protocol = {
  accepts: 'application/x-www-form-urlencoded',
  contentType: 'text/xml',

  codes: {
    missingSignature: 'MissingAuthenticationToken',
    unknownCredentials: 'AuthFailure',
    wrongSignature: 'SignatureDoesNotMatch',
    unknownOperation: 'InvalidAction',
    internal: 'InternalError',
  },

  read({ body }) {
    const { Action, Version, ...input } = Object.fromEntries(new URLSearchParams(body));
    return Version === VERSION
      ? { service: 'ec2', operation: Action ?? '', input: withLists(treeOf(input)) }
      : undefined;
  },

  writeOutput: ({ operation }, output, requestId) =>
    writeXml(
      `${operation}Response`,
      { ...output, RequestId: requestId },
      STYLE,
      `http://ec2.amazonaws.com/doc/${VERSION}/`,
    ),

  // Errors begin with capital letters, unlike everything else.
  writeError: ({ code, message }, requestId) =>
    writeXml(
      'Response',
      { Errors: { Error: { Code: code, Message: message } }, RequestID: requestId },
      {
        ...STYLE,
        nameOf: (name) => name,
      },
    ),
};

/** Turns `{ Filter: { 1: { Value: { 1: 'a' } } } }` into `{ Filters: [{ Values: ['a'] }] }`. */
function withLists(node: Tree | string): unknown {
  if (typeof node === 'string') return node;
  // JavaScript keeps whole-number keys in ascending order, so the values are in the list's order.
  if ('1' in node) return Object.values(node).map(withLists);
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => [REQUEST_NAMES[name] ?? name, withLists(value)]),
  );
}
