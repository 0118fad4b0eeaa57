import { createColors, isColorSupported } from 'picocolors';

/** Colours only on a terminal, not in CI services that support them. */
export const pc = createColors(isColorSupported && process.stdout.isTTY === true);
