import { readFileSync } from 'node:fs';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { FORMATS } from '../../bin/commands/lint/formats';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import { versions } from '../haproxy/arbitraries';

/** The schema that SchemaStore serves for SARIF 2.1.0, as a package brings it: nothing is fetched. */
const SCHEMA = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');

// One pattern of the schema has a bracket too many, which only the old way to read patterns takes.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));

/** The errors of the schema in the output about a file. */
function faults(file: string, text: string, version: HaproxyVersion): unknown {
  validate(JSON.parse(FORMATS.sarif([{ file, text, findings: lint(text, version) }], NOTHING)));
  return validate.errors;
}

/** No finding is silenced. */
const NOTHING = { ignored: 0 };

const PARTS = [
  'global',
  ' stats socket :1 ssl',
  'defaults',
  ' mode http',
  'frontend f',
  ' bind :80',
  ' use_backend "',
  'backend b',
  ' server s a.test:80 check ssl',
  ' option nothing',
  'resolvers d',
];
const FILES = ['haproxy.cfg', '/etc/haproxy/a b#1%.cfg', 'C:\\haproxy\\café.cfg', '🐣?.cfg', '//host/x.cfg', 'a:b.cfg'];

test('any output is valid against the schema of SARIF 2.1.0', () => {
  const text = fc.array(fc.constantFrom(...PARTS)).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(fc.constantFrom(...FILES), text, versions, (file, config, version) => {
      expect(faults(file, config, version)).toBeNull();
    }),
    { examples: FILES.map((file): [string, string, HaproxyVersion] => [file, PARTS.join('\n'), HaproxyVersion.V1_7]) },
  );
});

test('the schema refuses wrong output', () => {
  const output = JSON.parse(
    FORMATS.sarif([{ file: 'a.cfg', text: '', findings: lint('backend b\n x\n', HaproxyVersion.V3_2) }], NOTHING),
  );
  output.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0;
  expect(validate(output)).toBe(false);
});
