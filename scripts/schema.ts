/** Writes the JSON Schema of the spec file from its one validator. */
import { writeFileSync } from 'node:fs';
import { specJsonSchema } from '../bin/spec';

writeFileSync('haproxy-elb.schema.json', `${JSON.stringify(specJsonSchema(), undefined, 2)}\n`);
