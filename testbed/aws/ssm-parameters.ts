import type { GetParametersByPathCommandInput, Parameter, PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';

type StoredParameter = Parameter & { readonly Name: string; readonly Version: number };

/** The largest value of a standard parameter. */
const MAX_VALUE_BYTES = 4096;

/** How many versions of a parameter are kept. */
const MAX_VERSIONS = 100;

/** SSM's default and maximum for one page of GetParametersByPath. */
const MAX_PAGE = 10;

/**
 * Handlers for a parameter store in memory, standard tier, with the paging, errors and limits of the real one.
 *
 * @param initial values by name, put as version 1 of type String
 */
export function ssmParameters(initial: Record<string, string>) {
  const store = new Map<string, StoredParameter>();
  const history = new Map<string, StoredParameter[]>();

  /** @param selector a name, or `NAME:VERSION` for one of the last versions */
  function find(selector = ''): StoredParameter {
    const [name = '', version] = selector.split(':');
    const parameter = store.get(name);
    if (!parameter) throw new AwsError('ParameterNotFound');
    if (version === undefined) return parameter;
    const former = history.get(name)?.find(({ Version }) => Version === Number(version));
    if (!former)
      throw new AwsError('ParameterVersionNotFound', `Systems Manager could not find version ${version} of ${name}.`);
    return former;
  }

  function put({ Name = '', Value = '', Type, Overwrite }: Partial<PutParameterCommandInput>) {
    const existing = store.get(Name);
    if (existing && !Overwrite) {
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    if (!existing && !Type) throw invalid('A parameter type is required when you create a parameter.');
    if (Buffer.byteLength(Value) > MAX_VALUE_BYTES) {
      throw invalid(
        `Standard tier parameters support a maximum parameter value of ${MAX_VALUE_BYTES} characters. ` +
          'To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.',
      );
    }
    const Version = (existing?.Version ?? 0) + 1;
    const parameter = {
      Name,
      Type: Type ?? existing?.Type,
      Value,
      Version,
      LastModifiedDate: new Date(),
      ARN: `arn:aws:ssm:eu-west-1:123456789012:parameter${Name.startsWith('/') ? '' : '/'}${Name}`,
      DataType: 'text',
    };
    store.set(Name, parameter);
    history.set(Name, [...(history.get(Name) ?? []), parameter].slice(-MAX_VERSIONS));
    return { Version, Tier: 'Standard' as const };
  }

  for (const [Name, Value] of Object.entries(initial)) put({ Name, Value, Type: 'String' });

  return {
    'ssm:GetParameter': ({ Name }) => ({ Parameter: find(Name) }),
    'ssm:PutParameter': put,
    'ssm:DeleteParameter': ({ Name }) => {
      const name = find(Name).Name;
      store.delete(name);
      history.delete(name);
      return {};
    },
    'ssm:GetParametersByPath': (input) => page([...store.values()], input),
  } satisfies AwsHandlers;
}

/** One page of the parameters below a path, by name. The token is the last name of the page before. */
function page(parameters: StoredParameter[], input: GetParametersByPathCommandInput) {
  const { Path = '', Recursive = false, MaxResults = MAX_PAGE, NextToken } = input;
  if (!Path.startsWith('/')) {
    throw invalid(
      'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with "/".',
    );
  }
  if (MaxResults < 1 || MaxResults > MAX_PAGE) {
    throw invalid(`1 validation error detected: MaxResults must be between 1 and ${MAX_PAGE}, not ${MaxResults}`);
  }
  const prefix = Path.endsWith('/') ? Path : `${Path}/`;
  const after = NextToken === undefined ? '' : Buffer.from(NextToken, 'base64url').toString();
  if (NextToken !== undefined && !after.startsWith(prefix)) {
    throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  }
  const isBelow = (name: string) => name.startsWith(prefix) && (Recursive || !name.slice(prefix.length).includes('/'));
  const rest = parameters
    .filter(({ Name }) => isBelow(Name) && Name > after)
    .sort((left, right) => (left.Name < right.Name ? -1 : 1));
  const Parameters = rest.slice(0, MaxResults);
  const last = Parameters.at(-1)?.Name ?? '';
  return {
    Parameters,
    NextToken: rest.length > MaxResults ? Buffer.from(last).toString('base64url') : undefined,
  };
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
