/** Fetches the real HAProxy binaries of the tests into `.cache/`, and names those that are not available. */
import { usableBinaries } from '../testbed/binaries/usable';

async function main(): Promise<void> {
  const { binaries, unavailable } = await usableBinaries({ onProgress: (line) => console.log(`  ${line}`) });
  for (const { what, reason } of unavailable) {
    console.log(`  not available: ${what}: ${reason}`);
  }
  console.log(`Testing with HAProxy ${binaries.map(({ version }) => version).join(', ')}`);
}

void main();
