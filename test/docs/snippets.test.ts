import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parseSpec } from '../../bin/spec';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import { BLOCKS, type Block, ROOT } from './markdown';

/** Blocks that another test checks, or that are not code. */
const ELSEWHERE: readonly [place: RegExp, language: string, why: string][] = [
  [/^docs\/lint\.md/, 'yaml', 'a workflow and a hook: pages.test.ts runs them'],
  [/^docs\/events\.md/, 'json', 'an event: events.test.ts compares it with the contract'],
  [/./, 'sh', 'commands.test.ts'],
  [/./, 'mermaid', 'a diagram'],
  [/./, '', 'what a terminal shows'],
];

const blocksOf = (language: string) =>
  BLOCKS.filter(
    (block) =>
      block.language === language && !ELSEWHERE.some(([place, of]) => of === language && place.test(block.place)),
  );

test('every block is checked', () => {
  const known = ['ts', 'yaml', 'haproxy', ...ELSEWHERE.map(([, language]) => language)];
  expect(BLOCKS.filter(({ language }) => !known.includes(language))).toEqual([]);
});

/**
 * A block in TypeScript with what it takes as given: `fixture=NAME` after the language is rosetta's notation for it.
 */
function moduleOf({ note, text }: Block): string {
  const [, fixture] = /^fixture=(\w+)$/.exec(note) ?? [];
  const around = fixture === undefined ? '' : readFileSync(join(ROOT, `rosetta/${fixture}.ts-fixture`), 'utf8');
  return `${around}${text}\nexport {};`;
}

/** The errors of the compiler for each block, as a separate module beside the package. */
function problemsOf(blocks: readonly Block[]): Record<string, string[]> {
  const files = new Map(
    blocks.map((block, i) => [join(ROOT, `snippet-${i}.ts`), { place: block.place, text: moduleOf(block) }]),
  );
  const options: ts.CompilerOptions = {
    ...ts.convertCompilerOptionsFromJson(
      { target: 'es2022', module: 'node20', strict: true, skipLibCheck: true, noEmit: true, types: ['node'] },
      ROOT,
    ).options,
    paths: { 'cdk-haproxy-elb': [join(ROOT, 'lib/index.ts')] },
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file)?.text ?? readFile(file);
  host.getSourceFile = (file, language, ...rest) =>
    files.has(file)
      ? ts.createSourceFile(file, files.get(file)!.text, language)
      : getSourceFile(file, language, ...rest);
  const program = ts.createProgram([...files.keys()], options, host);
  return Object.fromEntries(
    [...files].map(([file, { place }]) => [
      place,
      ts
        .getPreEmitDiagnostics(program, program.getSourceFile(file))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
    ]),
  );
}

test('every example in TypeScript compiles unchanged, and a wrong one would not', () => {
  const blocks = blocksOf('ts');
  const wrong = "import { Repair } from 'cdk-haproxy-elb';\nRepair.pray();";
  expect(blocks.length).toBeGreaterThan(2);
  expect(problemsOf([...blocks, { place: 'a wrong one', language: 'ts', note: '', text: wrong }])).toEqual({
    ...Object.fromEntries(blocks.map(({ place }) => [place, []])),
    'a wrong one': ["Property 'pray' does not exist on type 'typeof Repair'."],
  });
}, 120_000);

test('every spec can be read', () => {
  const specs = blocksOf('yaml');
  expect(specs.length).toBeGreaterThan(0);
  for (const { place, text } of specs) {
    expect(parseSpec(text, place).environments).not.toEqual({});
  }
});

test('the linter has no finding in any configuration, for the version of its fence', () => {
  const configurations = blocksOf('haproxy');
  expect(configurations.length).toBeGreaterThan(0);
  for (const { place, note, text } of configurations) {
    // A block is a part of a configuration.
    const findings = lint(text, HaproxyVersion.of(note)).filter(({ rule }) => rule !== 'incomplete');
    expect({ place, findings }).toEqual({ place, findings: [] });
  }
});
