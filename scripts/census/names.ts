import { ACCOUNT } from '../deploy/emulator';

export { REGION } from '../deploy/emulator';

/** The account of the census. */
export const HUB = ACCOUNT;
/** The accounts of the monitors. */
export const ACCOUNTS = ['111111111111', '222222222222', '333333333333', '444444444444', '555555555555'] as const;
/** The monitors of each account. */
export const MONITORS = Array.from({ length: 40 }, (_, i) => `monitor-${String(i).padStart(2, '0')}`);
/** The monitor of the account of the census, whose controller is the bundled one. */
export const REAL = 'real';

export const CENSUS = 'proxies';
export const EXTERNAL_ID = 'census-of-the-rehearsal';
export const HUB_STACK = 'hub';

/** The stacks of an account of monitors. */
export const monitorsStackOf = (account: string) => `monitors-${account}`;
export const accessStackOf = (account: string) => `access-${account}`;

/** The monitors that do not answer, and what a census says of each. */
export const FAILURES = [
  {
    account: '111111111111',
    name: 'monitor-00',
    how: 'function fails',
    says: 'the controller failed (Unhandled): the registry cannot be read',
  },
  {
    account: '333333333333',
    name: 'monitor-13',
    how: 'no monitor',
    says: 'there is no parameter /cdk-haproxy-elb/monitor-13/monitor: deploy a monitor of this name, or remove it from the targets',
  },
  { account: '555555555555', name: 'monitor-27', how: 'no function', says: 'ResourceNotFoundException' },
] as const;

/** A real HAProxy, for the app. */
export interface RealProxy {
  readonly endpoint: string;
  readonly nameserver: string;
  readonly dnsName: string;
  readonly port: number;
  readonly branch: string;
}
