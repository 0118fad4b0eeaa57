import { VERDICTS } from '../lib/contract/verdicts';

/** The file of the index. */
export const VERDICT_INDEX = 'lambda/controller/domain/verdicts/index.ts';

/** The record of all definitions, made of the contract's list: a verdict without its file does not compile. */
export function verdictIndex(): string {
  const kinds = Object.keys(VERDICTS).sort();
  const nameOf = (kind: string) => kind.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const imports = [...kinds, 'definition']
    .sort()
    .map((file) =>
      file === 'definition'
        ? "import type { VerdictDefinition } from './definition';"
        : `import { ${nameOf(file)} } from './${file}';`,
    );
  const key = (kind: string) => (nameOf(kind) === kind ? kind : `'${kind}': ${nameOf(kind)}`);
  return `// Written by \`npm run docs\` from the list in lib/contract/verdicts.ts.
import type { VerdictKind } from '../../../../lib/contract/verdicts';
${imports.join('\n')}

/** The definition of each verdict. */
export const DEFINITIONS: { readonly [Kind in VerdictKind]: VerdictDefinition<Kind> } = {
${kinds.map((kind) => `  ${key(kind)},`).join('\n')}
};
`;
}
