import { isMapping, type Path } from './finding.js';
import { pluginSchema } from './plugin-schemas.js';
import type { JsonSchema } from './schemas.js';
import {
  configNode,
  hasMark,
  pluginOfEntry,
  type SchemaNode,
  stepInto,
  variantsOf,
} from './substitute-fields.js';

/** Where secrets may be below a schema; what cannot hold one is left out, so that a search touches little. */
interface Shape {
  readonly isSecret: boolean;
  readonly fields: ReadonlyMap<string, Shape>;
  /** Of fields that the schema does not name. */
  readonly others: Shape | undefined;
  readonly items: Shape | undefined;
}

const SECRET: Shape = { isSecret: true, fields: new Map(), others: undefined, items: undefined };
const EMPTY: Shape = { isSecret: false, fields: new Map(), others: undefined, items: undefined };

/** Configs nest to about ten; schemas that refer to themselves would nest for ever. */
const MAX_SHAPE_DEPTH = 14;

const shapes = new Map<string, Shape | undefined>();
let configShape: Shape | undefined;

/** The fields of a config (as it is written, or as it serves) that are secret by their schema and are filled in. */
export function findSecretFields(config: Readonly<Record<string, unknown>>): readonly Path[] {
  configShape ??= shapeOf(variantsOf(configNode()), 0) ?? EMPTY;
  const paths: Path[] = [];
  search(config, configShape, [], config, paths);
  return paths;
}

function search(value: unknown, shape: Shape, path: Path, config: unknown, found: Path[]): void {
  if (value === null || value === undefined) return;
  if (shape.isSecret) {
    found.push(path);
  } else if (Array.isArray(value)) {
    const { items } = shape;
    if (items !== undefined) {
      for (const [index, item] of value.entries()) search(item, items, [...path, index], config, found);
    }
  } else if (isMapping(value)) {
    searchFields(value, shape, path, config, found);
  }
}

function searchFields(
  value: Readonly<Record<string, unknown>>,
  shape: Shape,
  path: Path,
  config: unknown,
  found: Path[],
): void {
  const { others } = shape;
  if (others === undefined) {
    for (const [key, below] of shape.fields) {
      if (Object.hasOwn(value, key)) search(value[key], below, [...path, key], config, found);
    }
  } else {
    for (const [key, part] of Object.entries(value)) {
      search(part, shape.fields.get(key) ?? others, [...path, key], config, found);
    }
  }
  searchPlugins(value, path, config, found);
}

/** The config of a plugin has a schema of its own, which goes by the plugin's name. */
function searchPlugins(
  value: Readonly<Record<string, unknown>>,
  path: Path,
  config: unknown,
  found: Path[],
): void {
  for (const list of PLUGIN_LISTS) {
    const plugins = value[list];
    if (!Array.isArray(plugins)) continue;
    for (const [index, plugin] of plugins.entries()) {
      const name: unknown = isMapping(plugin) ? plugin['name'] : undefined;
      if (typeof name !== 'string' || !isMapping(plugin)) continue;
      searchPlugin(name, plugin['config'], [...path, list, index, 'config'], config, found);
    }
  }
  const shared = path.length === 0 ? value['_plugin_configs'] : undefined;
  for (const [entry, settings] of isMapping(shared) ? Object.entries(shared) : []) {
    const name = pluginOfEntry(config, entry);
    if (name !== undefined) searchPlugin(name, settings, [...path, '_plugin_configs', entry], config, found);
  }
}

const PLUGIN_LISTS = ['plugins', 'consumer_group_plugins'] as const;

function searchPlugin(name: string, settings: unknown, path: Path, config: unknown, found: Path[]): void {
  if (!shapes.has(name)) {
    const schema = pluginSchema(name);
    shapes.set(name, schema === undefined ? undefined : shapeOf(variantsOf({ schema, root: schema }), 0));
  }
  const shape = shapes.get(name);
  if (shape !== undefined) search(settings, shape, path, config, found);
}

const shapesOfSchemas = new Map<string, Shape | undefined>();
const numbers = new WeakMap<JsonSchema, number>();
let lastNumber = 0;

/** What tells sets of schemas apart: many fields of many entities are described by the same. */
function keyOf(nodes: readonly SchemaNode[]): string {
  return nodes
    .map(({ schema }) => {
      let number = numbers.get(schema);
      if (number === undefined) {
        lastNumber += 1;
        number = lastNumber;
        numbers.set(schema, number);
      }
      return number;
    })
    .join();
}

function shapeOf(nodes: readonly SchemaNode[], depth: number): Shape | undefined {
  if (nodes.length === 0) return undefined;
  const key = keyOf(nodes);
  if (!shapesOfSchemas.has(key)) {
    // A schema that leads to itself has no more secrets than it has at first sight.
    shapesOfSchemas.set(key, undefined);
    shapesOfSchemas.set(key, makeShape(nodes, depth));
  }
  return shapesOfSchemas.get(key);
}

/** Undefined where nothing below can be secret. */
function makeShape(nodes: readonly SchemaNode[], depth: number): Shape | undefined {
  if (hasMark(nodes, 'x-secret')) return SECRET;
  if (depth > MAX_SHAPE_DEPTH) return undefined;
  const fields = new Map<string, Shape>();
  for (const name of namesOf(nodes)) {
    // A list of plugins may stand anywhere, and what it stands in must be looked at.
    const shape = PLUGIN_LISTS.some((list) => list === name) ? EMPTY : undefined;
    const below = shapeOf(stepInto(nodes, name), depth + 1) ?? shape;
    if (below !== undefined) fields.set(name, below);
  }
  const others = shapeOf(stepInto(nodes, UNNAMED), depth + 1);
  const items = shapeOf(stepInto(nodes, 0), depth + 1);
  if (fields.size === 0 && others === undefined && items === undefined) return undefined;
  return { isSecret: false, fields, others, items };
}

/** A field that no schema names. */
const UNNAMED = '\u0000';

function namesOf(nodes: readonly SchemaNode[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { schema } of nodes) for (const name of propertiesOf(schema)) names.add(name);
  return names;
}

function propertiesOf({ properties }: JsonSchema): readonly string[] {
  return isMapping(properties) ? Object.keys(properties) : [];
}
