import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { peerDependencies } from '../../package.json';
import { COMMAND } from '../bin/cli';

const ROOT = path.resolve(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const filesBelow = (folder: string) => readdirSync(path.join(ROOT, folder)).map((file) => `${folder}/${file}`);

const FORMS = filesBelow('.github/ISSUE_TEMPLATE').filter((file) => !file.endsWith('config.yml'));

/** An issue form, as GitHub documents it. */
interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: { readonly label?: string };
  }[];
}

describe.each(FORMS)('%s', (file) => {
  const { name, description, body }: Form = parse(read(file));
  const fields = body.filter(({ type }) => type !== 'markdown');

  test('is a form that GitHub shows', () => {
    expect([name, description]).not.toContain('');
    expect(
      body.filter(({ type }) => !['markdown', 'textarea', 'input', 'dropdown', 'checkboxes'].includes(type)),
    ).toEqual([]);
    expect(
      fields.filter(({ id, attributes }) => !/^[a-z-]+$/.test(id ?? '') || attributes.label === undefined),
    ).toEqual([]);
    expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
  });
});

/** The command lines of ours in a text, up to the end of the code. */
const commandsIn = (text: string) =>
  [...text.matchAll(/(?:npx cdk-haproxy-elb|npm run (?=demo --)) ?([^`\n]+)/g)].map(([, line]) => line!);

test('the command lines in forms and workflows have the options that the commands have', () => {
  const lines = [...FORMS, ...filesBelow('.github/workflows')].flatMap((file) => commandsIn(read(file)));
  expect(lines.length).toBeGreaterThan(5);
  const unknown = lines.filter((line) => {
    const [name = '', ...words] = line.split(' ').filter((word) => word !== '--');
    const help = execFileSync(process.execPath, [COMMAND, ...(name.startsWith('--') ? [] : [name]), '--help'], {
      encoding: 'utf8',
    });
    return [name, ...words].some((word) => word.startsWith('--') && !help.includes(word));
  });
  expect(unknown).toEqual([]);
});

test('CONTRIBUTING.md names every secret that the release needs', () => {
  const secrets = [...read('.github/workflows/release.yml').matchAll(/secrets\.(\w+)/g)].map(([, name]) => name!);
  expect(secrets.length).toBeGreaterThan(4);
  expect(secrets.filter((name) => !read('CONTRIBUTING.md').includes(`\`${name}\``))).toEqual([]);
});

describe('.github/dependabot.yml', () => {
  /** One entry of `updates`. */
  interface Update {
    readonly 'package-ecosystem': string;
    readonly directory?: string;
    readonly directories?: readonly string[];
    readonly ignore?: readonly { readonly 'dependency-name': string; readonly 'update-types'?: readonly string[] }[];
  }
  const { updates }: { updates: readonly Update[] } = parse(read('.github/dependabot.yml'));
  const foldersOf = (ecosystem: string) =>
    updates
      .filter((update) => update['package-ecosystem'] === ecosystem)
      .flatMap(({ directory, directories }) => directories ?? [directory!]);

  test('updates every lock file of ours', () => {
    const folders = ['', 'bin', 'examples', ...filesBelow('.github/actions')];
    const locked = folders.filter((folder) => existsSync(path.join(ROOT, folder, 'package-lock.json')));
    expect(foldersOf('npm').sort()).toEqual(locked.map((folder) => `/${folder}`).sort());
  });

  test('updates the actions of every workflow and action of ours', () => {
    const folders = filesBelow('.github/actions').map((folder) => `/${folder}`);
    expect(foldersOf('github-actions').sort()).toEqual(['/', ...folders].sort());
    expect(folders.filter((folder) => !existsSync(path.join(ROOT, folder, 'action.yml')))).toEqual([]);
  });

  test('never raises the oldest CDK that the package supports', () => {
    const whole = updates
      .find(({ directory }) => directory === '/')
      ?.ignore?.filter((one) => one['update-types'] === undefined);
    expect(whole?.map((one) => one['dependency-name']).sort()).toEqual(Object.keys(peerDependencies).sort());
  });
});
