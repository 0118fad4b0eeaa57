import { InputError } from '../../../haproxy/errors';

/** A label of a service with DNS (Cloud Map API, CreateService, `Name`). */
const LABEL = /^([A-Za-z0-9_][A-Za-z0-9_-]{0,61}[A-Za-z0-9_]|[A-Za-z0-9])$/;

/** Refuses what is no name of a service in Cloud Map. */
export function checkServiceName(name: string): void {
  if (name.length > 127 || !name.split('.').every((label) => LABEL.test(label))) {
    throw new InputError(
      `name '${name}' of the ingress is not valid: give letters, digits, '-', '_' and '.', at most 127 characters, 63 between dots`,
    );
  }
}
