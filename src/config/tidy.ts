import { ENTITY_KINDS, type EntityKind } from './entity-kinds.js';
import { isMapping } from './finding.js';
import { referenceText } from './identities.js';
import { listEntities, type Placed } from './placed.js';
import { entityFields, type JsonSchema, partFields, partName, topFields } from './schemas.js';

/** Which fields may be null, and which are lists or maps: what it takes to read Kong's looser spellings. */
interface Shape {
  readonly nullable: ReadonlySet<string>;
  readonly lists: ReadonlySet<string>;
  readonly maps: ReadonlySet<string>;
  /** Fields that hold fields of their own. */
  readonly records: ReadonlyMap<string, Shape>;
}

const shapes = new Map<string, Shape>();
const top = shapeOf(topFields());

/**
 * Brings a parsed config into the form the schemas describe, in place: a null where a field may be absent is left
 * out, and an empty list or map written as the other (Lua cannot tell them apart, so Kong's dumps mix them) becomes
 * what the field holds.
 */
export function tidyConfig(
  config: Record<string, unknown>,
  placed: readonly Placed[] = listEntities(config),
): void {
  tidy(config, top);
  for (const each of placed) {
    const { kind, entity, parent, field } = each;
    tidy(entity, shapeFor(kind, parent?.kind));
    // A nested entity may say where it stands.
    if (
      parent !== undefined &&
      field !== undefined &&
      entity[field] !== undefined &&
      namesParent(entity[field], parent)
    )
      delete entity[field];
  }
}

function namesParent(reference: unknown, { kind, entity }: Placed): boolean {
  const { key } = ENTITY_KINDS[kind];
  const text = referenceText(reference);
  return text !== undefined && (text === entity['id'] || (key !== null && text === entity[key]));
}

function shapeFor(kind: EntityKind, parent?: EntityKind): Shape {
  const name = partName(kind, parent);
  let shape = shapes.get(name);
  if (shape === undefined) {
    const nullable = parent === undefined ? {} : nestedReferences(kind);
    shape = shapeOf({ ...partFields(kind, parent), ...nullable });
    shapes.set(name, shape);
  }
  return shape;
}

/** In a nested entity any reference may be null, as dumps write them. */
function nestedReferences(kind: EntityKind): Readonly<Record<string, JsonSchema>> {
  const { references } = ENTITY_KINDS[kind];
  return Object.fromEntries(Object.keys(references).map((field) => [field, { type: ['null'] }]));
}

/** The same for a single entity, as a copy. */
export function tidyEntity(kind: EntityKind, value: Record<string, unknown>): Record<string, unknown> {
  const copy = { ...value };
  tidy(copy, shapeOf(entityFields(kind)));
  return copy;
}

function tidy(entity: Record<string, unknown>, shape: Shape): void {
  for (const key of Object.keys(entity)) {
    const value = entity[key];
    if (value === null) {
      if (shape.nullable.has(key)) delete entity[key];
    } else if (typeof value === 'object' && value !== undefined) {
      if (isEmptyMapping(value) && shape.lists.has(key)) entity[key] = [];
      else if (Array.isArray(value) && value.length === 0 && shape.maps.has(key)) entity[key] = {};
      else if (isMapping(value)) {
        const inner = shape.records.get(key);
        if (inner !== undefined) tidy(value, inner);
      }
    }
  }
}

function isEmptyMapping(value: object): boolean {
  return !Array.isArray(value) && Object.keys(value).length === 0;
}

function shapeOf(fields: Readonly<Record<string, JsonSchema>>): Shape {
  const having = (type: string) =>
    new Set(Object.keys(fields).filter((name) => typesOf(fields[name] ?? {}).includes(type)));
  const records = new Map<string, Shape>();
  for (const [name, { properties }] of Object.entries(fields)) {
    if (isMapping(properties)) records.set(name, shapeOf(mappingsIn(properties)));
  }
  return { nullable: having('null'), lists: having('array'), maps: having('object'), records };
}

function typesOf(schema: JsonSchema): readonly unknown[] {
  const { type, anyOf } = schema;
  if (Array.isArray(anyOf)) return anyOf.flatMap((part) => (isMapping(part) ? typesOf(part) : []));
  return Array.isArray(type) ? type : [type];
}

function mappingsIn(properties: Record<string, unknown>): Readonly<Record<string, JsonSchema>> {
  const found: Record<string, JsonSchema> = {};
  for (const [name, schema] of Object.entries(properties)) if (isMapping(schema)) found[name] = schema;
  return found;
}
