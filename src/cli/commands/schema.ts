import { jsonSchema } from '../../config/json-schema.ts';
import { worldJsonSchema } from '../../emulator/world/schema.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../options.ts';

const schemas: Readonly<Record<string, () => unknown>> = {
  declaration: () => jsonSchema('declaration'),
  runtime: () => jsonSchema('runtime'),
  discovery: () => jsonSchema('discovery'),
  world: worldJsonSchema,
};

export const schemaCommand: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of a file, for completion in editors',
  words: 'declaration|runtime|discovery|world',
  flags: {},
  async run({ words, io }) {
    const [kind = '', ...rest] = words;
    const make = schemas[kind];
    if (make === undefined || rest.length > 0) {
      throw new UsageError(`schema takes one of ${Object.keys(schemas).join(', ')}`);
    }
    await io.out(`${JSON.stringify(make(), null, 2)}\n`);
    return 0;
  },
};
