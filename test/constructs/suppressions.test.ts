import { Lazy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { HaproxyElbProxy, type IncidentSuppression } from '../../lib';
import { VERDICTS } from '../../lib/contract/verdicts';
import { BY_NAME, stackWithVpc } from './stacks';
import { recordsOf } from './template';

function recordWith(suppressions: IncidentSuppression[]) {
  const { stack, vpc } = stackWithVpc();
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, suppressions });
  return recordsOf(Template.fromStack(stack))[0];
}

const END = '2027-02-01T02:00:00Z';

test('what is suppressed is in the record as it is given', () => {
  const suppressions: IncidentSuppression[] = [
    { reason: 'a maintenance window', start: '2027-01-31T22:00:00+01:00', end: END },
    { verdicts: ['unreachable-task'], reason: 'ticket 4711', end: END },
  ];
  expect(recordWith(suppressions).suppressions).toEqual([
    { reason: 'a maintenance window', from: '2027-01-31T22:00:00+01:00', until: END },
    { verdicts: ['unreachable-task'], reason: 'ticket 4711', until: END },
  ]);
});

test.each<[IncidentSuppression, string]>([
  [
    { verdicts: [], reason: 'x', end: END },
    'verdicts of a suppression is empty: name at least one, or leave it out for all',
  ],
  [
    { verdicts: ['constructor'], reason: 'x', end: END },
    `verdict 'constructor' of a suppression does not exist: give one of ${Object.keys(VERDICTS).join(', ')}`,
  ],
  [{ reason: '', end: END }, 'reason "" of a suppression is not valid: give one line of 1 to 200 characters'],
  [
    { reason: 'two\nlines', end: END },
    'reason "two\\nlines" of a suppression is not valid: give one line of 1 to 200 characters',
  ],
  [
    { reason: 'x', end: 'tomorrow' },
    "end 'tomorrow' of a suppression is not a time: give date, time and zone, such as 2027-01-31T22:00:00Z",
  ],
  [
    // Without a zone it is another time on each machine.
    { reason: 'x', end: '2027-02-01T02:00:00' },
    "end '2027-02-01T02:00:00' of a suppression is not a time: give date, time and zone, such as 2027-01-31T22:00:00Z",
  ],
  [
    { reason: 'x', start: '2027-13-01T00:00:00Z', end: END },
    "start '2027-13-01T00:00:00Z' of a suppression is not a time: give date, time and zone, such as 2027-01-31T22:00:00Z",
  ],
  [
    { reason: 'x', start: '2027-02-01T03:00:00+01:00', end: END },
    "end '2027-02-01T02:00:00Z' of a suppression is not after its start '2027-02-01T03:00:00+01:00': give a later time",
  ],
])('a suppression that is not valid is one line (%#)', (suppression, message) => {
  expect(() => recordWith([suppression])).toThrow(new Error(message));
});

test('an end that is known only at deployment is refused: it could not be checked', () => {
  expect(() => recordWith([{ reason: 'x', end: Lazy.string({ produce: () => END }) }])).toThrow(
    /^end '\$\{Token\[TOKEN\.\d+\]\}' of a suppression is not a time: /,
  );
});
