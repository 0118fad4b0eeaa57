import type { DemoEvent, DemoResult } from '../../lab/figures';
import { CHICK, EGG } from '../../lab/scenario';
import { SCENARIOS } from '../../lab/scenarios';
import type { Timeline } from '../../lab/timeline';

/** A timeline that stays on the old address until it is repaired after 8 seconds. */
export const PINNED: Timeline = {
  version: '2.6.12',
  source: 'Debian bookworm',
  kind: 'pinned',
  configuration: 'backend upstream\n    balance roundrobin\n    server pinned elb.test:80\n',
  holdsSeveral: false,
  readable: true,
  startedAt: 0,
  requests: [
    { at: 0.2, answer: EGG },
    { at: 5, answer: EGG },
    { at: 6 },
    { at: 9, answer: CHICK },
    { at: 9.5, answer: CHICK },
  ],
  checks: [
    { at: 1, held: ['127.0.0.1'], queries: 0, verdicts: [] },
    { at: 5.5, held: ['127.0.0.1'], queries: 0, verdicts: ['stale-address'] },
    { at: 9, held: ['127.0.0.2'], queries: 2, verdicts: [] },
  ],
  incidents: [
    {
      id: '0123456789abcdef',
      kind: 'stale-address',
      severity: 'critical',
      address: '127.0.0.1',
      message: '2.6-pinned sends to 127.0.0.1 (upstream/pinned), which elb.test no longer has',
      openedAt: 6,
      resolvedAt: 9,
    },
  ],
  repairedAt: 8,
};

/** A timeline that follows a second after the load balancer has moved. */
export const GENERATED: Timeline = {
  ...PINNED,
  kind: 'generated',
  configuration: 'backend upstream\n    balance roundrobin\n    server-template elb 16 elb.test:80\n',
  holdsSeveral: true,
  requests: [
    { at: 0.2, answer: EGG },
    { at: 4.5, answer: EGG },
    { at: 5, answer: CHICK },
    { at: 5.5, answer: EGG },
    { at: 6, answer: CHICK },
    { at: 9.5, answer: CHICK },
  ],
  checks: [
    { at: 1, held: ['127.0.0.1'], queries: 1, verdicts: [] },
    { at: 5.5, held: ['127.0.0.1', '127.0.0.2'], queries: 3, verdicts: [] },
    { at: 9, held: ['127.0.0.2'], queries: 5, verdicts: [] },
  ],
  incidents: [],
  repairedAt: undefined,
};

export const EVENTS: readonly DemoEvent[] = [
  { at: 4, note: 'the load balancer moves', label: 'moves', repair: false, measured: 'from', addresses: 1 },
  { at: 8, note: 'the pinned ones are repaired', label: 'repaired', repair: true, addresses: 1 },
];

/** A run of the default scenario of ten seconds. */
export const RESULT: DemoResult = {
  scenario: SCENARIOS[0]!,
  timelines: [PINNED, GENERATED],
  events: EVENTS,
  endedAt: 10,
  lateness: 0,
};
