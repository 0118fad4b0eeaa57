import type { Filter } from '@aws-sdk/client-ec2';
import { AwsError } from './aws-error';

/** Most values of all filters of a call. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html */
const MAX_FILTER_VALUES = 200;
const MIN_PAGE = 5;
const MAX_PAGE = 1000;

/** What a filter compares, by its name; undefined where there is no such filter. */
type Filters<T> = (name: string) => ((found: T) => readonly (string | undefined)[]) | undefined;

/** What all calls that describe things of EC2 have: filters and pages. */
interface DescribeInput {
  readonly Filters?: Filter[] | undefined;
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** One page of the things that all filters let through, with EC2's limits. */
export function pageOf<T>(
  all: readonly T[],
  { Filters: asked = [], MaxResults, NextToken = '0' }: DescribeInput,
  filters: Filters<T>,
): { readonly page: T[]; readonly NextToken?: string } {
  const values = asked.reduce((sum, { Values = [] }) => sum + Values.length, 0);
  if (values > MAX_FILTER_VALUES) {
    throw new AwsError(
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${MAX_FILTER_VALUES}`,
    );
  }
  const size = MaxResults === undefined ? MAX_PAGE : Number(MaxResults);
  if (!(size >= MIN_PAGE && size <= MAX_PAGE)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value between ${MIN_PAGE} and ${MAX_PAGE}.`,
    );
  }
  const passes = asked.map(({ Name = '', Values = [] }) => {
    const valuesOf = filters(Name);
    if (valuesOf === undefined) {
      throw new AwsError('InvalidParameterValue', `The filter '${Name}' is invalid`);
    }
    const patterns = Values.map(wildcards);
    return (one: T) => valuesOf(one).some((value) => patterns.some((pattern) => pattern.test(value ?? '')));
  });
  const found = all.filter((one) => passes.every((pass) => pass(one)));
  const from = Number(NextToken);
  const more = found.length > from + size ? { NextToken: String(from + size) } : {};
  return { page: found.slice(from, from + size), ...more };
}

/** The values of a filter may have `*` and `?`; a backslash before one takes its meaning away. */
function wildcards(value: string): RegExp {
  const parts = value.match(/\\?./gs) ?? [];
  const meanings: Readonly<Record<string, string>> = { '*': '.*', '?': '.' };
  const pattern = parts.map((part) => meanings[part] ?? part.replace(/^\\/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('')}$`, 's');
}
