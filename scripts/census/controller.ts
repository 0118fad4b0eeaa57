import type { CensusPage, CensusProxy } from '../../lib/contract/census';

const AT = '2026-11-22T12:00:00.000Z';
const ELB = 'internal-orders-1234567890.eu-west-1.elb.amazonaws.com';

const HEALTHY: Omit<CensusProxy, 'name' | 'proxy'> = {
  at: AT,
  compliance: 'compliant',
  lastWholeAt: AT,
  recordedSince: '2026-11-21T12:00:00.000Z',
  blind: [],
  ended: [],
  upstreams: [
    { dnsName: ELB, port: 80, completeness: 'complete', live: ['10.0.0.1', '10.0.0.2'], leaving: [], problems: [] },
  ],
  held: [{ tasks: ['task-1', 'task-2'], taskCount: 2, addresses: [['10.0.0.1', '10.0.0.2']] }],
  tasks: 2,
  tasksRead: 2,
  gaps: [],
  incidents: [],
  pending: [],
};

const DRIFTED: typeof HEALTHY = {
  ...HEALTHY,
  compliance: 'non-compliant',
  since: '2026-11-22T11:00:00.000Z',
  incidents: [
    {
      id: 'a1b2c3d4e5f60718',
      kind: 'stale-address',
      severity: 'critical',
      message: 'task-1 sends to 10.0.0.9',
      address: '10.0.0.9',
      taskCount: 1,
      since: '2026-11-22T11:00:00.000Z',
      openedAt: '2026-11-22T11:01:00.000Z',
    },
  ],
};

const UNSEEN: typeof HEALTHY = {
  ...HEALTHY,
  compliance: 'unknown',
  tasksRead: 1,
  gaps: [{ what: 'task', id: 'task-2', why: 'connection refused' }],
  blind: [{ from: '2026-11-22T11:59:00.000Z', why: 'connection refused' }],
};

/** The proxies of each monitor whose controller is a stand-in. */
export const STAND_IN = { proxies: 3, compliant: 1, nonCompliant: 1, unknown: 1 } as const;

/** A function that answers as a controller does, with two pages, for every event that asks for a census. */
export function standIn(): string {
  const proxies = Object.entries({ a: HEALTHY, b: DRIFTED, c: UNSEEN }).map(([name, one]): CensusProxy => {
    return { name, proxy: name, ...one };
  });
  const frame = {
    version: '1',
    monitor: 'stand-in',
    startedAt: AT,
    endedAt: AT,
    total: proxies.length,
    degraded: [],
  } as const;
  const pages: CensusPage[] = [
    { ...frame, proxies: proxies.slice(0, 2), next: 'b' },
    { ...frame, proxies: proxies.slice(2) },
  ];
  return `
const [first, second] = ${JSON.stringify(pages)};
exports.handler = async ({ census, after }) => {
  if (census !== true) throw new Error('no census');
  return after === undefined ? first : second;
};
`;
}

/** A function that fails. */
export const FAILING = `exports.handler = async () => { throw new Error('the registry cannot be read'); };\n`;
