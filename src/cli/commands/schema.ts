import { ENTITY_KINDS, type EntityKind, entityKinds } from '../../config/entity-kinds.js';
import { pluginNames, pluginSchema } from '../../config/plugin-schemas.js';
import { wholeSchema } from '../../config/schema-bundle.js';
import { entitySchema, type JsonSchema } from '../../config/schemas.js';
import { nearest } from '../../config/suggest.js';
import { SettingsError } from '../../errors.js';
import { EXIT } from '../failure.js';
import type { Terminal } from '../terminal.js';

/** `gateway schema [ENTITY|plugins/NAME]`: prints the JSON Schema of a whole file, of an entity or of a plugin. */
export function schema(subject: string | undefined, terminal: Terminal): number {
  terminal.out(JSON.stringify(subject === undefined ? wholeSchema() : schemaOf(subject), null, 2));
  return EXIT.ok;
}

function schemaOf(subject: string): JsonSchema {
  const kind = entityKinds.find((name) => name === subject || singular(name) === subject);
  if (kind !== undefined) return entitySchema(kind);
  const plugin = subject.startsWith('plugins/') ? pluginSchema(subject.slice('plugins/'.length)) : undefined;
  if (plugin !== undefined) return plugin;
  const subjects = [...entityKinds, ...pluginNames.map((name) => `plugins/${name}`)];
  const meant = nearest(subject, subjects);
  const hint = meant === undefined ? `there are ${subjects.join(', ')}` : `did you mean ${meant}?`;
  throw new SettingsError(`there is no schema of "${subject}": ${hint}`);
}

/** The name of the file in `schemas/`: `services` is in service.schema.json. */
function singular(kind: EntityKind): string {
  return ENTITY_KINDS[kind].schema.replace('.schema.json', '');
}
