/** The account and the region of everything here. */
export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';

/** An ARN of this account and region. */
export function arnOf(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}
