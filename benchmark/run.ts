/** `npm run benchmark`: figures as ratios, measured side by side in one run. */
import { measureFleet } from './fleet';
import { type Figure, measureHandler } from './handler';
import { measureLint } from './lint';
import { measureSynth } from './synth';

function print({ name, ours, other, unit }: Figure): void {
  const figures = `${ours.toFixed(1)} ${unit} to ${other.toFixed(1)} ${unit}`;
  console.log(`${name.padEnd(50)}${figures.padEnd(30)}ratio ${(ours / other).toFixed(2)}`);
}

async function main(): Promise<void> {
  console.log(`Node ${process.version}; medians of runs in turn; the handler is next to one that does nothing\n`);
  for (const figure of await measureHandler()) {
    print(figure);
  }
  for (const figure of await measureSynth()) {
    print(figure);
  }
  const fleet = await measureFleet();
  for (const figure of fleet.figures) {
    print(figure);
  }
  console.log(
    `run, from 10 to 5,000 endpoints: time grows with the power ${fleet.exponent.toFixed(2)} of their number`,
  );
  const { figures, exponent } = await measureLint();
  for (const figure of figures) {
    print(figure);
  }
  console.log(`lint, from 1,000 to 100,000 lines: time grows with the power ${exponent.toFixed(2)} of the length`);
}

void main();
