import type { JsonSchema } from './entity-kind.js';

/** A JSON Schema without its ways of saying "or null": what a value that is there looks like. */
export interface Shape {
  /** `integer`, `number`, `boolean`, `string`, `array` or `object`; undefined where the schema leaves it open. */
  readonly type: string | undefined;
  /** The keywords that hold for such a value, from all of `allOf` and the first `anyOf` or `oneOf` that is not null. */
  readonly keywords: JsonSchema;
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schemas below a keyword that maps names to schemas, `properties` for example. */
export function schemasUnder(
  schema: JsonSchema,
  keyword: string,
): readonly (readonly [string, JsonSchema])[] {
  const map = schema[keyword];
  if (!isSchema(map)) return [];
  return Object.entries(map).flatMap(([name, value]) => (isSchema(value) ? [[name, value] as const] : []));
}

/** Reduces a schema to the shape of the value it wants. */
export function shapeOf(schema: JsonSchema): Shape {
  const keywords = flatten(schema);
  const named = [keywords['type']].flat().find((type) => typeof type === 'string' && type !== 'null');
  return { type: typeof named === 'string' ? named : typeOfValues(keywords), keywords };
}

function flatten(schema: JsonSchema): JsonSchema {
  const { allOf, anyOf, oneOf, ...own } = schema;
  const alternatives = [anyOf, oneOf].flatMap((list) =>
    schemaList(list)
      .filter((entry) => entry['type'] !== 'null')
      .slice(0, 1),
  );
  const parts = [...schemaList(allOf), ...alternatives].map(flatten);
  const properties = Object.assign({}, ...parts.map((part) => part['properties']), own['properties']);
  const merged = Object.assign({}, ...parts, own);
  return Object.keys(properties).length === 0 ? merged : { ...merged, properties };
}

function schemaList(value: unknown): readonly JsonSchema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

function typeOfValues(keywords: JsonSchema): string | undefined {
  const values = Array.isArray(keywords['enum']) ? keywords['enum'] : [keywords['const']];
  const first = values.find((value) => value !== null && value !== undefined);
  if (typeof first === 'number') return Number.isInteger(first) ? 'integer' : 'number';
  if (typeof first === 'string' || typeof first === 'boolean') return typeof first;
  if (isSchema(keywords['properties'])) return 'object';
  return isSchema(keywords['items']) ? 'array' : undefined;
}
