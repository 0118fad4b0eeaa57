const [BEGIN, END] = ['<!-- figures: npm run benchmark -->', '<!-- end of figures -->'];
const BLOCK = new RegExp(`${BEGIN}\n([\\s\\S]*?)${END}`);

/** The text with its quoted lines replaced by these. */
export function quoteFigures(text: string, lines: readonly string[]): string {
  return text.replace(BLOCK, () => `${BEGIN}\n\n${lines.join('\n')}\n\n${END}`);
}

/** The lines that a text quotes. */
export function quotedFigures(text: string): string[] {
  return (BLOCK.exec(text)?.[1] ?? '').split('\n').filter((line) => line.trim() !== '');
}
