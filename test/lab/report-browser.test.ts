import type { Browser } from 'playwright-core';
import type { DemoResult } from '../../lab/figures';
import { reportPage } from '../../lab/report/page';
import type { Timeline } from '../../lab/timeline';
import { launchBrowser } from '../../testbed/browser';
import { GENERATED, PINNED, RESULT } from './results';

/** Long where a page could break: names, messages, lines of configuration. */
const long = (timeline: Timeline, version: string): Timeline => ({
  ...timeline,
  version,
  source: `/opt/a/rather/long/path/to/${'some/'.repeat(10)}haproxy`,
  configuration: `${timeline.configuration}    # ${'word '.repeat(60)}\n`,
});
const TIMELINES = ['2.6.12', '3.5-dev12'].flatMap((version) => [long(PINNED, version), long(GENERATED, version)]);
const PAGE = reportPage({ ...RESULT, timelines: TIMELINES } satisfies DemoResult);

let browser: Browser | undefined;

// A fresh machine fetches the browser.
beforeAll(async () => {
  browser = await launchBrowser().catch((error: Error) => {
    console.log(`not available: a headless browser: ${error.message.split('\n')[0]}`);
    return undefined;
  });
}, 300_000);

afterAll(() => browser?.close());

const CASES = ['light', 'dark'].flatMap((colorScheme) =>
  [360, 1440].map((width) => ({ colorScheme: colorScheme as 'light' | 'dark', width })),
);

test.each(CASES)(
  '$colorScheme, $width px: nothing overflows, nothing fails, nothing is fetched',
  async (shape) => {
    if (!browser) {
      return;
    }
    const { colorScheme, width } = shape;
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    try {
      const problems: string[] = [];
      page.on('console', (message) => problems.push(message.text()));
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('request', (request) => problems.push(request.url()));
      await page.setContent(PAGE);
      for (const summary of await page.locator('summary').all()) {
        await summary.click();
      }
      const measured = await page.evaluate(`({
      content: document.documentElement.scrollWidth,
      paper: getComputedStyle(document.body).backgroundColor,
      ink: getComputedStyle(document.body).color,
      strips: [...document.querySelectorAll('.plot svg')].map((strip) => strip.getBoundingClientRect().width),
      texts: document.body.innerText,
    })`);
      const { content, paper, ink, strips, texts } = measured as {
        content: number;
        paper: string;
        ink: string;
        strips: number[];
        texts: string;
      };
      expect(content).toBe(width);
      expect([brightness(paper) > 200, brightness(ink) > 200]).toEqual(
        colorScheme === 'light' ? [true, false] : [false, true],
      );
      expect(strips).toHaveLength(TIMELINES.length);
      expect(strips.filter((strip) => strip < width / 2 || strip > width)).toEqual([]);
      expect(texts).toContain('What happened');
      expect(texts).toContain('server-template elb 16 elb.test:80');
      expect((await page.screenshot({ fullPage: true })).subarray(1, 4).toString()).toBe('PNG');
      expect(problems).toEqual([]);
    } finally {
      await page.close();
    }
  },
  60_000,
);

/** Of `rgb(r, g, b)`, 0 to 255. */
function brightness(colour: string): number {
  const [r, g, b] = colour.match(/\d+/g)!.map(Number) as [number, number, number];
  return 0.3 * r + 0.6 * g + 0.1 * b;
}
