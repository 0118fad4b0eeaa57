import { TimeLimit } from '../../../../lambda/controller/aws/time-limit';

test('starts nothing when the time is over, before its timer has fired', async () => {
  for (const limit of [new TimeLimit(0), new TimeLimit(-5), new TimeLimit(0).part(0.5)]) {
    let started = false;
    const work = async () => {
      started = true;
    };
    await expect(limit.within(work)).rejects.toThrow('the run had no time left');
    expect(started).toBe(false);
    limit.clear();
  }
});

test('does not wait for work that takes longer', async () => {
  const limit = new TimeLimit(20);
  await expect(limit.within(() => new Promise(() => {}))).rejects.toThrow('the run had no time left');
  limit.clear();
});
