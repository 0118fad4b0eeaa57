/** Writes the JSON Schemas of the spec file and of the documents of a census, each from its one validator. */
import { writeFileSync } from 'node:fs';
import { specJsonSchema } from '../bin/spec';
import { censusJsonSchema } from '../lambda/census/documents';

const SCHEMAS = {
  'haproxy-elb.schema.json': specJsonSchema(),
  'census.schema.json': censusJsonSchema(),
};

for (const [file, schema] of Object.entries(SCHEMAS)) {
  writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`);
}
