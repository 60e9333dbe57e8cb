import type { JsonSchema } from './entity-kind.js';
import { isSchema, schemasUnder, shapeOf } from './json-type.js';

type KongField = Readonly<Record<string, unknown>>;
export interface KongSchema {
  readonly fields: readonly Readonly<Record<string, KongField>>[];
  readonly shorthand_fields?: readonly Readonly<Record<string, KongField>>[];
}

/** What the JSON Schema of an entity does not say, and Kong's schema does. */
export interface SchemaContext {
  /** Fields that refer to another entity, with the kind they refer to. */
  readonly references: Readonly<Record<string, string>>;
  /** The field that names the entity. */
  readonly key: string | null;
  /** Names that are nested entities in a file and no field of the entity: the kinds there are. */
  readonly nested: ReadonlySet<string>;
}

/** Spelled out in files only: `url` stands for protocol, host, port and path. */
const SHORTHANDS: ReadonlySet<string> = new Set(['url']);
const TIMESTAMPS: ReadonlySet<string> = new Set(['created_at', 'updated_at']);

/** Says in Kong's schema language (as `GET /schemas/{entity}` answers it) what a JSON Schema says of an entity. */
export function kongSchema(schema: JsonSchema, context: SchemaContext): KongSchema {
  const required = requiredWithoutShorthands(schema);
  const all = schemasUnder(shapeOf(schema).keywords, 'properties').filter(([name, field]) => {
    if (Object.hasOwn(context.references, name)) return true;
    // A field of type null is one that this version knows and cannot be given.
    return !name.startsWith('_') && !context.nested.has(name) && field['type'] !== 'null';
  });
  const convert = ([name, field]: readonly [string, JsonSchema]) => ({
    [name]: { ...entityField(name, field, context), ...(required.has(name) ? { required: true } : {}) },
  });
  const fields = all.filter(([name]) => !SHORTHANDS.has(name)).map(convert);
  const shorthands = all.filter(([name]) => SHORTHANDS.has(name)).map(convert);
  return shorthands.length === 0 ? { fields } : { fields, shorthand_fields: shorthands };
}

function entityField(name: string, schema: JsonSchema, { references, key }: SchemaContext): KongField {
  const reference = references[name];
  if (reference !== undefined) return { type: 'foreign', reference };
  if (name === 'id') return { type: 'string', uuid: true, auto: true };
  if (TIMESTAMPS.has(name)) return { type: 'integer', timestamp: true, auto: true };
  return name === key ? { ...kongField(schema), unique: true } : kongField(schema);
}

/** One field, or one element of a field. */
export function kongField(schema: JsonSchema): KongField {
  const { type, keywords } = shapeOf(schema);
  return { ...typed(type, keywords), ...limits(type, keywords), ...annotations(keywords) };
}

function typed(type: string | undefined, keywords: JsonSchema): KongField {
  if (type === 'array') {
    const kind = keywords['uniqueItems'] === true || keywords['x-kind'] === 'set' ? 'set' : 'array';
    return isSchema(keywords['items'])
      ? { type: kind, elements: kongField(keywords['items']) }
      : { type: kind };
  }
  if (type !== 'object') return { type: type ?? 'string' };
  const fields = schemasUnder(keywords, 'properties');
  if (fields.length === 0) return mapField(keywords);
  const required = requiredOf(keywords);
  const record = fields.map(([name, field]) => ({
    [name]: { ...kongField(field), ...(required.has(name) ? { required: true } : {}) },
  }));
  return { type: 'record', fields: record };
}

function mapField(keywords: JsonSchema): KongField {
  const values = [
    keywords['additionalProperties'],
    ...schemasUnder(keywords, 'patternProperties').map(([, s]) => s),
  ];
  const value = values.find(isSchema);
  return {
    type: 'map',
    keys: { type: 'string' },
    ...(value === undefined ? {} : { values: kongField(value) }),
  };
}

function limits(type: string | undefined, keywords: JsonSchema): KongField {
  const limit: Record<string, unknown> = {};
  const { minimum, maximum, enum: values } = keywords;
  if (typeof minimum === 'number' && typeof maximum === 'number') limit['between'] = [minimum, maximum];
  else if (typeof minimum === 'number') limit['gt'] = minimum - 1;
  if (Array.isArray(values)) limit['one_of'] = values.filter((value) => value !== null);
  if (keywords['const'] !== undefined) limit['eq'] = keywords['const'];
  const [min, max] = type === 'array' ? ['minItems', 'maxItems'] : ['minLength', 'maxLength'];
  if (typeof keywords[min] === 'number') limit['len_min'] = keywords[min];
  if (typeof keywords[max] === 'number') limit['len_max'] = keywords[max];
  if (keywords['format'] === 'uuid') limit['uuid'] = true;
  return limit;
}

function annotations(keywords: JsonSchema): KongField {
  const { description, default: fallback } = keywords;
  return {
    ...(typeof description === 'string' ? { description } : {}),
    ...(fallback === undefined || fallback === null ? {} : { default: fallback }),
  };
}

/** Kong checks an entity with its shorthands spelled out, so what only a shorthand replaces is required. */
function requiredWithoutShorthands(schema: JsonSchema): ReadonlySet<unknown> {
  const rules = Array.isArray(schema['allOf']) ? schema['allOf'].filter(isSchema) : [];
  const replaced = rules.flatMap(({ if: condition, else: otherwise }) => {
    const given = isSchema(condition) ? [...requiredOf(condition)] : [];
    const byShorthand = given.length > 0 && given.every((name) => SHORTHANDS.has(String(name)));
    return byShorthand && isSchema(otherwise) ? [...requiredOf(otherwise)] : [];
  });
  return new Set([...requiredOf(shapeOf(schema).keywords), ...replaced]);
}

function requiredOf(keywords: JsonSchema): ReadonlySet<unknown> {
  return new Set(Array.isArray(keywords['required']) ? keywords['required'] : []);
}
