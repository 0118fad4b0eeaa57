/** The text of a release: its section of CHANGELOG.md. */
import { readFileSync } from 'node:fs';
import { version } from '../package.json';

/**
 * The section of a version, without its heading.
 *
 * @throws Error when the tag is not the version's, or when the changelog has no section that is ready to be released
 */
export function releaseText(tag: string, released: string, changelog: string): string {
  if (tag !== `v${released}`) {
    throw new Error(
      `tag '${tag}' is not the version of package.json; expected 'v${released}': tag the commit of that version`,
    );
  }
  const sections = changelog.split(/^## /m).slice(1);
  if (sections.some((text) => text.startsWith('Unreleased'))) {
    throw new Error(`CHANGELOG.md has a section '## Unreleased': name it '## ${released}'`);
  }
  const section = sections.find((text) => /^\S+/.exec(text)?.[0] === released);
  if (section === undefined) {
    throw new Error(`CHANGELOG.md has no section '## ${released}': add it`);
  }
  const [heading, ...lines] = section.split('\n');
  const text = lines.join('\n').trim();
  if (text === '') {
    throw new Error(`CHANGELOG.md has nothing below '## ${heading}': add the changes`);
  }
  return `${text}\n`;
}

/** Argument: the tag. Prints the text. */
function main(): void {
  try {
    process.stdout.write(releaseText(process.argv[2] ?? '', version, readFileSync('CHANGELOG.md', 'utf8')));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

if (require.main === module) {
  main();
}
