import { CROWD_FAULTS } from './crowd-faults';
import { DNS_FAULTS } from './dns-faults';
import type { Fault } from './fault';
import { silentNode } from './namespaces';
import { NETWORK_FAULTS } from './network-faults';
import { PROCESS_FAULTS } from './process-faults';

/** All faults, the cheap ones first. */
export const FAULTS: readonly Fault[] = [
  ...DNS_FAULTS,
  ...CROWD_FAULTS,
  ...PROCESS_FAULTS,
  ...NETWORK_FAULTS,
  silentNode(),
];
