const { readFileSync } = require('node:fs');
const { default: Sequencer } = require('@jest/test-sequencer');

/** A time limit of its own. */
const LIMIT = /^jest\.setTimeout\(|^ *\}, \d[\d_]{4,}\);$/m;

/**
 * Starts the files first in which a test may take longer than usual: they wait for processes and timers. Beside them run
 * the slow checks of `npm test`, and the many short files at the end keep every worker busy. In a fresh clone Jest knows
 * no durations.
 */
module.exports = class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const waits = new Set(sorted.filter(({ path }) => LIMIT.test(readFileSync(path, 'utf8'))));
    return [...waits, ...sorted.filter((test) => !waits.has(test))];
  }
};
