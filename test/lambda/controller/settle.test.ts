import type { StateTable } from '../../../lambda/controller/aws/state-table';
import { TimeLimit } from '../../../lambda/controller/aws/time-limit';
import { NO_STATE } from '../../../lambda/controller/domain/state';
import type { Report } from '../../../lambda/controller/report';
import { settle } from '../../../lambda/controller/settle';

test('events that had no room are counted and logged, once', async () => {
  const lines: unknown[] = [];
  const report = { log: (...line: unknown[]) => lines.push(line) } as unknown as Report;
  const table = {
    write: async ({ name, version }: { name: string; version: number }) => ({
      name,
      version: version + 1,
      checkedAt: 0,
    }),
  } as unknown as StateTable;
  const saving = new TimeLimit(5000);
  const finding = (state: typeof NO_STATE) => ({
    proxy: 'orders',
    stored: { name: 'orders', version: 0, checkedAt: 0 },
    state,
    open: [],
    complete: true,
  });
  const context = { table, report, saving };
  const [first] = await settle([finding({ ...NO_STATE, droppedEvents: 3 })], context);
  expect(first).toMatchObject({ outcome: 'saved', undelivered: 3 });
  expect(await settle([finding(first!.state)], context)).toMatchObject([{ undelivered: 0 }]);
  saving.clear();
  expect(lines).toEqual([
    [
      'error',
      'degraded',
      '3 events of incidents of orders had no room in its state: they are not delivered',
      { proxy: 'orders', droppedEvents: 3 },
    ],
  ]);
});
