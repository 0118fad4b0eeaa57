/** Whether text can be redrawn in place on standard output. `NO_COLOR` only takes the colours away. */
export function canRedraw(): boolean {
  const { CI, TERM } = process.env;
  return process.stdout.isTTY === true && !CI && TERM !== 'dumb';
}
