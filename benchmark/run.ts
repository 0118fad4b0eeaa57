/** `npm run benchmark`: figures as ratios, measured side by side in one run. */
import { measureHandler } from './handler';

async function main(): Promise<void> {
  console.log(`Node ${process.version}; medians of runs in turn; the other handler does nothing\n`);
  for (const { name, ours, other, unit } of await measureHandler()) {
    const figures = `${ours.toFixed(1)} ${unit} to ${other.toFixed(1)} ${unit}`;
    console.log(`${name.padEnd(36)}${figures.padEnd(30)}ratio ${(ours / other).toFixed(2)}`);
  }
}

void main();
