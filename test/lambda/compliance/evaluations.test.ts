import fc from 'fast-check';
import { type Evaluation, evaluatedProxyOf, evaluationsOf } from '../../../lambda/compliance/evaluations';
import { plainText } from '../../../lambda/compliance/plain-text';
import { type Place, placeOf, type Resource } from '../../../lambda/compliance/resources';
import { censusOf } from '../../../lambda/controller/domain/census';
import { reportOn, reportUnchecked } from '../../../lambda/controller/domain/proxy-report';
import { NO_STATE } from '../../../lambda/controller/domain/state';
import type { CensusProxy } from '../../../lib/contract/census';
import type { TaskSource } from '../../../lib/contract/registry-record';
import { faultsOf } from '../../../testbed/aws/service-models';
import { anyRaw } from '../arbitrary-observations';
import { RECORD, START } from '../observations';

const PLACE: Place = { partition: 'aws', region: 'eu-west-1', account: '111111111111' };
const SERVICE = 'arn:aws:ecs:eu-west-1:111111111111:service/fleet/orders';
const ACCOUNT = { type: 'AWS::::Account', id: '111111111111' };

const TYPES = {
  service: 'AWS::ECS::Service',
  group: 'AWS::AutoScaling::AutoScalingGroup',
  instance: 'AWS::EC2::Instance',
};
const idOf = ({ kind, id }: Resource) => ({ type: TYPES[kind], id });

const AT_SERVICE: TaskSource = { cluster: 'fleet', service: 'orders', runtimeApiPort: 9990 };

/** A proxy of a census that was compared as a whole. */
const census = (more: Partial<CensusProxy> = {}): CensusProxy => ({
  name: 'orders',
  proxy: 'orders',
  at: '2026-11-22T12:00:00.000Z',
  compliance: 'compliant',
  taskSource: AT_SERVICE,
  upstreams: [
    { dnsName: 'elb.test', port: 80, completeness: 'complete', live: ['10.0.0.1'], leaving: [], problems: [] },
  ],
  held: [{ tasks: ['task-1'], taskCount: 1, addresses: [['10.0.0.1']] }],
  tasks: 1,
  tasksRead: 1,
  gaps: [],
  incidents: [],
  pending: [],
  blind: [],
  ended: [],
  ...more,
});

const STALE: CensusProxy['incidents'][number] = {
  id: '5d1f0c2b9a7e4d38',
  kind: 'stale-address',
  severity: 'critical',
  message: '2 tasks of orders hold 10.0.0.9, which elb.test no longer has',
  taskCount: 2,
  since: '2026-11-22T11:00:00.000Z',
};

const wrong = (more: Partial<CensusProxy> = {}) => census({ compliance: 'non-compliant', incidents: [STALE], ...more });

function evaluate(proxies: readonly CensusProxy[], before: readonly { type: string; id: string }[] = []) {
  return evaluationsOf(
    proxies.map((one) => evaluatedProxyOf(one, PLACE)),
    PLACE,
    idOf,
    before,
  );
}

const onlyOf = (proxy: CensusProxy): Evaluation => evaluate([proxy])[0]!;

describe('the resource of a proxy', () => {
  test.each<[string, Partial<CensusProxy>, { type: string; id: string }[]]>([
    ['an ECS service, by names', {}, [{ type: 'AWS::ECS::Service', id: SERVICE }]],
    [
      'an ECS service, by ARNs as the constructs register it',
      {
        taskSource: {
          ...AT_SERVICE,
          cluster: 'arn:aws:ecs:eu-west-1:111111111111:cluster/fleet',
          service: SERVICE,
        },
      },
      [{ type: 'AWS::ECS::Service', id: SERVICE }],
    ],
    [
      'an Auto Scaling group',
      { taskSource: { autoScalingGroup: 'edge', runtimeApiPort: 9990 } },
      [{ type: 'AWS::AutoScaling::AutoScalingGroup', id: 'edge' }],
    ],
    [
      'each instance with the tags, one that was not read included',
      {
        taskSource: { instanceTags: { role: 'haproxy' }, runtimeApiPort: 9990 },
        held: [{ tasks: ['i-0a', 'i-0b'], taskCount: 2, addresses: [['10.0.0.1']] }],
        gaps: [{ what: 'task', id: 'i-0c', why: 'no answer' }],
      },
      ['i-0a', 'i-0b', 'i-0c'].map((id) => ({ type: 'AWS::EC2::Instance', id })),
    ],
    [
      'no instance with the tags',
      { taskSource: { instanceTags: { role: 'haproxy' }, runtimeApiPort: 9990 } },
      [ACCOUNT],
    ],
    [
      'a Cloud Map service',
      { taskSource: { cloudMapNamespace: 'a', cloudMapService: 'b', runtimeApiPort: 1 } },
      [ACCOUNT],
    ],
    ['a name', { taskSource: { name: 'edge.test', runtimeApiPort: 9990 } }, [ACCOUNT]],
    ['endpoints', { taskSource: { endpoints: ['10.0.0.5:9990'] } }, [ACCOUNT]],
    ['a malformed record', { taskSource: undefined }, [ACCOUNT]],
  ])('%s', (_, more, resources) => {
    expect(evaluate([census(more)]).map(({ resource }) => resource)).toEqual(resources);
  });

  test('the place of a function is in its ARN, in every partition', () => {
    expect(placeOf('arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:x')).toEqual({
      partition: 'aws-us-gov',
      region: 'us-gov-west-1',
      account: '123456789012',
    });
  });
});

describe('the result of a proxy', () => {
  test('compared as a whole, without an incident', () => {
    expect(onlyOf(census())).toMatchObject({ compliance: 'COMPLIANT', annotation: '1 task compared with elb.test' });
  });

  test('an incident is the annotation, and its begin', () => {
    expect(onlyOf(wrong())).toMatchObject({
      compliance: 'NON_COMPLIANT',
      annotation:
        'stale-address: 2 tasks of orders hold 10.0.0.9, which elb.test no longer has (since 2026-11-22T11:00:00.000Z)',
    });
  });

  test('an incident that is suppressed counts, with the reason', () => {
    const suppressed = { ...STALE, suppressed: 'ticket 4711' };
    expect(onlyOf(wrong({ incidents: [suppressed, STALE, STALE] })).annotation).toMatch(
      /\(since 2026-11-22T11:00:00.000Z, 2 more incidents, suppressed: ticket 4711\)$/,
    );
  });

  test('an incident about what was not seen does not hide the one about an address', () => {
    const blind = { ...STALE, kind: 'unchecked' as const, message: 'no task was read' };
    expect(onlyOf(wrong({ incidents: [blind, STALE] })).annotation).toMatch(/^stale-address: /);
  });

  test('what was not seen has no result: Config answers INSUFFICIENT_DATA', () => {
    const gaps = [
      { what: 'task' as const, id: 'task-1', why: 'no answer' },
      { what: 'upstream' as const, id: 'elb.test', why: 'no address of it is known' },
    ];
    expect(onlyOf(census({ compliance: 'unknown', gaps }))).toMatchObject({
      compliance: 'NOT_APPLICABLE',
      annotation: 'not evaluated: no answer (1 more reason)',
    });
  });

  test('a long incident is cut, and its begin is not', () => {
    const { annotation } = onlyOf(wrong({ incidents: [{ ...STALE, message: 'word '.repeat(100) }] }));
    expect(annotation.length).toBeGreaterThan(245);
    expect(annotation.length).toBeLessThanOrEqual(256);
    expect(annotation).toMatch(/ word\.\.\. \(since 2026-11-22T11:00:00.000Z\)$/);
  });

  test('of several proxies in one resource the worst counts, and is named', () => {
    const at = { taskSource: { endpoints: ['10.0.0.5:9990'] } };
    const blind = census({ ...at, proxy: 'b', compliance: 'unknown', gaps: [{ what: 'proxy', why: 'no time' }] });
    const fine = census({ ...at, proxy: 'a' });
    expect(evaluate([fine, blind, wrong({ ...at, proxy: 'c' })])).toEqual([
      {
        resource: ACCOUNT,
        compliance: 'NON_COMPLIANT',
        annotation:
          '1 of 3 non-compliant: c: stale-address: 2 tasks of orders hold 10.0.0.9, which elb.test no longer has (since 2026-11-22T11:00:00.000Z)',
      },
    ]);
    expect(evaluate([fine, blind])[0]).toMatchObject({
      compliance: 'NOT_APPLICABLE',
      annotation: '1 of 2 unknown: b: not evaluated: no time',
    });
    expect(evaluate([fine, { ...fine, proxy: 'd' }])[0]).toMatchObject({ compliance: 'COMPLIANT' });
  });

  test('a resource that no proxy has any more loses its result, and no other', () => {
    const gone = { type: 'AWS::ECS::Service', id: `${SERVICE}-old` };
    expect(evaluate([census()], [gone, { type: 'AWS::ECS::Service', id: SERVICE }])).toMatchObject([
      { resource: { id: SERVICE }, compliance: 'COMPLIANT' },
      { resource: gone, compliance: 'NOT_APPLICABLE', annotation: 'no HAProxy of the monitor runs in it' },
    ]);
  });
});

/** Any text, hostile ones above all. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 2000 }),
  fc.string({
    unit: fc.constantFrom('\0', '\n', '\u202e', '"', "'", '\\', '\ud800', '😀', 'é', ' ', '\x7f', '{}'),
    maxLength: 600,
  }),
  fc.constantFrom('', ' ', '\n', 'x'.repeat(100_000), '<script>', "'; DROP TABLE x; --"),
);

const anyCompliance = fc.constantFrom<CensusProxy['compliance']>('compliant', 'non-compliant', 'unknown');

test('no text breaks an evaluation: it is what the model of the service allows, and one line', () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, anyCompliance, fc.nat(2), (message, id, why, compliance, kind) => {
      const sources: readonly TaskSource[] = [
        { cluster: id, service: message, runtimeApiPort: 1 },
        { autoScalingGroup: id, runtimeApiPort: 1 },
        { instanceTags: { a: 'b' }, runtimeApiPort: 1 },
      ];
      const proxy = census({
        proxy: id,
        compliance,
        taskSource: sources[kind],
        upstreams: [{ ...census().upstreams[0]!, dnsName: message }],
        incidents: [{ ...STALE, message, suppressed: why }],
        gaps: [{ what: 'task', id, why }],
        held: [{ tasks: [id], taskCount: 1, addresses: [] }],
      });
      const Evaluations = evaluate([proxy, { ...proxy, name: 'other' }]).map(
        ({ resource, compliance: of, annotation }) => ({
          ComplianceResourceType: resource.type,
          ComplianceResourceId: resource.id,
          ComplianceType: of,
          Annotation: annotation,
          OrderingTimestamp: 1,
        }),
      );
      expect(Evaluations).not.toHaveLength(0);
      expect(faultsOf('config:PutEvaluations', { ResultToken: 't', Evaluations })).toEqual([]);
      for (const { Annotation } of Evaluations) {
        expect(Annotation).toMatch(/^[\x21-\x7e][\x20-\x7e]*$/);
      }
    }),
  );
});

test('any text in any room is one line that fits', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 4, max: 300 }), (text, most) => {
      const plain = plainText(text, most);
      expect(plain.length).toBeLessThanOrEqual(most);
      expect(plain).toMatch(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
    }),
  );
});

test('any observation has one result, by the compliance of its census', () => {
  const results = { compliant: 'COMPLIANT', 'non-compliant': 'NON_COMPLIANT', unknown: 'NOT_APPLICABLE' };
  fc.assert(
    fc.property(fc.array(anyRaw, { minLength: 1, maxLength: 4 }), fc.boolean(), (checks, unchecked) => {
      let state = NO_STATE;
      let report = reportUnchecked(RECORD, state, 'no time was left', START);
      checks.forEach((raw, i) => {
        report = reportOn(RECORD, state, raw, START + i * 60_000);
        ({ state } = report);
      });
      if (unchecked) {
        report = reportUnchecked(RECORD, state, 'no time was left', START + checks.length * 60_000);
      }
      const one = censusOf('orders', report);
      expect(evaluate([one]).map(({ compliance }) => compliance)).toEqual([results[one.compliance]]);
    }),
    { numRuns: 50 },
  );
});
