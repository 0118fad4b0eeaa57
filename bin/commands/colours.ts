import { createColors, isColorSupported } from 'picocolors';

/** Colours are for a terminal alone, also where a CI service would take them. */
export const pc = createColors(isColorSupported && process.stdout.isTTY === true);
