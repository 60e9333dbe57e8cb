import { isMapping, type Path, valueAt } from './finding.js';
import type { JsonSchema } from './schemas.js';

type Mapping = Readonly<Record<string, unknown>>;

/** A value that was written under an old name. */
export interface Move {
  readonly from: Path;
  readonly to: Path;
}

/** A config with nothing left out, and which of its values were written under an old name. */
export interface Completed {
  readonly config: Record<string, unknown>;
  readonly moves: readonly Move[];
}

/**
 * A plugin's config with the defaults filled in, as copy, in the order of the schema. Values under old names
 * (`redis_host`) go where they belong (`redis.host`), and stay where they are too. An empty list where a mapping
 * belongs becomes one, and the other way round: Lua cannot tell them apart, so Kong's dumps mix them.
 */
export function completeConfig(schema: JsonSchema, config: Mapping): Completed {
  const moves: Move[] = [];
  return { config: completeRecord(schema, config, [], moves), moves };
}

/** A completed config as the Admin API shows it: an old name holds what the new one does, or is left out. */
export function shownConfig(schema: JsonSchema, config: Mapping): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  const fields = fieldsOf(schema);
  for (const [name, value] of Object.entries(config)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined || field['x-replaced-by'] === undefined) {
      define(shown, name, isRecord(field) && isMapping(value) ? shownConfig(field, value) : value);
    }
  }
  for (const name of oldNamesOf(schema)) {
    const field = fields[name] ?? {};
    const target = replacementOf(field);
    if (target !== undefined && field['x-shown'] !== false) shown[name] = valueAt(config, target) ?? null;
  }
  return shown;
}

/** A completed config without the nulls that mean nothing but a missing value. */
export function withoutNulls(schema: JsonSchema, config: Mapping): Record<string, unknown> {
  const left: Record<string, unknown> = {};
  const fields = fieldsOf(schema);
  for (const [name, value] of Object.entries(config)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === null && field !== undefined && typesOf(field).includes('null')) continue;
    define(left, name, field === undefined ? value : withoutNullsIn(field, value));
  }
  return left;
}

function withoutNullsIn(field: JsonSchema, value: unknown): unknown {
  const items = field['items'];
  if (Array.isArray(value))
    return isMapping(items) ? value.map((item) => withoutNullsIn(items, item)) : value;
  if (!isMapping(value)) return value;
  if (isRecord(field)) return withoutNulls(field, value);
  const of = field['additionalProperties'];
  if (!isMapping(of)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutNullsIn(of, item)]));
}

const knownFields = new WeakMap<JsonSchema, Readonly<Record<string, JsonSchema>>>();
const knownOldNames = new WeakMap<JsonSchema, readonly string[]>();

/** The fields of a record and the schema of each. */
export function fieldsOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  const known = knownFields.get(schema);
  if (known !== undefined) return known;
  const fields: Record<string, JsonSchema> = {};
  const properties = schema['properties'];
  for (const [name, field] of Object.entries(isMapping(properties) ? properties : {})) {
    if (isMapping(field)) fields[name] = field;
  }
  knownFields.set(schema, fields);
  return fields;
}

/** The fields of a record that are of earlier times. */
export function oldNamesOf(schema: JsonSchema): readonly string[] {
  const known = knownOldNames.get(schema);
  if (known !== undefined) return known;
  const old = Object.entries(fieldsOf(schema))
    .filter(([, field]) => field['deprecated'] === true)
    .map(([name]) => name);
  knownOldNames.set(schema, old);
  return old;
}

/** Where the value of an old name belongs, from the record it stands in; undefined for a name of today. */
export function replacementOf(field: JsonSchema): Path | undefined {
  const target = field['x-replaced-by'];
  return Array.isArray(target) ? target.filter((step) => typeof step === 'string') : undefined;
}

function completeRecord(
  schema: JsonSchema,
  value: Mapping,
  path: Path,
  moves: Move[],
): Record<string, unknown> {
  const source = moveOldNames(schema, value, path, moves);
  const filled: Record<string, unknown> = {};
  const fields = fieldsOf(schema);
  for (const [name, field] of Object.entries(fields)) {
    const given = Object.hasOwn(source, name) ? source[name] : undefined;
    const complete = completeField(field, given, [...path, name], moves);
    if (complete !== undefined) filled[name] = complete;
  }
  for (const [name, unknown] of Object.entries(source)) {
    if (!Object.hasOwn(fields, name)) define(filled, name, unknown);
  }
  return filled;
}

function completeField(field: JsonSchema, value: unknown, path: Path, moves: Move[]): unknown {
  if (value === undefined) {
    if (field['default'] === null) return null;
    // Lists and mappings are copied on the way, so that no two configs share one.
    if (field['default'] !== undefined) return completeField(field, field['default'], path, moves);
    return isRecord(field) && typesOf(field).length === 1
      ? completeRecord(field, {}, path, moves)
      : undefined;
  }
  const types = typesOf(field);
  if (types.includes('array')) return completeList(field, isEmptyMapping(value) ? [] : value, path, moves);
  if (!types.includes('object')) return value;
  const mapping = Array.isArray(value) && value.length === 0 ? {} : value;
  if (!isMapping(mapping)) return mapping;
  if (isRecord(field)) return completeRecord(field, mapping, path, moves);
  const of = field['additionalProperties'];
  if (!isMapping(of)) return mapping;
  const filled: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(mapping)) {
    define(filled, key, completeField(of, item, [...path, key], moves));
  }
  return filled;
}

function completeList(field: JsonSchema, value: unknown, path: Path, moves: Move[]): unknown {
  const items = field['items'];
  if (!Array.isArray(value) || !isMapping(items)) return value;
  const filled = value.map((item: unknown, index) => completeField(items, item, [...path, index], moves));
  return field['x-kind'] === 'set' ? [...new Set(filled)] : filled;
}

/** A copy in which the values under old names are where they belong, too. */
function moveOldNames(schema: JsonSchema, value: Mapping, path: Path, moves: Move[]): Mapping {
  let source = value;
  for (const name of oldNamesOf(schema)) {
    if (!Object.hasOwn(value, name)) continue;
    const field = fieldsOf(schema)[name] ?? {};
    const target = replacementOf(field);
    if (target === undefined || target.length === 0) continue;
    const moved = replacementValue(field, value[name]);
    const present = valueAt(source, target);
    const yields = field['x-overrides'] !== true && present !== undefined && present !== null;
    if (moved === undefined || yields) continue;
    const changed = setAt(source, target, moved);
    if (changed === undefined) continue;
    source = changed;
    moves.push({ from: [...path, name], to: [...path, ...target] });
  }
  return source;
}

function replacementValue(field: JsonSchema, value: unknown): unknown {
  if (value === null && field['x-replaced-null'] !== undefined) return field['x-replaced-null'];
  const renamed = field['x-replaced-values'];
  return isMapping(renamed) && typeof value === 'string' ? (renamed[value] ?? value) : value;
}

/** A copy with a value at a path; undefined where something else than a mapping is in the way. */
function setAt(record: Mapping, path: Path, value: unknown): Mapping | undefined {
  const [name, ...rest] = path;
  if (typeof name !== 'string') return undefined;
  if (rest.length === 0) return { ...record, [name]: value };
  const held = record[name] ?? {};
  const inner = Array.isArray(held) && held.length === 0 ? {} : held;
  if (!isMapping(inner)) return undefined;
  const changed = setAt(inner, rest, value);
  return changed === undefined ? undefined : { ...record, [name]: changed };
}

/** Sets a key of a file, which may be `__proto__`: assigned, that would be the prototype. */
function define(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
  } else record[key] = value;
}

function isRecord(field: JsonSchema | undefined): field is JsonSchema {
  return field?.['x-kind'] === 'record';
}

function isEmptyMapping(value: unknown): boolean {
  return isMapping(value) && Object.keys(value).length === 0;
}

function typesOf(field: JsonSchema): readonly unknown[] {
  const { type } = field;
  return Array.isArray(type) ? type : [type];
}
