import { isMapping } from './finding.js';
import { configFields, type EntityKind, entityFields, type JsonSchema } from './schemas.js';

/** Which fields may be null, and which are lists or maps: what it takes to read Kong's looser spellings. */
interface Shape {
  readonly nullable: ReadonlySet<string>;
  readonly lists: ReadonlySet<string>;
  readonly maps: ReadonlySet<string>;
}

const shapes = {
  top: shapeOf(configFields('top')),
  service: shapeOf(configFields('service')),
  route: shapeOf(configFields('route')),
  nestedRoute: shapeOf({ ...configFields('nested_route'), service: configFields('route')['service'] ?? {} }),
};

const entityShapes: Readonly<Record<EntityKind, Shape>> = {
  services: shapeOf(entityFields('services')),
  routes: shapeOf(entityFields('routes')),
};

/**
 * Brings a parsed config into the form the schemas describe, in place: a null where a field may be absent is left
 * out, and an empty list or map written as the other (Lua cannot tell them apart, so Kong's dumps mix them) becomes
 * what the field holds.
 */
export function tidyConfig(config: Record<string, unknown>): void {
  tidy(config, shapes.top);
  for (const service of mappingsIn(config['services'])) {
    tidy(service, shapes.service);
    for (const route of mappingsIn(service['routes'])) tidy(route, shapes.nestedRoute);
  }
  for (const route of mappingsIn(config['routes'])) tidy(route, shapes.route);
}

/** The same for a single entity, as a copy. */
export function tidyEntity(kind: EntityKind, value: Record<string, unknown>): Record<string, unknown> {
  const copy = { ...value };
  tidy(copy, entityShapes[kind]);
  return copy;
}

/** The mappings in a list; whatever else stands there is none of our business here. */
export function mappingsIn(list: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(list) ? list.filter(isMapping) : [];
}

function tidy(entity: Record<string, unknown>, shape: Shape): void {
  for (const key of Object.keys(entity)) {
    const value = entity[key];
    if (value === null) {
      if (shape.nullable.has(key)) delete entity[key];
    } else if (typeof value === 'object' && value !== undefined) {
      if (isEmptyMapping(value) && shape.lists.has(key)) entity[key] = [];
      else if (Array.isArray(value) && value.length === 0 && shape.maps.has(key)) entity[key] = {};
    }
  }
}

function isEmptyMapping(value: object): boolean {
  return !Array.isArray(value) && Object.keys(value).length === 0;
}

function shapeOf(fields: Readonly<Record<string, JsonSchema>>): Shape {
  const having = (type: string) =>
    new Set(Object.keys(fields).filter((name) => typesOf(fields[name] ?? {}).includes(type)));
  return { nullable: having('null'), lists: having('array'), maps: having('object') };
}

function typesOf(schema: JsonSchema): readonly unknown[] {
  const { type, anyOf } = schema;
  if (Array.isArray(anyOf)) return anyOf.flatMap((part) => (isMapping(part) ? typesOf(part) : []));
  return Array.isArray(type) ? type : [type];
}
