import type * as registry from '../../../../lambda/controller/aws/registry';
import type * as store from '../../../../lambda/controller/aws/state-store';
import { NO_STATE, type ProxyState, type WatchedVerdict } from '../../../../lambda/controller/domain/state';
import { encodeState } from '../../../../lambda/controller/state/codec';
import { mergeStates } from '../../../../lambda/controller/state/merge';
import { ssmParameters } from '../../../../testbed/aws';
import { RECORD, START } from '../../observations';
import { SwitchableAws } from './aws';

const PATH = '/cdk-haproxy-elb/fleet';
const NAME = `${PATH}/state/orders`;

let aws: SwitchableAws;
let readRegistry: typeof registry.readRegistry;
let writeState: typeof store.writeState;

beforeAll(async () => {
  aws = await SwitchableAws.start();
  ({ readRegistry } = require('../../../../lambda/controller/aws/registry') as typeof registry);
  ({ writeState } = require('../../../../lambda/controller/aws/state-store') as typeof store);
});

beforeEach(() => {
  aws.takeCalls();
  aws.handlers = ssmParameters({ [`${PATH}/registry/orders`]: JSON.stringify(RECORD) });
});

afterAll(() => aws.close());

/** What a run reads at its start. */
const entry = async () => (await readRegistry(PATH)).entries[0]!;

/** A state in which these tasks have no address. */
function stateOf(...tasks: string[]): ProxyState {
  const watched = tasks.map((task): [string, WatchedVerdict] => [
    `no-address|upstream|${task}||`,
    { kind: 'no-address', severity: 'critical', upstream: 'upstream', task, firstSeen: START },
  ]);
  return { dns: {}, watched: Object.fromEntries(watched) };
}

const operations = () => aws.takeCalls().map(([operation]) => operation);

test('a state is kept in one write, and is the same when it is read', async () => {
  await writeState(await entry(), NO_STATE);
  const kept = await writeState(await entry(), stateOf('a'));
  aws.takeCalls();
  expect(await entry()).toEqual(kept);
  expect(kept).toMatchObject({ state: stateOf('a'), stateParameter: NAME, stateVersion: 2 });
  await writeState(kept, stateOf('b'));
  expect(operations()).toEqual(['GetParametersByPath', 'PutParameter']);
  expect((await entry()).state).toEqual(stateOf('b'));
});

describe('runs that overlap lose nothing', () => {
  test('when both begin without a state', async () => {
    const [one, other] = [await entry(), await entry()];
    await writeState(one, stateOf('a'));
    await writeState(other, stateOf('b'));
    expect((await entry()).state).toEqual(stateOf('a', 'b'));
  });

  test('in any order of three writers', async () => {
    await writeState(await entry(), stateOf('a'));
    const entries = [await entry(), await entry(), await entry()];
    await Promise.all(['b', 'c', 'd'].map((task, i) => writeState(entries[i]!, stateOf('a', task))));
    expect((await entry()).state).toEqual(stateOf('a', 'b', 'c', 'd'));
  });

  test('and write once more only when there is something to merge', async () => {
    const [one, other] = [await entry(), await entry()];
    await writeState(one, stateOf('a'));
    aws.takeCalls();
    await writeState(other, stateOf('a', 'b'));
    expect(operations()).toEqual(['PutParameter', 'GetParameter']);
  });

  test('and give up when others get in between again and again', async () => {
    const mine = await entry();
    const put = aws.handlers['ssm:PutParameter']!;
    let others = 0;
    aws.handlers['ssm:PutParameter'] = async (input) => {
      others += 1;
      await put({ ...input, Value: encodeState(stateOf(`other-${others}`)) });
      return put(input);
    };
    await expect(writeState(mine, stateOf('mine'))).rejects.toThrow(
      `${NAME} was written by other runs 5 times while this one wrote it`,
    );
    expect(Object.keys((await entry()).state.watched)).toContain('no-address|upstream|mine||');
  });
});

test('a state that was removed in the meantime is written as it is', async () => {
  await writeState(await entry(), stateOf('a'));
  await writeState(await entry(), stateOf('a', 'b'));
  const late = await entry();
  await aws.handlers['ssm:DeleteParameter']!({ Name: NAME });
  await writeState(late, stateOf('c'));
  expect((await entry()).state).toEqual(stateOf('c'));
});

describe('two states merged', () => {
  const key = 'no-address|upstream|a||';
  const at = (firstSeen: number, more: Partial<WatchedVerdict> = {}): ProxyState => ({
    dns: {},
    watched: { [key]: { ...stateOf('a').watched[key]!, firstSeen, ...more } },
  });

  test('have of each verdict the older sighting, and its OpsItem', () => {
    const merged = mergeStates(
      NO_STATE,
      at(START + 9, { openedAt: START + 70 }),
      at(START, { openedAt: START + 60, opsItem: 'oi-1' }),
    );
    expect(merged).toEqual(at(START, { openedAt: START + 60, opsItem: 'oi-1' }));
  });

  test.each([
    ['the first of two repairs within an hour', 59 * 60_000, START],
    ['the later of two repairs that are further apart', 60 * 60_000, START + 60 * 60_000],
  ])('have %s', (_what, apart, stands) => {
    const one = { ...NO_STATE, repaired: { at: START, incidents: ['a'] } };
    const other = { ...NO_STATE, repaired: { at: START + apart, incidents: ['b'] } };
    expect(mergeStates(NO_STATE, one, other).repaired?.at).toBe(stands);
    expect(mergeStates(NO_STATE, other, one).repaired?.at).toBe(stands);
  });
});
