/** What ends a text that is cut. */
const CUT = '...';

/**
 * One line of printable ASCII: AWS Config and Security Hub count and match characters each in its own way, and every way
 * agrees on these. White space is one space, all else a question mark.
 *
 * @param most characters, 4 or more. A longer text is cut, between two words where one is near
 * @returns never empty
 */
export function plainText(text: string, most: number): string {
  // What is far beyond the end is not read: a text may be a stranger's.
  const line = text
    .slice(0, most * 4)
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]+/g, '?')
    .trim();
  if (line.length <= most) {
    return line === '' ? '?' : line;
  }
  const head = line.slice(0, most - CUT.length);
  const space = head.lastIndexOf(' ');
  return `${(space > head.length * 0.8 ? head.slice(0, space) : head).trimEnd()}${CUT}`;
}
