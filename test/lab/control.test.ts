import { setTimeout as sleep } from 'node:timers/promises';
import { Control } from '../../lab/control';

/** Keeps this process from answering. */
function block(millis: number): void {
  const until = Date.now() + millis;
  while (Date.now() < until);
}

test('the lateness is the longest time from when a request was due to its answer', async () => {
  const control = await Control.start();
  expect(control.lateness).toBe(0);
  block(1000);
  await sleep(1000);
  const { lateness } = control;
  await control.stop();
  // The first was due after 0.2 s.
  expect(lateness).toBeGreaterThan(0.7);
  expect(control.lateness).toBeGreaterThanOrEqual(lateness);
});
