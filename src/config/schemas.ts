import { readFileSync } from 'node:fs';
import { ENTITY_KINDS, type EntityKind, entityKinds } from './entity-kinds.js';
import { isMapping } from './finding.js';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The files of `schemas/`, which is the one place where the rules and defaults of fields are written. */
export const SCHEMA_FILES: readonly string[] = [
  'common.schema.json',
  ...entityKinds.map((kind) => ENTITY_KINDS[kind].schema),
  'kong.schema.json',
];

const documents: ReadonlyMap<string, JsonSchema> = new Map(
  SCHEMA_FILES.map((file) => [file, readSchema(new URL(`../../schemas/${file}`, import.meta.url))]),
);

const resolved = new Map<EntityKind, JsonSchema>();

/** The text of one file of `schemas/`, parsed. */
export function schemaDocument(file: string): JsonSchema {
  return documents.get(file) ?? {};
}

/** The JSON Schema of an entity as the Admin API shows it: all in one piece, without `$ref`. */
export function entitySchema(kind: EntityKind): JsonSchema {
  const known = resolved.get(kind);
  if (known !== undefined) return known;
  const file = ENTITY_KINDS[kind].schema;
  const { $schema, title, required } = documents.get(file) ?? {};
  const body = dereference({ $ref: '#/$defs/fields', unevaluatedProperties: false }, file);
  const fields: JsonSchema = isMapping(body) ? body : {};
  // What refers to its parent needs the reference only where it does not stand in it.
  const all = [...stringsIn(fields['required']), ...stringsIn(required)];
  const schema = Object.freeze({ $schema, title, ...fields, ...(all.length > 0 ? { required: all } : {}) });
  resolved.set(kind, schema);
  return schema;
}

/** The fields of an entity and the schema of each. */
export function entityFields(kind: EntityKind): Readonly<Record<string, JsonSchema>> {
  return propertiesOf(entitySchema(kind));
}

/** The name of what `kong.schema.json` says of a kind, on its own or nested in another kind. */
export function partName(kind: EntityKind, parent?: EntityKind): string {
  const base = (of: EntityKind) => ENTITY_KINDS[of].schema.replace('.schema.json', '');
  return parent === undefined ? base(kind) : `${base(kind)}_of_${base(parent)}`;
}

/** The fields of the top level of a config. */
export function topFields(): Readonly<Record<string, JsonSchema>> {
  const { properties } = schemaDocument('kong.schema.json');
  return propertiesOf({ properties: dereference(properties, 'kong.schema.json', 2) });
}

const parts = new Map<string, Readonly<Record<string, JsonSchema>>>();

/** The fields an entity may have where it stands: those of its kind, and the lists it may hold. */
export function partFields(kind: EntityKind, parent?: EntityKind): Readonly<Record<string, JsonSchema>> {
  const name = partName(kind, parent);
  const known = parts.get(name);
  if (known !== undefined) return known;
  const own = followPointer(schemaDocument('kong.schema.json'), `/$defs/${name}`);
  const nested = propertiesOf({ properties: dereference(own['properties'], 'kong.schema.json', 2) });
  const fields = { ...entityFields(kind), ...nested };
  parts.set(name, fields);
  return fields;
}

function propertiesOf(schema: unknown): Readonly<Record<string, JsonSchema>> {
  const properties = isMapping(schema) ? schema['properties'] : undefined;
  const fields: Record<string, JsonSchema> = {};
  if (!isMapping(properties)) return fields;
  for (const [name, field] of Object.entries(properties)) if (isMapping(field)) fields[name] = field;
  return fields;
}

function readSchema(url: URL): JsonSchema {
  const schema: unknown = JSON.parse(readFileSync(url, 'utf8'));
  if (!isMapping(schema)) throw new TypeError(`${url.pathname} is no JSON Schema`);
  return schema;
}

/** Puts what a `$ref` names in its place; keywords beside it win, and `properties` of both join. */
function dereference(value: unknown, file: string, depth = Number.POSITIVE_INFINITY): unknown {
  if (Array.isArray(value)) return value.map((item) => dereference(item, file, depth));
  if (!isMapping(value) || depth === 0) return value;
  const { $ref, ...beside } = value;
  const own: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(beside)) own[key] = dereference(item, file, depth - 1);
  if (typeof $ref !== 'string') return own;
  const [name = '', pointer = ''] = $ref.split('#');
  const target = name === '' ? file : name;
  const other = dereference(followPointer(documents.get(target) ?? {}, pointer), target, depth - 1);
  if (!isMapping(other)) return own;
  const properties = { ...propertiesOf(other), ...propertiesOf(own) };
  return Object.keys(properties).length > 0 ? { ...other, ...own, properties } : { ...other, ...own };
}

function followPointer(document: JsonSchema, pointer: string): JsonSchema {
  let part: JsonSchema = document;
  for (const step of pointer.split('/').slice(1)) {
    const next = part[step];
    if (!isMapping(next)) throw new TypeError(`the schemas have no ${pointer}`);
    part = next;
  }
  return part;
}

function stringsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
