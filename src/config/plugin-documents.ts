import { readFileSync } from 'node:fs';
import { isMapping } from './finding.js';
import { pluginNames } from './plugin-names.js';
import type { JsonSchema } from './schemas.js';

/** What a plugin's schema says besides its fields. */
export interface PluginInfo {
  /** The protocols it runs for unless it says otherwise. */
  readonly protocols: readonly string[];
  /** The protocols it can run for. */
  readonly allowedProtocols: readonly string[];
  /** The references it may have: some of service, route, consumer and consumer_group. */
  readonly scopes: readonly string[];
}

const FOLDER = new URL('../../schemas/', import.meta.url);
const SHARED_FILE = 'plugin-fields.schema.json';

const names: ReadonlySet<string> = new Set(pluginNames);
const read = new Map<string, JsonSchema>();
let shared: JsonSchema | undefined;

/**
 * The JSON Schema of a plugin's `config`, all in one piece, frozen; undefined for a plugin that is not known. It is
 * read when it is first asked for: a file pays for the plugins it uses.
 */
export function pluginSchema(name: string): JsonSchema | undefined {
  if (!names.has(name)) return undefined;
  const known = read.get(name);
  if (known !== undefined) return known;
  const schema = freeze(dereference(readDocument(`plugins/${name}.schema.json`)));
  if (!isMapping(schema)) throw new TypeError(`the schema of ${name} is no mapping`);
  read.set(name, schema);
  return schema;
}

/** The protocols and scopes of a plugin; undefined for a plugin that is not known. */
export function pluginInfo(name: string): PluginInfo | undefined {
  const schema = pluginSchema(name);
  if (schema === undefined) return undefined;
  return {
    protocols: textsIn(schema['x-protocols']),
    allowedProtocols: textsIn(schema['x-allowed-protocols']),
    scopes: textsIn(schema['x-scopes']),
  };
}

/** Puts what a `$ref` names in its place; the keywords beside it win. All of them name shared fields. */
function dereference(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dereference);
  if (!isMapping(value)) return value;
  const { $ref, ...beside } = value;
  const own: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(beside)) own[key] = dereference(item);
  if (typeof $ref !== 'string') return own;
  const field: Record<string, unknown> = { ...sharedField($ref), ...own };
  // A shared field may be left out; where it may not, it has no default.
  if (field['default'] === null && !textsIn(field['type']).includes('null')) delete field['default'];
  return field;
}

function sharedField($ref: string): Record<string, unknown> {
  shared ??= readDocument(SHARED_FILE);
  const fields = shared['$defs'];
  const field = isMapping(fields) ? dereference(fields[$ref.slice($ref.lastIndexOf('/') + 1)]) : undefined;
  if (!isMapping(field)) throw new TypeError(`the schemas have no ${$ref}`);
  return field;
}

function readDocument(file: string): JsonSchema {
  const document: unknown = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
  if (!isMapping(document)) throw new TypeError(`${file} is no JSON Schema`);
  return document;
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function freeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
