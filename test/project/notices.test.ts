import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, type Metafile } from 'esbuild';
import { version } from '../../package.json';
import { BUNDLES } from '../../scripts/bundle';
import { bundledPackages, NOTICES_FILE, noticesOf } from '../../scripts/notices';
import { SBOM_FILE, sbomOf } from '../../scripts/sbom';

const read = (file: string) => readFileSync(path.resolve(__dirname, '../..', file), 'utf8');
const written = read(NOTICES_FILE);

describe('the notices of the bundles that are built now', () => {
  /** Folder of each package of which code is in a bundle, read from esbuild's output without the code under test. */
  const folders = new Map<string, string[]>();
  const metafiles: Record<string, Metafile> = {};

  beforeAll(async () => {
    for (const [bundle, options] of Object.entries(BUNDLES)) {
      const { metafile } = await build({ ...options, write: false });
      metafiles[bundle] = metafile;
      for (const [file, { bytesInOutput }] of Object.values(metafile.outputs).flatMap((out) =>
        Object.entries(out.inputs),
      )) {
        const parts = file.split('/');
        const at = parts.lastIndexOf('node_modules');
        if (at >= 0 && bytesInOutput > 0) {
          const folder = parts.slice(0, at + (parts[at + 1]!.startsWith('@') ? 3 : 2)).join('/');
          folders.set(folder, [...(folders.get(folder) ?? []), bundle]);
        }
      }
    }
    // It bundles everything, the CDK too.
  }, 300_000);

  const manifest = (folder: string) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

  test('name every package of every bundle with its version, its licence and the bundle', () => {
    expect(folders.size).toBeGreaterThan(30);
    const lines = written.split('\n');
    const missing = [...folders].filter(([folder, bundles]) => {
      const { name, version, license } = manifest(folder);
      const line = lines.find((text) => text.startsWith(`${name} ${version} (${license}): `));
      return line === undefined || !bundles.every((bundle) => line.split(': ')[1]!.split(', ').includes(bundle));
    });
    expect(missing).toEqual([]);
  });

  test('contain the whole licence and NOTICE text of each package that ships one', () => {
    const missing: string[] = [];
    let texts = 0;
    for (const folder of folders.keys()) {
      for (const file of readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name))) {
        texts += 1;
        if (!written.includes(readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())) {
          missing.push(path.join(folder, file));
        }
      }
    }
    expect(missing).toEqual([]);
    expect(texts).toBeGreaterThan(30);
  });

  test('have a licence text for each package that is listed', () => {
    const [list] = written.split('\n---', 1);
    const packages = [...list!.matchAll(/^(\S+ \S+) \(/gm)].map(([, name]) => name!);
    expect(packages.filter((name) => !written.includes(`\nLicence of ${name}\n`))).toEqual([]);
  });

  test('are those of the bundles, and no others', () => {
    expect(noticesOf(bundledPackages(metafiles))).toBe(written);
  });

  test('and the bill of materials names the same packages, and the CDK', () => {
    const bom = JSON.parse(read(SBOM_FILE));
    const expected = [...folders.keys()].map((folder) => {
      const { name, version } = manifest(folder);
      return `pkg:npm/${name.replace('@', '%40')}@${version}`;
    });
    const peers = ['pkg:npm/aws-cdk-lib', 'pkg:npm/constructs'];
    const named: string[] = bom.components.map(({ purl }: { purl: string }) => purl);
    expect(named.sort()).toEqual([...new Set([...expected, ...peers])].sort());
    expect(bom.metadata.component).toMatchObject({ name: 'cdk-haproxy-elb', version });
    expect(sbomOf(bundledPackages(metafiles))).toBe(read(SBOM_FILE));
  });
});

describe('a package in a bundle', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'notices-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** esbuild's metafile of a bundle with one file of a package. */
  function bundleWith(manifest: object, files: Readonly<Record<string, string>>, bytesInOutput = 1): Metafile {
    const place = path.join(folder, 'node_modules', '@scope', 'thing');
    mkdirSync(place, { recursive: true });
    writeFileSync(
      path.join(place, 'package.json'),
      JSON.stringify({ name: '@scope/thing', version: '1.2.3', ...manifest }),
    );
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(path.join(place, name), text);
    }
    const inputs = { [`${place}/lib/index.js`]: { bytesInOutput } };
    return { inputs: {}, outputs: { 'out.js': { bytes: 1, inputs, imports: [], exports: [] } } };
  }

  test.each([
    'MIT',
    'ISC',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'Apache-2.0',
    '0BSD',
    'BlueOak-1.0.0',
    'CC0-1.0',
    'Unlicense',
    '(MIT OR GPL-3.0-only)',
    'MIT AND ISC',
  ])('may be under %s', (license) => {
    const [found] = bundledPackages({ cli: bundleWith({ license }, { LICENSE: 'the text' }) });
    expect(found).toMatchObject({ license, licenseText: 'the text', bundles: ['cli'] });
  });

  test.each([
    ['GPL-3.0-only', { license: 'GPL-3.0-only' }],
    ['MIT AND GPL-3.0-only', { license: 'MIT AND GPL-3.0-only' }],
    ['(MIT OR ISC) AND (GPL-3.0-only)', { license: '(MIT OR ISC) AND (GPL-3.0-only)' }],
    ['UNLICENSED', { license: 'UNLICENSED' }],
    ['none', {}],
  ])('is refused under %s', (license, manifest) => {
    expect(() => bundledPackages({ cli: bundleWith(manifest, { LICENSE: 'the text' }) })).toThrow(
      new Error(
        `@scope/thing 1.2.3 is in a bundle under licence '${license}'; allowed: 0BSD, Apache-2.0, BlueOak-1.0.0, ` +
          'BSD-2-Clause, BSD-3-Clause, CC0-1.0, ISC, MIT, MIT-0, Unlicense. Use another package',
      ),
    );
  });

  test('is refused without the text of its licence', () => {
    expect(() => bundledPackages({ cli: bundleWith({ license: 'MIT' }, {}) })).toThrow(
      new Error('@scope/thing 1.2.3 is in a bundle and ships no text of its licence MIT. Use another package'),
    );
  });

  test('needs no licence text under MIT-0, which requires no attribution', () => {
    const metafile = bundleWith({ license: 'MIT-0', author: { name: 'Somebody' } }, {});
    expect(noticesOf(bundledPackages({ cli: metafile }))).toContain('MIT No Attribution\n\nCopyright Somebody\n');
  });

  test('has its NOTICE file passed on', () => {
    const metafile = bundleWith({ license: 'Apache-2.0' }, { LICENSE: 'the text', NOTICE: 'made by somebody' });
    expect(noticesOf(bundledPackages({ cli: metafile }))).toMatch(
      /^NOTICE of @scope\/thing 1\.2\.3\n\nmade by somebody$/m,
    );
  });

  test('does not count when the bundler has dropped its code', () => {
    expect(bundledPackages({ cli: bundleWith({ license: 'GPL-3.0-only' }, {}, 0) })).toEqual([]);
  });

  test('is listed once, with all bundles that contain it', () => {
    const metafile = bundleWith({ license: 'MIT' }, { 'license.md': 'the text' });
    const packages = bundledPackages({ cli: metafile, app: metafile });
    expect(noticesOf(packages)).toContain('\n\n@scope/thing 1.2.3 (MIT): app, cli\n\n');
  });
});
