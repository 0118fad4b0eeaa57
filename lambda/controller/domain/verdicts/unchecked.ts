import { defineVerdict } from './definition';

/** The proxy could not be checked as a whole, or the time was over before some of its tasks were read. */
export const unchecked = defineVerdict('unchecked', {
  blind: true,
  explanation: {
    what: 'the proxy, or a part of its tasks, was not checked',
    why: 'the run had no time left, or an API or a secret could not be read',
    remedy: 'give the monitor fewer proxies, or find the tasks that answer slowly: see `unreachable-task`',
  },
  evaluate: ({ observation: { record, tasks, unchecked: why } }) => {
    if (why !== undefined) {
      return [{ message: `${record.proxy} was not checked: ${why}` }];
    }
    const left = tasks.filter((task) => 'unchecked' in task).length;
    const message = `${left} of ${tasks.length} tasks of ${record.proxy} were not checked: no time was left`;
    return left > 0 ? [{ message }] : [];
  },
});
