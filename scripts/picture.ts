/** Runs the demo with the newest binaries and writes the picture of its page, docs/demo.png. */
import { writeFileSync } from 'node:fs';
import { runDemo } from '../lab/demo';
import { reportPage } from '../lab/report/page';
import { SCENARIOS } from '../lab/scenarios';
import { usableBinaries } from '../testbed/binaries/usable';
import { launchBrowser } from '../testbed/browser';

/** Three releases fill the picture. */
const SHOWN = 3;

async function main(): Promise<void> {
  const { binaries } = await usableBinaries({ onProgress: console.log });
  const note = (at: number, text: string) => console.log(`${at.toFixed(0)} s ${text}`);
  const result = await runDemo(SCENARIOS[0]!, binaries.slice(-SHOWN), { note, tick: () => {} });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1100, height: 1000 }, deviceScaleFactor: 1.1 });
    await page.setContent(reportPage(result));
    // Up to the events, below which the tables begin.
    const end = await page.locator('.events').boundingBox();
    const clip = { x: 0, y: 0, width: 1100, height: Math.ceil(end!.y + end!.height + 6) };
    writeFileSync('docs/demo.png', await page.screenshot({ clip, fullPage: true }));
  } finally {
    await browser.close();
  }
}

void main();
