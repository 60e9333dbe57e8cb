import { readFileSync } from 'node:fs';
import { isMapping } from './finding.js';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The kinds of entities this version serves, by the name of their list in a config. */
export const entityKinds = ['services', 'routes'] as const;
export type EntityKind = (typeof entityKinds)[number];

/** The files of `schemas/`, which is the one place where the rules and defaults of fields are written. */
export const SCHEMA_FILES = [
  'common.schema.json',
  'service.schema.json',
  'route.schema.json',
  'kong.schema.json',
] as const;

const documents: ReadonlyMap<string, JsonSchema> = new Map(
  SCHEMA_FILES.map((file) => [file, readSchema(new URL(`../../schemas/${file}`, import.meta.url))]),
);

const FILE_OF: Readonly<Record<EntityKind, string>> = {
  services: 'service.schema.json',
  routes: 'route.schema.json',
};

const resolved = new Map<EntityKind, JsonSchema>();

/** The text of one file of `schemas/`, parsed. */
export function schemaDocument(file: (typeof SCHEMA_FILES)[number]): JsonSchema {
  return documents.get(file) ?? {};
}

/** The JSON Schema of an entity as the Admin API shows it: all in one piece, without `$ref`. */
export function entitySchema(kind: EntityKind): JsonSchema {
  const known = resolved.get(kind);
  if (known !== undefined) return known;
  const file = FILE_OF[kind];
  const document = documents.get(file) ?? {};
  const { $schema, title } = document;
  const body = dereference({ $ref: '#/$defs/fields', unevaluatedProperties: false }, file);
  const schema = Object.freeze({ $schema, title, ...(isMapping(body) ? body : {}) });
  resolved.set(kind, schema);
  return schema;
}

/** The fields of an entity and the schema of each. */
export function entityFields(kind: EntityKind): Readonly<Record<string, JsonSchema>> {
  return propertiesOf(entitySchema(kind));
}

/** The parts of a config whose fields `kong.schema.json` lists. */
export type ConfigPart = 'top' | 'service' | 'route' | 'nested_route';

/** The properties a part of `kong.schema.json` knows, those behind its `$ref` included. */
export function configFields(part: ConfigPart): Readonly<Record<string, JsonSchema>> {
  const pointer = part === 'top' ? '' : `/$defs/${part}`;
  const own = followPointer(documents.get('kong.schema.json') ?? {}, pointer);
  if (part === 'top')
    return propertiesOf({ properties: dereference(own['properties'], 'kong.schema.json', 2) });
  return propertiesOf(dereference(own, 'kong.schema.json'));
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
