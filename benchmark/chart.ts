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
  return svg(title, y + 14, parts);
}

function svg(title: string, height: number, parts: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${escapeXml(title)}">`;
  return `${head}\n<rect width="100%" height="100%" fill="#fff"/>\n<text x="10" y="24" font-size="15" font-weight="600">${escapeXml(title)}</text>\n${parts.join('\n')}\n</svg>\n`;
}

/** What happened in each second: the parts of a cell that have the colour; the rest is that of a peer. */
export interface Strip {
  readonly label: string;
  readonly cells: readonly { readonly ours: number; readonly bad: number }[];
}

/** A line across all strips, at a time in cells. */
interface Mark {
  readonly at: number;
  readonly text: string;
}

const STRIP = 22;

/** Strips of time below each other, as a whole SVG file: each is filled from below by `ours` and from above by `bad`. */
export function stripChart(
  title: string,
  legend: Readonly<Record<keyof typeof COLOURS, string>>,
  strips: readonly Strip[],
  marks: readonly Mark[],
): string {
  const seconds = Math.max(1, ...strips.map(({ cells }) => cells.length));
  const xOf = (second: number) => Math.round(LABEL + (second / seconds) * (WIDTH - LABEL - 10));
  const top = 84;
  const height = STRIP - 4;
  const parts = Object.entries(legend).flatMap(([colour, text], i) => [
    `<rect x="${10 + 200 * i}" y="36" width="12" height="12" fill="${COLOURS[colour as keyof typeof COLOURS]}"/>`,
    `<text x="${28 + 200 * i}" y="46">${escapeXml(text)}</text>`,
  ]);
  for (const [i, { label, cells }] of strips.entries()) {
    const y = top + i * STRIP;
    const filled = (of: 'ours' | 'bad', edge: number, sign: number) => {
      const steps = cells.map((cell, second) => {
        const level = edge + sign * Math.round(cell[of] * height);
        return `L${xOf(second)} ${level}L${xOf(second + 1)} ${level}`;
      });
      return `<path d="M${xOf(0)} ${edge}${steps.join('')}L${xOf(cells.length)} ${edge}Z" fill="${COLOURS[of]}"/>`;
    };
    parts.push(
      `<text x="${LABEL - 8}" y="${y + 13}" text-anchor="end">${escapeXml(label)}</text>`,
      `<rect x="${xOf(0)}" y="${y}" width="${xOf(cells.length) - xOf(0)}" height="${height}" fill="${COLOURS.peer}"/>`,
      filled('ours', y + height, -1),
      ...(cells.some(({ bad }) => bad > 0) ? [filled('bad', y, 1)] : []),
    );
  }
  const end = top + strips.length * STRIP;
  for (const { at, text } of marks) {
    parts.push(
      `<path d="M${xOf(at)} ${top - 8}V${end}" stroke="#000" stroke-dasharray="2 2"/>`,
      `<text x="${xOf(at)}" y="${top - 12}">${escapeXml(text)}</text>`,
    );
  }
  return svg(title, end + 14, parts);
}
