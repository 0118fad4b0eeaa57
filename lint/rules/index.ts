import type { Rule } from '../finding';
import { EXPOSURE_RULES } from './exposure';
import { RESOLUTION_RULES } from './resolution';
import { UPSTREAM_RULES } from './upstream';

/** Every rule about what a configuration means, by id. What the language allows is in `../language`. */
export const RULES: Readonly<Record<string, Rule>> = { ...RESOLUTION_RULES, ...EXPOSURE_RULES, ...UPSTREAM_RULES };
