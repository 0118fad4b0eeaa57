/** The notices of third-party code in the bundles: which packages, under which licences, with the licences' texts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** The notices file: beside the bundles, and so in the package. */
export const NOTICES_FILE = 'assets/THIRD-PARTY-NOTICES.txt';

/**
 * Licences under which code may be in a bundle: all allow redistribution in binary form with their text. SPDX
 * identifiers.
 */
const ALLOWED_LICENSES = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
]);

/**
 * Texts for packages that ship none. Only licences without an attribution requirement are allowed here. Source:
 * spdx.org/licenses.
 */
const STANDARD_TEXTS: Readonly<Record<string, (author: string) => string>> = {
  'MIT-0': (author) => `MIT No Attribution

Copyright ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`,
};

/** A package with code in at least one bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  readonly licenseText: string;
  /** Its NOTICE file, which Apache-2.0 (section 4d) requires. */
  readonly noticeText?: string;
  /** The bundles that contain code of it. */
  readonly bundles: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/**
 * The packages with code in the bundles, by name and version.
 *
 * @param metafiles esbuild's metafile of each bundle, by the bundle's name
 * @throws Error when a licence is not allowed or a package has no licence text
 */
export function bundledPackages(metafiles: Readonly<Record<string, Metafile>>): BundledPackage[] {
  const packages = new Map<string, BundledPackage>();
  for (const [bundle, { outputs }] of Object.entries(metafiles)) {
    for (const folder of foldersOf(outputs)) {
      const found = readPackage(folder);
      const id = `${found.name} ${found.version}`;
      const bundles = new Set([...(packages.get(id)?.bundles ?? []), bundle]);
      packages.set(id, { ...found, bundles: [...bundles].sort() });
    }
  }
  return [...packages.values()].sort((a, b) => order(a.name, b.name) || order(a.version, b.version));
}

/** The folders of packages with code in the output. */
function foldersOf(outputs: Metafile['outputs']): Set<string> {
  const folders = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file) ?? [];
      if (folder !== undefined && bytesInOutput > 0) {
        folders.add(folder);
      }
    }
  }
  return folders;
}

function readPackage(folder: string): Omit<BundledPackage, 'bundles'> {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { name, version, license = 'none', author = 'the authors' } = manifest;
  if (!isAllowed(license)) {
    throw new Error(
      `${name} ${version} is in a bundle under licence '${license}'; allowed: ${[...ALLOWED_LICENSES].join(', ')}. Use another package`,
    );
  }
  const standardText = STANDARD_TEXTS[license]?.(typeof author === 'string' ? author : author.name);
  const licenseText = textIn(folder, /^(licen[cs]e|copying)/i) ?? standardText;
  if (licenseText === undefined) {
    throw new Error(
      `${name} ${version} is in a bundle and ships no text of its licence ${license}. Use another package`,
    );
  }
  return { name, version, license, licenseText, noticeText: textIn(folder, /^notice/i) };
}

/** One of the alternatives of an SPDX expression, with all of its parts, must be allowed. */
function isAllowed(license: string): boolean {
  return license
    .replace(/^\(([^()]*)\)$/, '$1')
    .split(' OR ')
    .some((alternative) => alternative.split(' AND ').every((part) => ALLOWED_LICENSES.has(part)));
}

function textIn(folder: string, name: RegExp): string | undefined {
  const files = readdirSync(folder).filter((file) => name.test(file));
  const texts = files
    .sort(order)
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  return texts.length === 0 ? undefined : texts.join('\n\n');
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const RULE = '-'.repeat(100);

/** The notices file: the list of packages, then each text once, with its packages. */
export function noticesOf(packages: readonly BundledPackage[]): string {
  const list = packages.map(
    ({ name, version, license, bundles }) => `${name} ${version} (${license}): ${bundles.join(', ')}`,
  );
  const texts = new Map<string, string[]>();
  for (const { name, version, licenseText, noticeText } of packages) {
    for (const [kind, text] of [
      ['Licence', licenseText],
      ['NOTICE', noticeText],
    ]) {
      if (text === undefined) {
        continue;
      }
      const heading = `${kind} of ${name} ${version}`;
      texts.set(text, [...(texts.get(text) ?? []), heading]);
    }
  }
  const sections = [...texts].map(([text, headings]) => `${RULE}\n${headings.join('\n')}\n\n${text}`);
  return `The files in this folder contain code of these packages. The texts of their licences follow.

${list.join('\n')}

${sections.join('\n\n')}
`;
}
