import type { DemoResult, Mark } from '../../lab/figures';
import type { Lane } from '../../lab/lane';
import { SCENARIOS } from '../../lab/scenarios';
import { CHICK, EGG } from '../../lab/world';

/** A lane that stays on the old address until it is mended after 8 seconds. */
export const PINNED: Lane = {
  version: '2.6.12',
  source: 'Debian bookworm',
  kind: 'pinned',
  configuration: 'backend upstream\n    balance roundrobin\n    server pinned elb.lab.test:80\n',
  holdsSeveral: false,
  readable: true,
  startedAt: 0,
  samples: [
    { at: 0.2, answer: EGG },
    { at: 5, answer: EGG },
    { at: 6 },
    { at: 9, answer: CHICK },
    { at: 9.5, answer: CHICK },
  ],
  looks: [
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
      message: '2.6-pinned sends to 127.0.0.1 (upstream/pinned), which elb.lab.test no longer has',
      openedAt: 6,
      resolvedAt: 9,
    },
  ],
  mendedAt: 8,
};

/** A lane that follows a second after the load balancer has moved. */
export const GENERATED: Lane = {
  ...PINNED,
  kind: 'generated',
  configuration: 'backend upstream\n    balance roundrobin\n    server-template elb 16 elb.lab.test:80\n',
  holdsSeveral: true,
  samples: [
    { at: 0.2, answer: EGG },
    { at: 4.5, answer: EGG },
    { at: 5, answer: CHICK },
    { at: 5.5, answer: EGG },
    { at: 6, answer: CHICK },
    { at: 9.5, answer: CHICK },
  ],
  looks: [
    { at: 1, held: ['127.0.0.1'], queries: 1, verdicts: [] },
    { at: 5.5, held: ['127.0.0.1', '127.0.0.2'], queries: 3, verdicts: [] },
    { at: 9, held: ['127.0.0.2'], queries: 5, verdicts: [] },
  ],
  incidents: [],
  mendedAt: undefined,
};

export const MARKS: readonly Mark[] = [
  { at: 4, note: 'the load balancer moves', label: 'moves', mend: false, measured: 'from', addresses: 1 },
  { at: 8, note: 'the pinned ones are mended', label: 'mended', mend: true, addresses: 1 },
];

/** A run of the default scenario of ten seconds. */
export const RESULT: DemoResult = {
  scenario: SCENARIOS[0]!,
  lanes: [PINNED, GENERATED],
  marks: MARKS,
  endedAt: 10,
  lateness: 0,
};
