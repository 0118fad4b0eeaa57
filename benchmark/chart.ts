/** A bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Text at its end. */
  readonly text: string;
  readonly colour: keyof typeof COLOURS;
}

/** Bars that belong together. */
export interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** Colours that differ in brightness too. */
const COLOURS = { ours: '#1a7f37', peer: '#8c959f', bad: '#cf222e' } as const;

const [WIDTH, LABEL, ROW, HEAD] = [900, 330, 20, 34];
/** Space for the text after the longest bar. */
const TEXT = 190;

const escapeXml = (text: string) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** Groups of bars below each other, as a whole SVG file. All bars have one scale. */
export function barChart(title: string, groups: readonly Group[], longest?: number): string {
  const most = longest ?? Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)), 1e-9);
  const parts: string[] = [];
  let y = 30;
  for (const { title: name, bars } of groups) {
    y += HEAD;
    parts.push(`<text x="10" y="${y - 10}" font-weight="600">${escapeXml(name)}</text>`);
    for (const { label, value, text, colour } of bars) {
      const width = Math.max(1, Math.round((Math.min(value, most) / most) * (WIDTH - LABEL - TEXT)));
      parts.push(
        `<text x="${LABEL - 8}" y="${y + 13}" text-anchor="end">${escapeXml(label)}</text>`,
        `<rect x="${LABEL}" y="${y + 2}" width="${width}" height="${ROW - 6}" fill="${COLOURS[colour]}"/>`,
        `<text x="${LABEL + width + 6}" y="${y + 13}">${escapeXml(text)}</text>`,
      );
      y += ROW;
    }
  }
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 14}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${escapeXml(title)}">`;
  return `${head}\n<rect width="100%" height="100%" fill="#fff"/>\n<text x="10" y="24" font-size="15" font-weight="600">${escapeXml(title)}</text>\n${parts.join('\n')}\n</svg>\n`;
}
