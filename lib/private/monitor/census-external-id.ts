import { Token } from 'aws-cdk-lib';
import { InputError } from '../../haproxy/errors';

/** The external id of a census that has none of its own. */
export const EXTERNAL_ID = 'cdk-haproxy-elb-census';

/** IAM's own rule (STS, `AssumeRole`). */
export function checkExternalId(id: string): string {
  if (!Token.isUnresolved(id) && !/^[\w+=,.@:/-]{2,1224}$/.test(id)) {
    throw new InputError(
      `externalId '${id}' is not valid: give 2 to 1224 letters, digits and characters of '_+=,.@:/-'`,
    );
  }
  return id;
}
