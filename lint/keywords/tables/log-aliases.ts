import { table } from '../keyword';

/** The variables of a log format: `%ci` and the like, and the mode that has them. */
export const ALIASES = table(
  'log-alias',
  'manual 8.2.6, logformat_aliases',
  `
  B | H | ID | T | Tc | Tl | Ts | Tt | Tw | U | ac | b | bc | bi | bp | bq | ci | cp | f | fc | fi | fp | ft ; any
  ST | hr | hrl | hs | hsl | lc | ms | o | pid | rc | rt | s | sc | si | sp | sq | sslc | sslv | t | ts | tsc ; any
  Td | Th ; any ; 1.7
  Tu ; any ; 2.2
  OG ; any ; 3.1
  CC | CS | HM | HP | HQ | HU | HV | Tq | Tr | r ; http
  TR | Ta | Ti | tr | trg | trl ; http ; 1.7
  HPO ; http ; 2.4
  Bi | Bp | Ci | Cp | Fi | Fp | Si | Sp ; any ; 1.6 ~1.6 -2.5
  cc | cs | st ; http ; 1.6 ~1.6 -2.5
`,
);
